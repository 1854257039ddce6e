"""The value history of each asset, as the forecaster sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa

REACH_DAYS = 280


@dataclass(frozen=True)
class Point:
    """One known value of an asset.

    Attributes:
        partition: Partition whose outcome window the value was measured on.
        value: Money per outcome window.
        ci_low: 2.5 % point of its bootstrap, None where there was none.
        ci_high: 97.5 % point, likewise.
    """

    partition: str
    value: float
    ci_low: float | None
    ci_high: float | None


def in_reach(partitions: list[str], partition: str) -> list[str]:
    """The `partitions` before `partition` that a forecast looks back on, ascending."""
    oldest = (date.fromisoformat(partition) - timedelta(days=REACH_DAYS)).isoformat()
    return sorted(p for p in partitions if oldest <= p < partition)


def value_history(tables: Mapping[str, pa.Table]) -> dict[str, list[Point]]:
    """Known values per asset, oldest first; a partition in which an asset was unvalued leaves a gap, never a 0.

    Args:
        tables: `values` of one use case by partition.
    """
    history: dict[str, list[Point]] = {}
    for partition in sorted(tables):
        for row in tables[partition].to_pylist():
            if row["value"] is not None:
                point = Point(partition, row["value"], row["ci_low"], row["ci_high"])
                history.setdefault(row["asset_id"], []).append(point)
    return dict(sorted(history.items()))


def non_overlapping(points: list[Point], window_days: int) -> list[Point]:
    """The newest of `points` and, going back, those at least one window apart, oldest first.

    Values of neighbouring nights share most of their outcome window, so that their differences understate how much a value
    moves from one window to the next.
    """
    kept: list[Point] = []
    for point in reversed(points):
        if not kept or days_between(point.partition, kept[-1].partition) >= window_days:
            kept.append(point)
    return kept[::-1]


def days_between(earlier: str, later: str) -> int:
    """Days from one partition to another."""
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days


def shift(partition: str, days: int) -> str:
    """The partition `days` later."""
    return (date.fromisoformat(partition) + timedelta(days=days)).isoformat()
