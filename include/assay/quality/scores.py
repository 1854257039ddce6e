"""One number for the quality of a partition."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

CRITICAL_WEIGHT = 3.0
WARNING_WEIGHT = 1.0


def dimension_scores(checks: Iterable[dict[str, Any]]) -> dict[str, float]:
    """Share of passed checks in each quality dimension, critical ones counting three times.

    Args:
        checks: Rows of contract `checks` of one asset and partition.

    Returns:
        Score by dimension, 0..1, higher is better; only dimensions that have a check.
    """
    passed: dict[str, float] = {}
    asked: dict[str, float] = {}
    for check in checks:
        weight = CRITICAL_WEIGHT if check["severity"] == "critical" else WARNING_WEIGHT
        dimension = check["dimension"]
        asked[dimension] = asked.get(dimension, 0.0) + weight
        passed[dimension] = passed.get(dimension, 0.0) + weight * bool(check["success"])
    return {dimension: passed[dimension] / asked[dimension] for dimension in sorted(asked)}


def quality_score(checks: Iterable[dict[str, Any]]) -> float | None:
    """Mean over the dimensions that were checked, so that twenty checks of one don't drown the only one of another.

    Returns:
        0..1, higher is better; None where nothing was checked.

    Source: dimensions of GB/T 37550-2019; equal weights, since the standard leaves them to the owner of the data.
    """
    scores = dimension_scores(checks)
    return sum(scores.values()) / len(scores) if scores else None
