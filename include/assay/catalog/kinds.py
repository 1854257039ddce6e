"""What the rows of a table are: events, entities, associations or a reference list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from assay.catalog.facts import TableFacts, singular
from assay.catalog.keys import SUFFIXES, names_table, primary_key
from assay.catalog.roles import tells_of_thing, time_score
from assay.catalog.semantic_types import SemanticType
from assay.contracts.enums import AssetKind, Role

_THINGS = frozenset({SemanticType.USER_ID, SemanticType.ITEM_ID, SemanticType.STORE_ID, SemanticType.CAMPAIGN_ID,
                     SemanticType.COUPON_ID, SemanticType.MANUFACTURER_ID})
_SMALL = 1000  # rows up to which a table can be a reference list
PROVEN = 50  # rows from which a unique column identifies the rows of an event table


@dataclass(frozen=True)
class TableKind:
    """What a table is.

    Attributes:
        kind: What its rows are.
        time_column: When a row happened or which date it concerns, if it has such a column.
        primary_key: Columns that identify a row; empty if none is known.
    """

    kind: AssetKind
    time_column: str | None
    primary_key: tuple[str, ...]


def find_kind(table: TableFacts, roles: Mapping[str, Role], meanings: Mapping[str, SemanticType],
              time: str | None = None, declared: tuple[str, ...] = ()) -> TableKind:
    """What a table is, by the roles of its columns and by what identifies its rows.

    Args:
        table: The table.
        roles: Of each column.
        meanings: Of each column.
        time: The time column where it is known from outside.
        declared: The primary key that the source declares; it is taken at its word.
    """
    identity = declared[0] if len(declared) == 1 else None
    kind = _find_kind(table, roles, meanings, time, identity)
    return replace(kind, primary_key=declared) if declared else kind


def _find_kind(table: TableFacts, roles: Mapping[str, Role], meanings: Mapping[str, SemanticType], time: str | None,
               declared: str | None) -> TableKind:
    keys = [name for name, role in roles.items() if role is Role.KEY]
    measures = [name for name, role in roles.items() if role is Role.MEASURE]
    times = [name for name, role in roles.items() if role is Role.TIME]
    found = time or max(times, key=lambda name: time_score(table.columns[name]), default=None)
    identity = declared or primary_key(table, keys)
    if found is not None:
        return _timed(table, keys, measures, meanings, found, identity)
    others = [name for name in roles if name not in keys and roles[name] is not Role.CONSTANT]
    if identity is not None and (others or len(keys) == 1):
        return TableKind(AssetKind.ENTITY, None, (identity,))
    if len(keys) >= 2 and not measures:
        return TableKind(AssetKind.ASSOCIATION, None, ())
    listed = _lists(table)
    if not keys and not measures and listed is not None:
        return TableKind(AssetKind.REFERENCE, None, (listed,))
    return TableKind(AssetKind.UNKNOWN, None, (identity,) if identity else ())


def _timed(table: TableFacts, keys: list[str], measures: list[str], meanings: Mapping[str, SemanticType], time: str,
           identity: str | None) -> TableKind:
    """A table with a time: things with a date of birth or change are entities, all else are events."""
    if identity is not None and meanings[identity] in _THINGS:
        own = _is_named_after(table, identity)
        alone = len(keys) == 1 and table.rows >= 20
        if own or (alone and tells_of_thing(table.columns[time])):
            return TableKind(AssetKind.ENTITY, time, (identity,))
    if not keys and not measures and table.rows <= _SMALL and table.columns[time].distinct == table.rows > 0:
        return TableKind(AssetKind.REFERENCE, time, (time,))
    proven = (identity is not None and table.rows >= PROVEN and table.columns[identity].distinct == table.rows
              and (names_table(table.columns[identity], table) or meanings[identity] not in _THINGS))
    return TableKind(AssetKind.EVENT, time, (identity,) if proven and identity is not None else ())


def _is_named_after(table: TableFacts, key: str) -> bool:
    """Whether the table is the list of what the key identifies: `users` for `user_id`, not `user_visits`."""
    stem = [singular(word) for word in table.columns[key].words if singular(word) not in SUFFIXES]
    return bool(stem) and [singular(word) for word in table.words][-1:] == stem[-1:]


def _lists(table: TableFacts) -> str | None:
    """First column of a small table that has no repeats and no gaps."""
    if not 0 < table.rows <= _SMALL:
        return None
    return next((name for name, column in table.columns.items() if column.exact and column.distinct == table.rows), None)
