"""What each column does in its table: key, time, validity, measure, attribute, text or constant."""

from __future__ import annotations

import numpy as np

from assay.catalog.facts import NUMERIC, ColumnFacts, Family, TableFacts, mentions, singular
from assay.catalog.keys import is_key
from assay.catalog.semantic_types import (
    NOT_ADDITIVE,
    UNIT_PRICE,
    Meaning,
    SemanticType,
    additive,
    described,
    identified,
    is_free_text,
    told_by_name,
)
from assay.contracts.enums import Role

_START = frozenset({"start", "begin", "from", "effective", "open", "开始", "起始", "生效"})
_END = frozenset({"end", "to", "until", "expiry", "expire", "expires", "expiration", "close", "结束", "截止", "失效", "到期"})
_PERIOD = frozenset({"week", "month", "quarter", "year", "day", "hour", "周", "月", "季", "年"})
_TIME_WORDS = frozenset({"time", "timestamp", "ts", "date", "datetime", "day", "at", "时间", "日期"})
_BORN = frozenset({"birth", "birthday", "dob", "出生", "生日"})
_OF_THINGS = _BORN | {"signup", "registered", "registration", "joined", "created", "updated", "modified", "launched",
                      "注册", "创建", "更新"}
_HAPPENED = frozenset({"transaction", "event", "order", "purchase", "occurred", "happened", "visit", "click", "view", "paid"})
_SECONDS = (946_684_800, 4_102_444_800)  # 2000-01-01 to 2100-01-01
_WORDS = frozenset({SemanticType.TEXT, SemanticType.REVIEW})
_PERSONS = frozenset({SemanticType.GENDER, SemanticType.BIRTH_DATE})  # in a table of persons, whose name is no thing's
_BARE = frozenset({"name", "names", "名字"})


def holds_times(column: ColumnFacts) -> bool:
    """Whether values are dates or times: by type, as ISO text, or as seconds since 1970 under a name that says so."""
    if column.family is Family.TIME or column.holds_dates:
        return True
    if column.family not in NUMERIC or not mentions(column.words, _TIME_WORDS) or not len(column.numbers):
        return False
    low, high = float(np.min(column.numbers)), float(np.max(column.numbers))
    return any(_SECONDS[0] <= low / unit and high / unit <= _SECONDS[1] for unit in (1, 1000))


def tells_of_thing(column: ColumnFacts) -> bool:
    """Whether a time is an attribute of the thing that a row describes: born, registered, last changed."""
    return mentions(column.words, _OF_THINGS)


def find_roles(table: TableFacts) -> dict[str, tuple[Role, Meaning]]:
    """Role and meaning of every column, in the table's order."""
    out: dict[str, tuple[Role, Meaning]] = {}
    times = [name for name, column in table.columns.items() if holds_times(column)]
    bounds = _validity(table, times)
    for name, column in table.columns.items():
        if name in bounds:
            out[name] = bounds[name]
        elif name in times:
            out[name] = _time(column)
        elif is_key(column):
            out[name] = Role.KEY, identified(column)
        else:
            out[name] = _other(column)
    if _PERSONS & {meaning.type for _, meaning in out.values()}:
        for name, (role, meaning) in out.items():
            if meaning.type is SemanticType.NAME and {*table.columns[name].words} <= _BARE:
                out[name] = role, Meaning(SemanticType.PERSON_NAME, 0.7)
    return out


def _validity(table: TableFacts, times: list[str]) -> dict[str, tuple[Role, Meaning]]:
    """The columns between which a row is valid; a start without an end is a time, and so is the start of a week."""
    plain = [name for name in times if not mentions(table.columns[name].words, _PERIOD)]
    starts = [name for name in plain if mentions(table.columns[name].words, _START)]
    ends = [name for name in plain if mentions(table.columns[name].words, _END) and name not in starts]
    if not starts or not ends:
        return {}
    return {starts[0]: (Role.VALID_FROM, Meaning(SemanticType.VALID_FROM, 0.9)),
            ends[0]: (Role.VALID_TO, Meaning(SemanticType.VALID_TO, 0.9))}


def _time(column: ColumnFacts) -> tuple[Role, Meaning]:
    whole_days = (column.dtype == "DATE" or (column.family is Family.TIME and bool((column.numbers % 86_400 == 0).all()))
                  or (column.holds_dates and column.text_length <= 10))
    role = Role.ATTRIBUTE if mentions(column.words, _BORN) else Role.TIME
    kind = SemanticType.DATE if whole_days else SemanticType.EVENT_TIME
    kind = SemanticType.BIRTH_DATE if role is Role.ATTRIBUTE else kind
    return role, Meaning(kind, 0.95 if column.family is Family.TIME else 0.7)


def _other(column: ColumnFacts) -> tuple[Role, Meaning]:
    meaning = described(column)
    if column.rows > 1 and column.distinct <= 1 and column.nulls in (0, column.rows):
        return Role.CONSTANT, meaning
    if column.family in NUMERIC and additive(meaning.type) and not mentions(column.words, NOT_ADDITIVE | UNIT_PRICE):
        return Role.MEASURE, meaning
    if column.family in NUMERIC or column.family is Family.BOOLEAN:
        return Role.ATTRIBUTE, meaning
    if is_free_text(column) and (meaning.type in _WORDS or told_by_name(column) is None):
        return Role.TEXT, meaning
    return Role.ATTRIBUTE, meaning


def time_score(column: ColumnFacts) -> tuple[bool, bool, int, int]:
    """How well a time column tells when the row happened; higher is better."""
    said = {singular(word) for word in column.words}
    return not tells_of_thing(column), bool(said & _HAPPENED), column.filled, column.distinct
