"""How good all of it was over a range of partitions: models, values, forecasts and incidents, from what nights published."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import fsum
from statistics import median
from typing import Any

import pyarrow as pa

from assay.contracts.enums import ForecastKind, IncidentStatus, Severity

_COUNTS = frozenset({"rows", "base_rate"})  # of model_metrics what is no score
_DETAIL = re.compile("_seeing_|_bin_")  # scores under coalitions of some size, points of a calibration curve
_Row = Mapping[str, Any]


@dataclass(frozen=True)
class ModelScore:
    """A metric of a model over partitions.

    Attributes:
        use_case: Of the model.
        model: `outcome`, or what it is compared with.
        split: Window on which it was scored.
        metric: Its name.
        partitions: How many have it.
        mean: Over them.
        low: The smallest.
        high: The largest.
    """

    use_case: str
    model: str
    split: str
    metric: str
    partitions: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Stability:
    """How steady the value of an asset is.

    Attributes:
        use_case: The use case.
        asset_id: The asset.
        partitions: How many have a value of it.
        mean: Over them, in the use case's unit.
        change: Mean of the absolute change from one to the next; None for a single one.
        within: Share of the changes that the later interval doesn't tell from none: the earlier value lies within it.
    """

    use_case: str
    asset_id: str
    partitions: int
    mean: float
    change: float | None
    within: float | None


@dataclass(frozen=True)
class Skill:
    """How good forecasts were.

    Attributes:
        use_case: The use case.
        kind: `asset` or `column`: whose values were forecast.
        days: Ahead.
        forecasts: How many have been scored.
        error: Mean absolute error.
        naive: That of the last known value.
        skill: 1 - error / naive: above 0 is better than the last known value; None where that was always right.
        covered: Share of outcomes within the 80 % range.
    """

    use_case: str
    kind: str
    days: int
    forecasts: int
    error: float
    naive: float
    skill: float | None
    covered: float


@dataclass(frozen=True)
class IncidentRecord:
    """What became of incidents.

    Attributes:
        opened: How many were opened.
        resolved: How many of these resolved themselves.
        critical: How many of these cost a partition.
        confirmed: Share of these in which an expectation failed or a partition was missing, late or unusable, instead of
            something merely looking unusual; None where there was none.
        days: Median days until they resolved themselves; None where none did.
    """

    opened: int
    resolved: int
    critical: int
    confirmed: float | None
    days: float | None


@dataclass(frozen=True)
class Evaluation:
    """All of it.

    Attributes:
        models: By use case, split, metric and model.
        values: By use case, the most valuable first.
        forecasts: By use case and days.
        incidents: Of all assets.
    """

    models: list[ModelScore]
    values: list[Stability]
    forecasts: list[Skill]
    incidents: IncidentRecord


def evaluate(metrics: Mapping[str, Mapping[str, pa.Table]], values: Mapping[str, Mapping[str, pa.Table]], scores: pa.Table,
             incidents: Mapping[str, pa.Table]) -> Evaluation:
    """Judge a range of partitions.

    Args:
        metrics: Use case -> partition -> contract `model_metrics`.
        values: Use case -> partition -> contract `values`.
        scores: Contract `forecast_scores` of all partitions.
        incidents: Partition -> contract `incidents`.
    """
    return Evaluation(list(_models(metrics)), list(_values(values)), forecast_skill(scores), _incidents(incidents))


def forecast_skill(scores: pa.Table) -> list[Skill]:
    """How good forecasts were, by use case, kind and days ahead.

    Args:
        scores: Contract `forecast_scores`.
    """
    groups: dict[tuple[str, str, int], list[_Row]] = defaultdict(list)
    for row in scores.to_pylist():
        days = (date.fromisoformat(row["target_partition"]) - date.fromisoformat(row["made_on"])).days
        of = ForecastKind.ASSET if row["column"] is None else ForecastKind.COLUMN
        groups[row["use_case"], of.value, days].append(row)
    out = []
    for (name, kind, days), rows in sorted(groups.items()):
        error, naive = (fsum(abs(row[what] - row["realised"]) for row in rows) / len(rows) for what in ("p50", "naive"))
        out.append(Skill(name, kind, days, len(rows), error, naive, 1 - error / naive if naive else None,
                         sum(row["covered"] for row in rows) / len(rows)))
    return out


def _models(metrics: Mapping[str, Mapping[str, pa.Table]]) -> Iterator[ModelScore]:
    for name in sorted(metrics):
        found: dict[tuple[str, str, str], list[float]] = defaultdict(list)
        for partition in sorted(metrics[name]):
            for row in metrics[name][partition].to_pylist():
                if row["metric"] not in _COUNTS and not _DETAIL.search(row["metric"]):
                    found[row["split"], row["metric"], row["model"]].append(row["value"])
        for (split, metric, model), known in sorted(found.items()):
            yield ModelScore(name, model, split, metric, len(known), fsum(known) / len(known), min(known), max(known))


def _values(values: Mapping[str, Mapping[str, pa.Table]]) -> Iterator[Stability]:
    for name in sorted(values):
        past: dict[str, list[_Row]] = defaultdict(list)
        for partition in sorted(values[name]):
            for row in values[name][partition].to_pylist():
                if row["value"] is not None:
                    past[row["asset_id"]].append(row)
        known = [_stability(name, asset, rows) for asset, rows in past.items()]
        yield from sorted(known, key=lambda found: (-found.mean, found.asset_id))


def _stability(use_case: str, asset: str, rows: list[_Row]) -> Stability:
    steps = list(pairwise(rows))
    told = [(before, after) for before, after in steps if after["ci_low"] is not None]
    return Stability(
        use_case, asset, len(rows), fsum(row["value"] for row in rows) / len(rows),
        fsum(abs(after["value"] - before["value"]) for before, after in steps) / len(steps) if steps else None,
        sum(after["ci_low"] <= before["value"] <= after["ci_high"] for before, after in told) / len(told) if told else None)


def _incidents(incidents: Mapping[str, pa.Table]) -> IncidentRecord:
    lives: dict[tuple[str, str], list[_Row]] = defaultdict(list)
    for partition in sorted(incidents):
        for row in incidents[partition].to_pylist():
            lives[row["asset_id"], row["opened"]].append(row)
    whole = [rows for rows in lives.values() if rows[0]["status"] == IncidentStatus.OPENED]  # others began before the range
    days = [(date.fromisoformat(rows[-1]["partition"]) - date.fromisoformat(rows[0]["opened"])).days for rows in whole
            if rows[-1]["status"] == IncidentStatus.RESOLVED]
    confirmed = sum(any(row["confirmed"] for row in rows) for rows in whole)
    critical = sum(any(row["severity"] == Severity.CRITICAL for row in rows) for rows in whole)
    return IncidentRecord(len(whole), len(days), critical, confirmed / len(whole) if whole else None,
                          float(median(days)) if days else None)
