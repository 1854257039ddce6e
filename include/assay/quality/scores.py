"""The quality of an asset's newest partition: a score for each dimension, and the parts that it is made of.

A dimension's score is the mean of its parts, weighted by what was asked: the share of *checks* passed, a critical one weighing
three times; whether nothing in it is *unusual*, asked once where there is history enough; and the share of rows that hold
nothing *suspect*, asked once. The asset's score is the mean over its dimensions, so that twenty checks of one don't drown the
only one of another.

Source: dimensions of GB/T 37550-2019; equal weights, since the standard leaves them to the owner of the data.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any

import pyarrow as pa

from assay.contracts.enums import Dimension, QualityPart, Severity
from assay.contracts.quality import QUALITY_SCORES
from assay.quality.anomalies import FEWEST
from assay.quality.anomalies import dimensions as watched
from assay.quality.suspects import dimensions as searched

_Row = Mapping[str, Any]
_WEIGHT = {Severity.CRITICAL: 3.0, Severity.WARNING: 1.0}


@dataclass(frozen=True)
class _Score:
    """A score that stands for so much weight; `failed` of what was asked."""

    score: float
    weight: float
    asked: int
    failed: int


def quality_scores(checks: pa.Table, anomalies: Iterable[pa.Table], suspects: Iterable[pa.Table],
                   partitions: Mapping[str, int], looked_through: Collection[str]) -> pa.Table:
    """Contract `quality_scores`: of every asset that was checked or looked at.

    Args:
        checks: Contract `checks`.
        anomalies: Contract `anomalies`, of any assets.
        suspects: Contract `suspects`, of any assets.
        partitions: Asset -> partitions of it that are known; of few of them nothing is unusual.
        looked_through: Assets whose rows were looked through for what is suspect.
    """
    parts: dict[tuple[str, Dimension], dict[QualityPart, _Score]] = defaultdict(dict)
    for (asset, dimension), rows in _grouped([checks]).items():
        parts[asset, dimension][QualityPart.CHECKS] = _of_checks(rows)
    known = {asset for asset, _ in parts}
    told, doubted = _grouped(anomalies), _grouped(suspects)
    for asset in sorted(known | {asset for asset, _ in (*told, *doubted)}):
        for dimension in watched() if partitions.get(asset, 0) > FEWEST else ():
            found = len(told.get((asset, dimension), ()))
            parts[asset, dimension][QualityPart.UNUSUAL] = _Score(0.0 if found else 1.0, 1.0, 1, min(found, 1))
        for dimension in searched() if asset in looked_through else ():
            shares = [row["share"] for row in doubted.get((asset, dimension), ())]
            parts[asset, dimension][QualityPart.SUSPECT] = _Score(1 - min(1.0, max(shares, default=0.0)), 1.0, 1, len(shares))
    return pa.Table.from_pylist(list(_rows(parts)), schema=QUALITY_SCORES.schema)


def dimension_scores(scores: pa.Table) -> dict[str, dict[str, float]]:
    """Asset -> dimension -> score, from the contract `quality_scores`."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for row in scores.to_pylist():
        if row["dimension"] is not None and row["part"] is None:
            found[row["asset_id"]][row["dimension"]] = row["score"]
    return found


def asset_scores(scores: pa.Table) -> dict[str, float]:
    """Asset -> score, 0..1, higher is better, from the contract `quality_scores`."""
    return {row["asset_id"]: row["score"] for row in scores.to_pylist() if row["dimension"] is None}


def _grouped(tables: Iterable[pa.Table]) -> dict[tuple[str, Dimension], list[_Row]]:
    groups: dict[tuple[str, Dimension], list[_Row]] = defaultdict(list)
    for table in tables:
        for row in table.to_pylist():
            groups[row["asset_id"], Dimension(row["dimension"])].append(row)
    return groups


def _of_checks(rows: Sequence[_Row]) -> _Score:
    weights = [_WEIGHT[Severity(row["severity"])] for row in rows]
    passed = fsum(weight for weight, row in zip(weights, rows, strict=True) if row["success"])
    return _Score(passed / fsum(weights), fsum(weights), len(rows), sum(not row["success"] for row in rows))


def _together(scores: Sequence[_Score]) -> _Score:
    """The weighted mean of several scores."""
    weight = fsum(score.weight for score in scores)
    return _Score(fsum(score.score * score.weight for score in scores) / weight, weight, sum(score.asked for score in scores),
                  sum(score.failed for score in scores))


def _rows(parts: Mapping[tuple[str, Dimension], Mapping[QualityPart, _Score]]) -> Iterator[dict[str, Any]]:
    """Rows of the whole asset first, then of each dimension and its parts, in the standard's order."""
    for asset in sorted({asset for asset, _ in parts}):
        own = {dimension: parts[asset, dimension] for dimension in Dimension if (asset, dimension) in parts}
        totals = {dimension: _together(list(found.values())) for dimension, found in own.items()}
        mean = fsum(total.score for total in totals.values()) / len(totals)
        yield _row(asset, None, None, _Score(mean, float(len(totals)), sum(t.asked for t in totals.values()),
                                             sum(t.failed for t in totals.values())))
        for dimension, total in totals.items():
            yield _row(asset, dimension, None, total)
            yield from (_row(asset, dimension, part, own[dimension][part]) for part in QualityPart if part in own[dimension])


def _row(asset: str, dimension: Dimension | None, part: QualityPart | None, score: _Score) -> dict[str, Any]:
    return {"asset_id": asset, "dimension": None if dimension is None else str(dimension),
            "part": None if part is None else str(part), "score": score.score, "weight": score.weight, "asked": score.asked,
            "failed": score.failed}
