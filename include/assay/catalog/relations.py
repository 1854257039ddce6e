"""How assets are related: references to another table's key, and copies of a table.

Value inclusion alone never suffices: identifiers that count from 1 are included in each other everywhere. A reference needs a
name that agrees, the same kind of type, and values in common. It is kept when only a part of the values is found (a table may
describe a third of all households), with its coverage and a lower confidence.

A key without an owner, that no table describes row by row, is owned by the association that lists it: where an association
holds at least 90 % of the values that an event table refers to, and its own name starts with the key's, that is a reference
too, many to many and with lower confidence (redeemed coupons -> the products a coupon is good for).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import pyarrow.compute as pc

from assay.catalog.facts import ColumnFacts, Family, TableFacts, singular
from assay.catalog.keys import SUFFIXES
from assay.catalog.kinds import TableKind
from assay.contracts.enums import AssetKind, RelationKind, Role

_FEWEST_COVERED = 0.01
_LISTED = 0.9
_OWNERS = (AssetKind.ENTITY, AssetKind.REFERENCE, AssetKind.EVENT)


@dataclass(frozen=True)
class Relation:
    """A row of the contract RELATIONS."""

    kind: RelationKind
    from_asset: str
    from_columns: tuple[str, ...]
    to_asset: str
    to_columns: tuple[str, ...]
    coverage: float
    confidence: float


def find_relations(tables: Mapping[str, TableFacts], roles: Mapping[str, Mapping[str, Role]],
                   kinds: Mapping[str, TableKind]) -> list[Relation]:
    """All relations among assets, ordered by kind, assets and columns.

    Args:
        tables: Facts by asset.
        roles: Of each column by asset.
        kinds: By asset.
    """
    copies = _find_copies(tables)
    copied = {relation.from_asset for relation in copies}
    originals = [asset for asset in sorted(tables) if asset not in copied]
    references, owned = [], set()
    for target in originals:
        if kinds[target].kind in _OWNERS and len(kinds[target].primary_key) == 1:
            key = tables[target].columns[kinds[target].primary_key[0]]
            if roles[target][key.name] is Role.KEY:
                owned.add(_core(key, tables[target]))
                references += _references(key, tables, roles)
    references += _references_to_lists(originals, tables, roles, kinds, owned)
    return sorted([*copies, *references], key=lambda r: (r.kind, r.from_asset, r.from_columns, r.to_asset, r.to_columns))


def _references(key: ColumnFacts, tables: Mapping[str, TableFacts], roles: Mapping[str, Mapping[str, Role]]) -> list[Relation]:
    """Every column that refers to a table's own key."""
    out = []
    for asset in sorted(tables):
        for name, column in tables[asset].columns.items():
            if asset == key.asset_id or roles[asset][name] is not Role.KEY:
                continue
            alike = _alike(column, key, tables[key.asset_id])
            covered = coverage(column, key) if alike and _comparable(column, key) else 0.0
            if covered >= _FEWEST_COVERED:
                out.append(_reference(column, key, covered, alike * (0.4 + 0.6 * covered)))
    return out


def _references_to_lists(originals: Sequence[str], tables: Mapping[str, TableFacts], roles: Mapping[str, Mapping[str, Role]],
                         kinds: Mapping[str, TableKind], owned: set[tuple[str, ...]]) -> list[Relation]:
    """References of events to associations that list a key which no table describes."""
    out = []
    for target in originals:
        if kinds[target].kind is not AssetKind.ASSOCIATION:
            continue
        for key in tables[target].columns.values():
            core = _core(key, tables[target])
            if roles[target][key.name] is not Role.KEY or core in owned or not core:
                continue
            if tuple(singular(word) for word in tables[target].words)[: len(core)] != core:
                continue
            for asset in originals:
                column = tables[asset].columns.get(key.name)
                if kinds[asset].kind is not AssetKind.EVENT or column is None or not _comparable(column, key):
                    continue
                covered = coverage(column, key)
                if covered >= _LISTED:
                    out.append(_reference(column, key, covered, 0.6 * covered))
    return out


def _reference(column: ColumnFacts, key: ColumnFacts, covered: float, confidence: float) -> Relation:
    return Relation(RelationKind.FOREIGN_KEY, column.asset_id, (column.name,), key.asset_id, (key.name,), round(covered, 6),
                    round(min(confidence, 0.99), 6))


def coverage(column: ColumnFacts, key: ColumnFacts) -> float:
    """Share of a column's different values that a key has, 0..1; 0 for a column without values."""
    values = column.key_values
    return float(pc.mean(pc.is_in(values, value_set=key.key_values)).as_py() or 0.0) if len(values) else 0.0


def _core(column: ColumnFacts, table: TableFacts) -> tuple[str, ...]:
    """What a key names: `product` for `product_id` anywhere and for `id` in `products`."""
    stem = tuple(singular(word) for word in column.words if singular(word) not in SUFFIXES)
    return stem or tuple(singular(word) for word in table.words)


def _alike(column: ColumnFacts, key: ColumnFacts, target: TableFacts) -> float:
    """How well a column's name agrees with a key's, 0..1: the same, or one that ends in it (`home_store_id`)."""
    stem, core = tuple(singular(word) for word in column.words if singular(word) not in SUFFIXES), _core(key, target)
    if not stem:
        return 0.0  # a bare `id` identifies its own table's rows
    if stem == core:
        return 1.0
    return 0.85 if stem[-len(core):] == core else 0.0


def _comparable(column: ColumnFacts, key: ColumnFacts) -> bool:
    """Whether both hold the same kind of value; whole floats are integers with gaps."""
    def kind(facts: ColumnFacts) -> Family:
        return Family.INTEGER if facts.family is Family.REAL and facts.whole else facts.family

    return kind(column) is kind(key) and column.exact == key.exact


def _find_copies(tables: Mapping[str, TableFacts]) -> list[Relation]:
    """Tables whose columns and contents are those of another, which comes first in order of names."""
    out = []
    prints = {asset: _contents(table) for asset, table in tables.items() if table.rows}
    first: dict[tuple[tuple[str, str], ...], str] = {}
    for original, copy in combinations(sorted(prints), 2):
        if prints[original] == prints[copy] and first.setdefault(prints[copy], original) == original:
            names = tuple(name for name, _ in prints[copy])
            out.append(Relation(RelationKind.DUPLICATE, copy, names, original, names, 1.0, 0.99))
    return out


def _contents(table: TableFacts) -> tuple[tuple[str, str], ...]:
    """Name and fingerprint of each column's value counts, by name."""
    out = []
    for name in sorted(table.columns):
        column = table.columns[name]
        ordered = column.values.combine_chunks().take(pc.array_sort_indices(column.values))
        counts = column.counts[pc.array_sort_indices(column.values).to_numpy()]
        digest = hashlib.sha256(f"{column.dtype} {column.rows} {column.nulls}\0".encode())
        for value, count in zip(ordered.to_pylist(), counts.tolist(), strict=True):
            digest.update(f"{value}\0{count}\n".encode())
        out.append((name, digest.hexdigest()))
    return tuple(out)
