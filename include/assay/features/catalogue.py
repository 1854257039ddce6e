"""What the planner knows of the assets: roles, kinds, keys that mean the same thing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from assay.catalog.copies import copies_of
from assay.contracts.enums import AssetKind, RelationKind, Role

_SURE = 0.3  # relations below this confidence don't join anything


@dataclass(frozen=True)
class ColumnFacts:
    """One column as `classify` sees it."""

    name: str
    dtype: str
    role: Role
    semantic_type: str
    distinct_count: int


@dataclass(frozen=True)
class AssetFacts:
    """One asset as `classify` and `discover` see it.

    Attributes:
        asset_id: `<source>.<table>`.
        kind: What its rows are.
        time_column: When a row happened or which date it concerns.
        primary_key: Columns that identify a row.
        columns: By name, in the table's order.
        ahead_days: Days before its date that a row is known.
        period_days: Days for which a row of a dated asset holds: its rhythm, at least one.
    """

    asset_id: str
    kind: AssetKind
    time_column: str | None
    primary_key: tuple[str, ...]
    columns: Mapping[str, ColumnFacts]
    ahead_days: int = 0
    period_days: int = 1

    def having(self, *roles: Role) -> list[ColumnFacts]:
        """Columns in one of these roles, in the table's order."""
        return [column for column in self.columns.values() if column.role in roles]


@dataclass(frozen=True)
class Catalogue:
    """All assets and the key domains that join them.

    Attributes:
        assets: By asset id, ascending.
        domains: (asset id, column) -> name of the set of things that its values identify.
        copies: Asset that is a copy -> the first of its group of copies.
    """

    assets: Mapping[str, AssetFacts]
    domains: Mapping[tuple[str, str], str]
    copies: Mapping[str, str] = field(default_factory=dict)

    def alike(self, asset_id: str) -> list[str]:
        """The assets that hold the same as this one, itself among them, ascending."""
        first = self.copies.get(asset_id, asset_id)
        return sorted({first, *(copy for copy, stays in self.copies.items() if stays == first)})

    def without(self, spare: Collection[str]) -> Catalogue:
        """The catalogue of the other assets."""
        kept = {asset_id: facts for asset_id, facts in self.assets.items() if asset_id not in spare}
        return Catalogue(kept, {key: domain for key, domain in self.domains.items() if key[0] in kept}, self.copies)

    def columns_of(self, asset_id: str, domain: str) -> list[str]:
        """Key columns of an asset that identify things of `domain`."""
        return [c for c in self.assets[asset_id].columns if self.domains.get((asset_id, c)) == domain]

    def keys_of(self, asset_id: str) -> dict[str, str]:
        """Domain -> first key column of it, for every domain that the asset refers to."""
        found: dict[str, str] = {}
        for column in self.assets[asset_id].columns:
            domain = self.domains.get((asset_id, column))
            if domain is not None:
                found.setdefault(domain, column)
        return found

    def owner(self, domain: str) -> AssetFacts | None:
        """The entity asset whose primary key is the domain, if there is one; the widest where there are several."""
        owners = [a for a in self.assets.values() if a.kind in (AssetKind.ENTITY, AssetKind.REFERENCE)
                  and len(a.primary_key) == 1 and self.domains.get((a.asset_id, a.primary_key[0])) == domain]
        return max(owners, key=lambda a: (len(a.columns), a.asset_id), default=None)


def build_catalogue(columns: pa.Table, kinds: pa.Table, relations: pa.Table, *, ahead_days: Mapping[str, int],
                    period_days: Mapping[str, int]) -> Catalogue:
    """Read the artifacts of `classify`.

    Args:
        columns: Contract `columns`.
        kinds: Contract `table_kinds`.
        relations: Contract `relations`.
        ahead_days: Asset id -> days before its date that a row is known.
        period_days: Asset id -> days between its source partitions.
    """
    facts: dict[str, dict[str, ColumnFacts]] = {}
    for row in columns.to_pylist():
        facts.setdefault(row["asset_id"], {})[row["column"]] = ColumnFacts(
            row["column"], row["dtype"], Role(row["role"]), row["semantic_type"], row["distinct_count"])
    assets = {
        row["asset_id"]: AssetFacts(
            row["asset_id"], AssetKind(row["kind"]), row["time_column"], tuple(row["primary_key"] or ()),
            facts.get(row["asset_id"], {}), ahead_days.get(row["asset_id"], 0), period_days.get(row["asset_id"], 1))
        for row in sorted(kinds.to_pylist(), key=lambda r: str(r["asset_id"]))
    }
    return Catalogue(assets, _domains(assets.values(), relations), copies_of(relations))


def _domains(assets: Iterable[AssetFacts], relations: pa.Table) -> dict[tuple[str, str], str]:
    """Group key columns: by relation, and by equal name and meaning where no table owns the thing."""
    keys = [(a.asset_id, c.name, c.semantic_type) for a in assets for c in a.having(Role.KEY)]
    parent: dict[tuple[str, str], tuple[str, str]] = {(asset, column): (asset, column) for asset, column, _ in keys}

    def root(node: tuple[str, str]) -> tuple[str, str]:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    def join(a: tuple[str, str], b: tuple[str, str]) -> None:
        if a in parent and b in parent:
            first, second = sorted((root(a), root(b)))
            parent[second] = first

    for row in relations.to_pylist():
        if row["kind"] == RelationKind.FOREIGN_KEY and len(row["from_columns"]) == 1 and row["confidence"] >= _SURE:
            join((row["from_asset"], row["from_columns"][0]), (row["to_asset"], row["to_columns"][0]))
    first_of: dict[tuple[str, str], tuple[str, str]] = {}
    for asset, column, meaning in sorted(keys):
        join((asset, column), first_of.setdefault((column, meaning), (asset, column)))
    return {node: "{}:{}".format(*root(node)) for node in sorted(parent)}
