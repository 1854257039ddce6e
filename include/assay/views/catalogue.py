"""The inventory of one partition: a row for each asset with everything that a list of them shows, and the search in it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from assay.config.manifest import Platform
from assay.contracts import schemas
from assay.contracts.enums import Action
from assay.errors import ArtifactMissing, AssetUnknown
from assay.views.reading import Published, Reader
from assay.views.selection import fold

MOST_PAST = 26  # partitions that a value's past is drawn from
# what is read of each row, in this order, is what a row has
OF_INVENTORY = tuple(schemas.INVENTORY.schema.names)
OF_ASSETS = ("kind", "domain", "description", "owner", "tier", "format", "location", "row_count", "bytes", "n_columns",
             "last_partition", "freshness_hours", "schema_change", "potential_uses")
_TEXTS = ("asset_id", "description", "domain", "owner", "usage", "action", "reason")
_Row = dict[str, Any]


@dataclass(frozen=True)
class Catalogue:
    """All assets of one partition.

    Attributes:
        platform: Name of the manifest.
        partition: Local day.
        unit: Of values, costs and what is at stake.
        rows: By rank; columns of `inventory`, some of `assets`, and `share` of the total, `trend` (partition and value, oldest
            first), `forecast_low` and `forecast_high` (10 % and 90 % of the next window, where one use case alone forecasts
            it), `personal` (columns with their kind of personal data).
        total: Value of all of them, None where none is valued.
        cost: Of all of them.
        notices: What a reader should know of the artifacts themselves.
        texts: What is searched of each row, in the order of `rows`.
    """

    platform: str
    partition: str
    unit: str
    rows: list[_Row]
    total: float | None
    cost: float
    notices: list[str]
    texts: list[str]

    def row(self, asset: str) -> _Row:
        """The row of one asset.

        Raises:
            AssetUnknown: If there is none.
        """
        for row in self.rows:
            if row["asset_id"] == asset:
                return row
        raise AssetUnknown(asset, f"{self.platform} on {self.partition}", tuple(row["asset_id"] for row in self.rows[:500]))


def catalogue(reader: Reader, platform: Platform, partition: str | None = None) -> Catalogue:
    """The inventory of a partition, by default the newest.

    Raises:
        ArtifactMissing: If there is none.
        ArtifactTooNew: If a newer version has written it.
        StorageUnreachable: If shared storage doesn't answer.
    """
    day = reader.resolve(platform.platform, partition)
    published = Published(reader, platform.platform, day)
    cases = [case.name for case in platform.use_cases]
    made_from = (published.fingerprints((schemas.INVENTORY, schemas.ASSETS, schemas.COLUMNS, schemas.FORECASTS)),
                 published.fingerprints((schemas.VALUES,), cases), tuple(reader.partitions(platform.platform)))
    return reader.remember(("catalogue", platform.platform, day, made_from), partial(_catalogue, published, cases))


def past_values(reader: Reader, platform: str, partition: str, cases: Sequence[str], unit: str) -> dict[str, list[list[Any]]]:
    """Partition and value of each asset up to `partition`, oldest first, at most the last 26 partitions.

    Only partitions in which the same use cases were valued count, in the same unit: others would look like a fall.
    """
    valued = _valued(reader, platform, partition, cases)
    past: dict[str, list[list[Any]]] = defaultdict(list)
    days = [day for day in reader.partitions(platform) if day <= partition][-MOST_PAST:]
    for day in days:
        if _valued(reader, platform, day, cases) != valued:
            continue
        for asset, value, own in Published(reader, platform, day).cells(schemas.INVENTORY, ("asset_id", "value", "unit")):
            if value is not None and own == unit:
                past[asset].append([day, value])
    return past


def _valued(reader: Reader, platform: str, partition: str, cases: Collection[str]) -> set[str]:
    return {case for case in cases if reader.manifest(schemas.VALUES, platform, partition, case)}


def _catalogue(published: Published, cases: Sequence[str]) -> Catalogue:
    rows = published.rows(schemas.INVENTORY)
    if not rows:
        raise ArtifactMissing(f"row in the inventory of {published.platform} on {published.partition}",
                              published.reader.store.root)
    unit = str(rows[0]["unit"])
    details = {row["asset_id"]: row for row in published.rows(schemas.ASSETS, columns=("asset_id", *OF_ASSETS))}
    columns, personal = _columns(published)
    ahead = _ahead(published)
    past = past_values(published.reader, published.platform, published.partition, cases, unit)
    known = [row["value"] for row in rows if row["value"] is not None]
    total = math.fsum(known) if known else None
    texts = []
    for row in sorted(rows, key=lambda row: row["rank"]):
        asset, own = row["asset_id"], details.get(row["asset_id"], {})
        low, high = ahead.get(asset, (None, None)) if row["forecast"] is not None else (None, None)
        row.update({name: own.get(name) for name in OF_ASSETS})
        row.update(share=row["value"] / total if row["value"] is not None and total else None, trend=past.get(asset, []),
                   forecast_low=low, forecast_high=high, personal=personal.get(asset, []))
        texts.append(fold(" ".join([*(str(row[name] or "") for name in _TEXTS), *(row["potential_uses"] or []),
                                    *columns.get(asset, [])])))
    rows.sort(key=lambda row: row["rank"])
    return Catalogue(published.platform, published.partition, unit, rows, total, math.fsum(row["cost"] for row in rows),
                     published.notices(), texts)


def _columns(published: Published) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Per asset: names, types and descriptions of its columns; and those with personal data, each with its kind."""
    texts: dict[str, list[str]] = defaultdict(list)
    personal: dict[str, list[str]] = defaultdict(list)
    wanted = ("asset_id", "column", "semantic_type", "description", "pii_type")
    for asset, column, meaning, description, kind in published.cells(schemas.COLUMNS, wanted):
        texts[asset] += [column, meaning or "", description or ""]
        if kind:
            personal[asset].append(f"{column} ({kind})")
    return texts, personal


def _ahead(published: Published) -> dict[str, tuple[float, float]]:
    """p10 and p90 of the next window per asset, where one use case alone forecasts it: ranges don't add up."""
    nearest: dict[str, dict[str, tuple[int, float, float]]] = defaultdict(dict)
    wanted = ("use_case", "asset_id", "column", "horizon", "p10", "p90")
    for case, asset, column, horizon, low, high in published.cells(schemas.FORECASTS, wanted):
        known = nearest[asset].get(case)
        if column is None and (known is None or horizon < known[0]):
            nearest[asset][case] = horizon, low, high
    return {asset: (low, high) for asset, found in nearest.items() if len(found) == 1 for _, low, high in found.values()}


def counts(found: Catalogue) -> dict[str, Any]:
    """How many assets there are, are valued, and need a decision."""
    return {"assets": len(found.rows), "valued": sum(row["value"] is not None for row in found.rows),
            "to_do": sum(row["action"] != Action.KEEP for row in found.rows)}
