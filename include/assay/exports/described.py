"""What exports tell of a partition: of each asset its facts, columns, checks and worth, and what flows from one to another."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from assay.config.manifest import Platform
from assay.contracts.enums import RelationKind
from assay.quality.expectations import Expectation
from assay.quality.scores import dimension_scores
from assay.quality.suite import Suite

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Asset:
    """One asset. Values of its data are masked where they are personal, as in every artifact.

    Attributes:
        facts: Its row of `assets`.
        worth: Its row of `inventory`.
        primary_key: Columns that identify a row; empty where none do.
        columns: Its rows of `columns`, in the table's order.
        profile: Column -> its row of `profiles`, of the newest partition.
        checks: Its rows of `checks`.
        expected: What its suite expects; empty where nobody wrote one.
        quality: Dimension -> score, 0..1, higher is better.
        references: `relations` of kind foreign_key that go out from it.
        copies: Assets that hold the same, ascending.
    """

    facts: Row
    worth: Row
    primary_key: tuple[str, ...]
    columns: tuple[Row, ...]
    profile: Mapping[str, Row]
    checks: tuple[Row, ...]
    expected: tuple[Expectation, ...]
    quality: Mapping[str, float]
    references: tuple[Row, ...]
    copies: tuple[str, ...]

    @property
    def asset_id(self) -> str:
        """Its id."""
        return str(self.facts["asset_id"])


@dataclass(frozen=True)
class Described:
    """All assets of a platform as a partition found them.

    Attributes:
        platform: The manifest.
        partition: Local day.
        assets: By id, ascending.
        flows: Rows of `lineage`.
    """

    platform: Platform
    partition: str
    assets: tuple[Asset, ...]
    flows: tuple[Row, ...]

    @property
    def title(self) -> str:
        """What people call the platform."""
        return self.platform.title or self.platform.platform

    @property
    def ends(self) -> str:
        """When the partition ended, as ISO 8601 in UTC: the time of everything that is exported, whenever it is made."""
        day = dt.date.fromisoformat(self.partition) + dt.timedelta(days=1)
        end = dt.datetime.combine(day, dt.time(), ZoneInfo(self.platform.timezone)).astimezone(dt.UTC)
        return end.strftime("%Y-%m-%dT%H:%M:%SZ")


def describe(platform: Platform, partition: str, tables: Mapping[str, pa.Table], profiles: Sequence[pa.Table],
             suites: Mapping[str, Suite]) -> Described:
    """Put artifacts together asset by asset.

    Args:
        platform: The manifest.
        partition: Local day.
        tables: `assets`, `inventory`, `table_kinds`, `columns`, `relations`, `checks`, `quality_scores` and `lineage`, by
            contract.
        profiles: `profiles` of the assets that have one.
        suites: Asset -> its suite, of those that have one.
    """
    worth, kinds = ({row["asset_id"]: row for row in tables[name].to_pylist()} for name in ("inventory", "table_kinds"))
    columns, checks = (_grouped(tables[name]) for name in ("columns", "checks"))
    quality = dimension_scores(tables["quality_scores"])
    counted: defaultdict[str, dict[str, Row]] = defaultdict(dict)
    for row in (row for table in profiles for row in table.to_pylist()):
        counted[row["asset_id"]][row["column"]] = row
    references: defaultdict[str, list[Row]] = defaultdict(list)
    copies: defaultdict[str, set[str]] = defaultdict(set)
    for row in tables["relations"].to_pylist():
        if row["kind"] == RelationKind.FOREIGN_KEY:
            references[row["from_asset"]].append(row)
        elif row["kind"] == RelationKind.DUPLICATE:
            copies[row["from_asset"]].add(row["to_asset"])
            copies[row["to_asset"]].add(row["from_asset"])
    facts = {row["asset_id"]: row for row in tables["assets"].to_pylist()}
    assets = tuple(
        Asset(facts[asset], worth[asset], tuple(kinds.get(asset, {}).get("primary_key") or ()), tuple(columns[asset]),
              counted.get(asset, {}), tuple(checks[asset]), suites[asset].expectations if asset in suites else (),
              quality.get(asset, {}), tuple(references[asset]),
              tuple(sorted(copies[asset]))) for asset in sorted(facts))
    return Described(platform, partition, assets, tuple(tables["lineage"].to_pylist()))


def _grouped(table: pa.Table) -> defaultdict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in table.to_pylist():
        found[row["asset_id"]].append(row)
    return found
