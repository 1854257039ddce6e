"""What sources and other catalogues declare of tables: whose word counts, and how far declared keys are believed.

The word of the first catalogue in the manifest's order counts, then the source's own. Databases enforce declared keys,
warehouses mostly don't. So a key whose values repeat is left aside, and of a reference is told how much of it holds.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import pyarrow as pa

from assay.catalog.facts import TableFacts
from assay.catalog.keys import NEARLY
from assay.catalog.rows import Rows
from assay.errors import UnreadableData

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Words:
    """What is declared of a table, each word by whoever counts.

    Attributes:
        comment: What it is.
        owner: Who answers for it.
        tier: Its rank.
    """

    comment: str | None = None
    owner: str | None = None
    tier: str | None = None


def table_words(declared: pa.Table | None, catalogues: Sequence[str]) -> dict[str, Words]:
    """What is declared of tables, by asset.

    Args:
        declared: Contract `declared`, where there is one.
        catalogues: Names of the manifest's catalogues, in its order.
    """
    found: dict[str, Words] = {}
    for row in _ranked(declared, catalogues):
        if row["column"] is None:
            known = found.get(row["asset_id"], Words())
            new = {field.name: row[field.name] for field in fields(known) if getattr(known, field.name) is None}
            found[row["asset_id"]] = replace(known, **new)
    return found


def _ranked(declared: pa.Table | None, catalogues: Sequence[str]) -> list[dict[str, Any]]:
    """Rows, those first whose word counts."""
    rank = {name: place for place, name in enumerate(catalogues)}
    rows = declared.to_pylist() if declared is not None else []
    return sorted(rows, key=lambda row: rank.get(row["origin"], len(rank)))


@dataclass(frozen=True)
class DeclaredReference:
    """Columns that refer to those of another asset, in the same order."""

    columns: tuple[str, ...]
    target: str
    to_columns: tuple[str, ...]


@dataclass(frozen=True)
class Declaration:
    """What is declared of one asset.

    Attributes:
        comments: By column.
        primary_key: Columns in the key's order; empty if none is declared.
        references: In the order of their first columns.
    """

    comments: Mapping[str, str] = field(default_factory=dict)
    primary_key: tuple[str, ...] = ()
    references: tuple[DeclaredReference, ...] = ()

    @property
    def keys(self) -> frozenset[str]:
        """Columns that identify a thing: this table's where it is identified by one alone, or another's."""
        own = self.primary_key if len(self.primary_key) == 1 else ()
        return frozenset((*own, *(column for reference in self.references for column in reference.columns)))


NOTHING = Declaration()


def read_declarations(declared: pa.Table | None, catalogues: Sequence[str]) -> dict[str, Declaration]:
    """What is declared of columns, by asset.

    Args:
        declared: Contract `declared`, where there is one.
        catalogues: Names of the manifest's catalogues, in its order.
    """
    by_asset: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in _ranked(declared, catalogues):
        if row["column"] is not None:
            by_asset[row["asset_id"]].append(row)
    keys = {asset: _primary_key(said) for asset, said in by_asset.items()}
    return {asset: Declaration({row["column"]: row["comment"] for row in reversed(said) if row["comment"]}, keys[asset],
                               tuple(_references(said, keys))) for asset, said in by_asset.items()}


def _primary_key(said: list[Mapping[str, Any]]) -> tuple[str, ...]:
    """The key that the first speaker declares who declares one."""
    origin = next((row["origin"] for row in said if row["key_position"] is not None), None)
    placed = sorted((row["key_position"], row["column"]) for row in said
                    if row["origin"] == origin and row["key_position"] is not None)
    return tuple(column for _, column in placed)


def _references(said: list[Mapping[str, Any]], keys: Mapping[str, tuple[str, ...]]) -> Iterable[DeclaredReference]:
    """Columns that refer to all columns of one key belong together; every other one refers by itself."""
    targets: dict[str, dict[str, str]] = defaultdict(dict)
    for row in said:
        if row["refers_to_asset"] is not None:
            targets[row["refers_to_asset"]].setdefault(row["column"], row["refers_to_column"])
    for target, pairs in targets.items():
        key = keys.get(target, ())
        if len(key) > 1 and sorted(pairs.values()) == sorted(key):
            by_target = {to: column for column, to in pairs.items()}
            yield DeclaredReference(tuple(by_target[to] for to in key), target, key)
        else:
            yield from (DeclaredReference((column,), target, (to,)) for column, to in pairs.items())


def believed_key(table: TableFacts, said: Declaration, rows: Rows | None) -> tuple[str, ...]:
    """The declared primary key, or none where a column is missing or more than 2 % of its values repeat."""
    key = said.primary_key
    if not key or not set(key) <= set(table.columns):
        return ()
    if len(key) == 1:
        column = table.columns[key[0]]
        holds = not column.exact or column.distinct >= NEARLY * table.rows
    else:
        holds = _identify(table.asset_id, key, rows)
    if not holds:
        logger.warning("%s declares the key %s, but its values repeat; it is not believed", table.asset_id, ", ".join(key))
    return key if holds else ()


def _identify(asset: str, key: tuple[str, ...], rows: Rows | None) -> bool:
    """Whether columns identify the newest rows; believed where these can't be asked for."""
    if rows is None or asset not in rows:
        return True
    try:
        return rows.distinct(asset, key, newest=True) >= NEARLY * rows.count(asset, newest=True)
    except UnreadableData:  # told where relations are looked for, which asks for the same rows
        return True
