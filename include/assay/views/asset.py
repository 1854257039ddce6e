"""Everything that is known of one asset in one partition."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from assay.config.manifest import Platform
from assay.contracts import schemas
from assay.contracts.labels import parse_label
from assay.views.catalogue import MOST_PAST, catalogue
from assay.views.reading import Published, Reader

MOST_CHANGES = 50
_WORTH = ("use_case", "asset_id", "value", "ci_low", "ci_high", "unit", "share", "status", "reason", "removal_loss")
_ENDS = ("from_asset", "to_asset")
_PROFILE = ("row_count", "null_count", "distinct_count", "min", "max", "mean", "std", "p05", "p25", "p50", "p75", "p95",
            "zero_count", "negative_count", "length_min", "length_mean", "length_max")
_Row = dict[str, Any]


@dataclass(frozen=True)
class AssetView:
    """One asset. All lists hold rows of the contract that they are named after, those of this asset alone.

    Attributes:
        platform: Name of the manifest.
        partition: Local day.
        unit: Of the inventory's values.
        asset: Its row of the catalogue.
        columns: Of `columns`, with `profile` (statistics, `top_values`, `histogram`, masked where personal; None without one)
            and `values` (of `column_values`, one a use case).
        values: Per use case; `removal_loss` is what would be missing tomorrow if it vanished.
        history: Per use case and partition: partition, value, ci_low, ci_high, oldest first.
        forecasts: Of `forecasts`, of the asset as a whole.
        forecast_scores: Of `forecast_scores` so far, likewise: what was forecast and what came.
        quality: Of `quality_scores`.
        incidents: Of `incidents`.
        checks: Of `checks`, failed ones first.
        anomalies: Of `anomalies`.
        suspects: Of `suspects`, most rows first.
        relations: Of `relations`, from or to it.
        lineage: Of `lineage`, from or to it.
        usage: Of `usage`, the whole asset first.
        changes: Of `changes` over the partitions so far, newest first.
        has_docs: Whether there are Data Docs.
        notices: What a reader should know of the artifacts themselves.
    """

    platform: str
    partition: str
    unit: str
    asset: _Row
    columns: list[_Row]
    values: list[_Row]
    history: list[_Row]
    forecasts: list[_Row]
    forecast_scores: list[_Row]
    quality: list[_Row]
    incidents: list[_Row]
    checks: list[_Row]
    anomalies: list[_Row]
    suspects: list[_Row]
    relations: list[_Row]
    lineage: list[_Row]
    usage: list[_Row]
    changes: list[_Row]
    has_docs: bool
    notices: list[str]


def asset_view(reader: Reader, platform: Platform, asset: str, partition: str | None = None) -> AssetView:
    """Everything that is known of an asset.

    Raises:
        ArtifactMissing: If there is no inventory of the partition.
        AssetUnknown: If the inventory doesn't list the asset.
        StorageUnreachable: If shared storage doesn't answer.
    """
    found = catalogue(reader, platform, partition)
    row = found.row(asset)
    published = Published(reader, platform.platform, found.partition)
    cases = [case.name for case in platform.use_cases]
    values = [own for case in cases for own in published.rows(schemas.VALUES, case, _WORTH, asset=asset)]
    checks = published.rows(schemas.CHECKS, asset=asset)
    view = AssetView(
        platform.platform, found.partition, found.unit, row, _columns(published, cases, asset), values,
        _history(reader, platform.platform, found.partition, cases, asset),
        sorted(_whole(published.rows(schemas.FORECASTS, asset=asset)), key=lambda own: (own["use_case"], own["horizon"])),
        _scores(reader, platform.platform, found.partition, asset), published.rows(schemas.QUALITY_SCORES, asset=asset),
        published.rows(schemas.INCIDENTS, asset=asset), sorted(checks, key=lambda own: bool(own["success"])),
        published.rows(schemas.ANOMALIES, asset, asset=asset),
        sorted(published.rows(schemas.SUSPECTS, asset, asset=asset), key=lambda own: -own["rows"]),
        published.rows(schemas.RELATIONS, asset=asset, of=_ENDS), published.rows(schemas.LINEAGE, asset=asset, of=_ENDS),
        sorted(published.rows(schemas.USAGE, asset=asset), key=lambda own: own["column"] or ""),
        _changes(reader, platform.platform, found.partition, asset),
        reader.manifest(schemas.DATA_DOCS, platform.platform, found.partition, asset) is not None,
        published.notices())
    return view


def data_docs(reader: Reader, platform: Platform, asset: str, partition: str | None, file: str) -> bytes:
    """One file of an asset's Data Docs.

    Raises:
        ArtifactMissing: If there is no such file.
        AssetUnknown: If the inventory doesn't list the asset.
        StorageUnreachable: If shared storage doesn't answer.
    """
    found = catalogue(reader, platform, partition)
    found.row(asset)
    ref = reader.ask(lambda: reader.store.get(schemas.DATA_DOCS, platform.platform, found.partition, asset))
    return reader.ask(lambda: reader.store.read_file(ref, file))


def _columns(published: Published, cases: list[str], asset: str) -> list[_Row]:
    profiles = {row["column"]: row for row in published.rows(schemas.PROFILES, asset, asset=asset)}
    worth: dict[str, list[_Row]] = defaultdict(list)
    for case in cases:
        for row in published.rows(schemas.COLUMN_VALUES, case, asset=asset):
            worth[row["column"]].append(row)
    columns = published.rows(schemas.COLUMNS, asset=asset)
    for row in columns:
        row["profile"] = _profile(profiles.get(row["column"]))
        row["values"] = worth.pop(row["column"], [])
    # the value of its rows and keys belongs to no column of the data
    return columns + [{"column": name, "profile": None, "values": rows} for name, rows in worth.items() if rows]


def _profile(row: _Row | None) -> _Row | None:
    if row is None:
        return None
    lists = {name: json.loads(row[name]) if row[name] else [] for name in ("top_values", "histogram")}
    return {name: row[name] for name in _PROFILE} | lists


def _history(reader: Reader, platform: str, partition: str, cases: list[str], asset: str) -> list[_Row]:
    out = []
    for day in [known for known in reader.partitions(platform) if known <= partition][-MOST_PAST:]:
        published = Published(reader, platform, day)
        for case in cases:
            for row in published.rows(schemas.VALUES, case, ("asset_id", "value", "ci_low", "ci_high", "unit"), asset=asset):
                out.append({"use_case": case, "partition": day} | {n: row[n] for n in ("value", "ci_low", "ci_high", "unit")})
    return sorted((row for row in out if row["value"] is not None), key=lambda row: (row["use_case"], row["partition"]))


def _scores(reader: Reader, platform: str, partition: str, asset: str) -> list[_Row]:
    days = [known for known in reader.partitions(platform) if known <= partition][-MOST_PAST:]
    rows = [row for day in days for row in _whole(Published(reader, platform, day).rows(schemas.FORECAST_SCORES, asset=asset))]
    for row in rows:
        made, target = parse_label(row["made_on"]), parse_label(row["target_partition"])
        row["days"] = (target - made).days if made and target else None
    return rows


def _whole(rows: list[_Row]) -> list[_Row]:
    """Those of the asset as a whole, without those of its columns."""
    return [row for row in rows if row["column"] is None]


def _changes(reader: Reader, platform: str, partition: str, asset: str) -> list[_Row]:
    """A change is told by every night that still sees it: once is enough."""
    days = [known for known in reader.partitions(platform) if known <= partition][-MOST_PAST:]
    rows = [row for day in days for row in Published(reader, platform, day).rows(schemas.CHANGES, asset=asset)]
    once = {tuple(row[name] for name in ("source_partition", "kind", "column", "before", "after")): row for row in rows}
    return sorted(once.values(), key=lambda row: str(row["source_partition"]), reverse=True)[:MOST_CHANGES]
