"""Keys of several columns: the fewest that together never repeat.

Counts of single columns leave few candidates: columns without gaps whose different values, multiplied, reach the number of
rows. Of these the likely ones are tried on the newest partition, and what holds there on all partitions together.

That nothing repeats proves little where nothing would repeat by chance. So combinations are tried in the order of how many
repeats there would be were the columns independent, and one under which hardly any were to be expected is no key. A combination
of named keys and line numbers is believed sooner.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np

from assay.catalog.facts import ColumnFacts, Family, TableFacts, mentions
from assay.catalog.naming import Names, is_telling
from assay.catalog.rows import Rows
from assay.contracts.enums import Role

_COLUMNS = 8  # that can belong to a key
_MOST = {2: 16, 3: 10, 4: 4}  # combinations tried, by their number of columns
_LEAST_ROWS = 10
_EXPECTED = 1.0  # repeats by chance below which their absence says nothing
_SURE = 1_000.0  # repeats by chance from which more don't matter
_ORDINAL = frozenset({"no", "nr", "number", "num", "line", "seq", "sequence", "position", "pos", "rank", "index", "idx",
                      "version", "revision", "week", "month", "day", "hour", "year", "period", "quarter", "step", "round",
                      "slot", "序号", "行号", "版本", "周", "月", "日", "年"})
_LONG = 40  # characters from which a text is no part of a key


def composite_key(table: TableFacts, roles: Mapping[str, Role], rows: Rows) -> tuple[str, ...]:
    """The columns that together identify a table's rows, in the table's order, or none.

    Args:
        table: A table that no single column identifies.
        roles: Of its columns.
        rows: Knows the table.
    """
    if table.rows < _LEAST_ROWS or table.asset_id not in rows:
        return ()
    there = rows.count(table.asset_id, newest=True)
    whole = rows.count(table.asset_id)
    for columns in _combinations(table, roles):
        if rows.distinct(table.asset_id, columns, newest=True) != there:
            continue
        for key in (columns, *_dated(table, roles, columns)):
            if whole == there or rows.distinct(table.asset_id, key) == whole:
                return _shortest(table, key, rows, whole)
    return ()


def _combinations(table: TableFacts, roles: Mapping[str, Role]) -> Iterator[tuple[str, ...]]:
    """Columns that may identify rows together: the fewest first, then the likeliest."""
    order = list(table.columns)
    ranked = sorted((rank, order.index(name), name) for name, column in table.columns.items()
                    if (rank := _rank(column, roles[name], table)) is not None)[:_COLUMNS]
    ranks = {name: rank for rank, _, name in ranked}
    matching = {name: _chance_of_match(table.columns[name]) for name in ranks}
    for size, most in _MOST.items():
        found = []
        for chosen in combinations(sorted(ranks, key=order.index), size):
            if float(np.prod([float(table.columns[name].distinct) for name in chosen])) < table.rows:
                continue
            repeats = table.rows * (table.rows - 1) / 2 * float(np.prod([matching[name] for name in chosen]))
            named = all(ranks[name] <= 1 for name in chosen)
            if size > 2 and not named:
                continue  # of many columns some always do
            if repeats >= (_EXPECTED / 20 if named else _EXPECTED):
                places = [order.index(name) for name in chosen]
                found.append((sum(ranks[name] for name in chosen), -min(repeats, _SURE), places, chosen))
        yield from (columns for *_, columns in sorted(found)[:most])


def _rank(column: ColumnFacts, role: Role, table: TableFacts) -> int | None:
    """How likely a column is a part of a key, 0 being likeliest; None if it can't be one."""
    if column.nulls or not 1 < column.distinct < table.rows or column.family in (Family.BOOLEAN, Family.OTHER):
        return None
    if role is Role.TEXT or column.text_length > _LONG or (column.family is Family.REAL and not column.whole):
        return None
    if role is Role.KEY:
        return 0
    if role in (Role.TIME, Role.VALID_FROM) or _counts_on(column):
        return 1
    if not is_telling(Names(table).of(column)):
        return 1 if column.family is Family.INTEGER else 2
    return 4 if role is Role.MEASURE or column.family is Family.REAL else 3 if column.family is Family.TEXT else 2


def _counts_on(column: ColumnFacts) -> bool:
    """Whether the name is that of a number within something: a line, a version, a week."""
    return mentions(column.words, _ORDINAL) or (bool(column.words) and column.words[-1].endswith(("number", "seq", "index")))


def _chance_of_match(column: ColumnFacts) -> float:
    """Chance that two rows drawn at random have the same value."""
    if not column.exact:
        return 1 / max(column.distinct, 1)
    return float(((column.counts / column.counts.sum()) ** 2).sum())


def _dated(table: TableFacts, roles: Mapping[str, Role], columns: Sequence[str]) -> list[tuple[str, ...]]:
    """The columns and one that tells partitions apart: what identifies rows in one may come again in the next."""
    order = list(table.columns)
    added = [name for name in order if name not in columns and not table.columns[name].nulls
             and (roles[name] in (Role.TIME, Role.VALID_FROM) or _counts_on(table.columns[name]))]
    return [tuple(sorted((*columns, name), key=order.index)) for name in added[:2]]


def _shortest(table: TableFacts, key: tuple[str, ...], rows: Rows, whole: int) -> tuple[str, ...]:
    """The key without columns that it doesn't need."""
    for name in reversed(key):
        rest = tuple(other for other in key if other != name)
        if len(rest) > 1 and rows.distinct(table.asset_id, rest) == whole:
            return _shortest(table, rest, rows, whole)
    return key
