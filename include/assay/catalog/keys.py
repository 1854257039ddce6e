"""Which columns identify a thing, and which column alone identifies the rows of a table; `composite` finds those of several.

A name decides first, since values of identifiers and of counts look alike; only a column without a telling name is judged by
its values, and then it has to be unique over many rows and look like nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from assay.catalog.facts import ColumnFacts, Family, TableFacts, mentions, singular
from assay.catalog.semantic_types import NOT_ADDITIVE, told_by_name
from assay.catalog.vocabulary import THINGS
from assay.contracts.enums import Role

SUFFIXES = frozenset({"id", "key", "upc", "ean", "gtin", "sku", "spu", "asin", "isbn", "uuid", "guid", "uid", "openid",
                      "sk", "pk", "fk"})
_CHINESE_SUFFIXES = ("编号", "编码", "号码", "标识", "代码", "单号", "货号", "号")
NUMBERING = frozenset({"no", "nr", "number", "num", "code"})  # identify a thing only after its name: order_no, not kids_no
_MEASURING = frozenset({
    "size", "age", "amount", "price", "value", "quantity", "qty", "total", "sum", "length", "width", "weight", "height",
    "sales", "cost", "balance", "lat", "lon", "latitude", "longitude", "time", "timestamp", "date", "year", "zip", "postcode",
    "金额", "数量", "价格", "年龄", "时间", "日期"})
_ENOUGH = 100  # rows from which a unique column without a telling name is believed
_IDENTIFIER_TEXT = re.compile(r"^(?=.*\d)[A-Za-z0-9_-]{6,64}$")
_LONG = 40  # characters from which a text identifies nothing
NEARLY = 0.98  # share of different values from which a key with a few repeats still identifies rows


def has_key_name(column: ColumnFacts) -> bool:
    """Whether the name says that the column identifies something."""
    name = column.words
    if not name:
        return False
    last = singular(name[-1])
    if last in SUFFIXES:
        return True
    if any(name[-1].endswith(suffix) for suffix in _CHINESE_SUFFIXES):
        return not mentions(name, frozenset({"电话", "手机", "型号", "信号"}))
    return last in NUMBERING and len(name) > 1 and singular(name[-2]) in THINGS


def is_key(column: ColumnFacts) -> bool:
    """Whether the column identifies a thing, of this table or of another."""
    if column.family in (Family.TIME, Family.BOOLEAN, Family.OTHER) or column.holds_dates:
        return False
    if column.family is Family.REAL and column.filled and not column.whole:
        return False
    if has_key_name(column):
        return True
    if len(column.words) == 1 and column.words[0] in THINGS:
        return column.family is Family.INTEGER or _looks_like_identifiers(column)  # a column that is just called `user`
    return _is_unnamed_key(column)


def _is_unnamed_key(column: ColumnFacts) -> bool:
    """Whether values alone say so: whole and unique over many rows, and either running numbers or long codes."""
    if not column.exact or column.rows < _ENOUGH or column.nulls or column.distinct != column.rows or column.personal:
        return False
    if mentions(column.words, _MEASURING | NOT_ADDITIVE) or told_by_name(column) is not None:
        return False
    if column.family is Family.INTEGER:
        spread = float(np.ptp(column.numbers)) + 1
        digits = {len(value) for value in column.sample}
        return spread <= 1.1 * column.rows or (len(digits) == 1 and digits.pop() >= 6)
    return column.family is Family.TEXT and _looks_like_identifiers(column)


def _looks_like_identifiers(column: ColumnFacts) -> bool:
    return bool(column.sample) and all(_IDENTIFIER_TEXT.match(value) for value in column.sample)


def names_table(column: ColumnFacts, table: TableFacts) -> bool:
    """Whether the column is named like the table itself: `product_id` in `products`, `id` anywhere."""
    stem = tuple(singular(word) for word in column.words if singular(word) not in SUFFIXES | NUMBERING)
    own = tuple(singular(word) for word in table.words)
    return not stem or own[-len(stem):] == stem


def primary_key(table: TableFacts, keys: Sequence[str]) -> str | None:
    """The single column that identifies the rows, or None.

    Exact where no value repeats. A few repeats (2 %) are forgiven to a key that is named like the table or stands first, so
    that a faulty delivery doesn't change what the table is. Fewer than 20 rows prove nothing: there the name has to agree.

    Args:
        table: The table.
        keys: Its key columns, in the table's order.
    """
    candidates = []
    for name in keys:
        column = table.columns[name]
        own, first = names_table(column, table), name == next(iter(table.columns))
        if not column.filled or not column.exact:
            continue
        unique = column.distinct == column.rows
        nearly = column.rows >= 50 and column.distinct >= NEARLY * column.rows and (own or first)
        if (unique and (column.rows >= 20 or own or first)) or nearly:
            candidates.append((not own, not unique, list(table.columns).index(name), name))
    return min(candidates)[-1] if candidates else None


def unique_column(table: TableFacts, roles: Mapping[str, Role]) -> str | None:
    """The column that identifies the rows of a table whose names tell of no key, or None.

    It never repeats, has no gaps and is whole numbers, short texts or dates; of several the one named like a key or the table,
    else the first. Of fewer than 20 rows only such a name, or standing first, is believed.
    """
    order, found = list(table.columns), []
    for place, (name, column) in enumerate(table.columns.items()):
        if not column.exact or column.nulls or not 0 < column.distinct == column.rows:
            continue
        amount = roles[name] is Role.MEASURE or (mentions(column.words, _MEASURING) and column.family is not Family.TIME)
        if amount or column.family not in (Family.INTEGER, Family.TEXT, Family.TIME) or column.text_length > _LONG:
            continue
        told = has_key_name(column) or (bool(column.words) and names_table(column, table))
        if told or place == 0 or column.rows >= 20:
            found.append((not told, column.family is Family.TIME, order.index(name), name))
    return min(found)[-1] if found else None
