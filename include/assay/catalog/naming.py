"""How well the name of a column says that it refers to a table's key.

What a table's columns all begin with is no part of their names (`l_orderkey` in `lineitem`). What remains names a thing and
then says that it identifies it. Words are the same, short for each other (`cust` for customer, `qty` for quantity), or several
run together (`cdemo` for customer demographics). Before the thing may stand the part that it plays (`bill_customer_sk`); some
parts are told by themselves (`manager_id` is an employee's, `parent_id` one of the same table).
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from assay.catalog.facts import ColumnFacts, TableFacts, singular
from assay.catalog.keys import NUMBERING, SUFFIXES

_PREFIXED = 0.6  # share of a table's columns from which a common first word is a prefix
PERSONS = frozenset({"employee", "staff", "user", "person", "people", "worker", "member", "员工", "用户", "人员"})
PARTS = frozenset({"manager", "mgr", "boss", "supervisor", "lead", "leader", "head", "owner", "author", "creator", "approver",
                   "assignee", "seller", "salesperson", "agent", "reviewer", "editor", "sender", "receiver", "经理",
                   "主管", "店长", "负责人"})
_ABOVE = frozenset({"parent", "super", "superior", "root", "previous", "original", "ancestor", "predecessor", "up", "above",
                    "reply", "replied", "上级", "父"})
_KINDS_OF_TABLE = frozenset({"dim", "fact", "table", "tbl", "info", "master", "data", "dimension"})
_SAME, _PART, _TOLD, _OWN = 1.0, 0.85, 0.6, 0.7


class Names:
    """The names of all columns, each without its table's prefix.

    Args:
        table: The table.
    """

    def __init__(self, table: TableFacts) -> None:
        own = tuple(singular(word) for word in table.words)
        self._own = tuple(word for word in own if word not in _KINDS_OF_TABLE) or own
        first = Counter(column.words[0] for column in table.columns.values() if len(column.words) > 1)
        word, count = max(first.items(), key=lambda item: (item[1], item[0]), default=("", 0))
        self._prefix = word if count >= 3 and count >= _PREFIXED * len(table.columns) else ""

    @property
    def table(self) -> tuple[str, ...]:
        """The words of the table's name in the singular."""
        return self._own

    def of(self, column: ColumnFacts) -> tuple[str, ...]:
        """The words of a column's name in the singular, without the prefix."""
        words = tuple(singular(word) for word in column.words)
        return words[1:] if len(words) > 1 and words[0] == self._prefix else words


def stem(words: tuple[str, ...]) -> tuple[str, ...]:
    """The thing that a name names: all words but those that say that it is identified."""
    return tuple(word for word in words if word not in SUFFIXES and (word not in NUMBERING or word != words[-1]))


def is_telling(words: tuple[str, ...]) -> bool:
    """Whether a name has a word at all: `c12` has none."""
    return any(len(word) > 1 and not word.isdigit() for word in words)


def names_own_table(column: ColumnFacts, names: Names) -> bool:
    """Whether a column is named like its own table, or like nothing at all: `c_customer_sk` in `customer`, a bare `id`."""
    named = stem(names.of(column))
    return not named or _agree(named, names.table) >= _OWN


def likeness(column: ColumnFacts, source: Names, key: ColumnFacts, target: Names) -> float:
    """How well a column's name agrees with a key's, 0..1.

    1 for the same thing, 0.85 for one that a part precedes or that goes by an abbreviation, less for what is only alike. 0 for
    a bare `id`, which identifies its own table's rows.
    """
    words, keyed = source.of(column), target.of(key)
    named, core = stem(words), stem(keyed)
    if not is_telling(words) or not is_telling(keyed):
        return 0.0
    same_table = column.asset_id == key.asset_id
    scores = [0.0]
    if named and not same_table:
        scores.append(_agree(named, core or target.table))
        scores.append(0.95 * _agree(named, target.table))
        if core and not set(core) & set(target.table):
            scores.append(0.95 * _agree(named, (*target.table, *core)))
    if len(words) > 1 and words[-1] == keyed[-1] and not same_table and len(keyed) <= 2:
        scores.append(0.95 * _agree(words[:-1], keyed[:-1] or target.table))  # `chengshi_dm` and `dm` in `chengshi`
    if words == keyed and not same_table and stem(words) != () and (column.name == key.name or len(words) > 1):
        scores.append(_SAME)
    scores.append(_told(column, words, keyed, key, target, same_table))
    return max(scores)


def _told(column: ColumnFacts, words: tuple[str, ...], keyed: tuple[str, ...], key: ColumnFacts, target: Names,
          same_table: bool) -> float:
    """Whether a part that is told by itself fits the target: a manager is one of the employees."""
    before = words[: len(words) - 1] if words[-1] == keyed[-1] else stem(words)
    if same_table:
        if column.name == key.name:
            return 0.0
        above = any(word in _ABOVE for word in (before or words))
        above |= any(word in PARTS for word in before) and any(word in PERSONS for word in target.table)
        longer = len(words) > len(keyed) and words[-len(keyed):] == keyed and len(stem(words)) > 0
        return _PART if above or (longer and bool(stem(keyed))) else 0.0
    return _TOLD if any(word in PARTS for word in before) and any(word in PERSONS for word in target.table) else 0.0


def _agree(named: tuple[str, ...], core: tuple[str, ...]) -> float:
    """How well the words of one name end in those of another."""
    if not named or not core:
        return 0.0
    if named == core:
        return _SAME
    if named[-len(core):] == core:
        return _PART
    joined = max(_joins(named[-1], core[start:]) for start in range(len(core)))
    each = [_word(word, other) for word, other in zip(named[::-1], core[::-1], strict=False)]
    aligned = min(each) if len(named) >= len(core) else 0.9 * min(each)
    last = 0.8 * max(_word(named[-1], word) for word in core) if len(core) > 1 else 0.0
    return _PART * max(joined, aligned, last)


@lru_cache(maxsize=65_536)
def _word(word: str, other: str) -> float:
    """How surely two words mean the same, 0..1."""
    if word == other:
        return 1.0
    short, long = sorted((word, other), key=len)
    if len(short) < 2 or short[0] != long[0] or not short.isalpha():
        return 0.0
    if long.startswith(short) and len(short) >= 3:
        return 0.95
    letters = iter(long)
    if not all(letter in letters for letter in short):
        return 0.0
    return 0.85 if len(short) >= 3 else 0.65


@lru_cache(maxsize=65_536)
def _joins(word: str, others: tuple[str, ...]) -> float:
    """Whether a word is made of the beginnings of others, in order (`cdemo` of customer demographics); 1 if of whole words."""
    if len(others) < 2 or len(word) < 3:
        return 0.0
    if word == "".join(others):
        return 1.0

    def fits(rest: str, left: tuple[str, ...]) -> bool:
        if not left:
            return not rest
        return any(left[0].startswith(rest[:n]) and fits(rest[n:], left[1:]) for n in range(1, len(rest) + 1))

    return 0.95 if len(word) > len(others) and fits(word, others) else 0.0
