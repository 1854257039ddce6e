"""The value history of each asset and column, as forecasters see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import pyarrow as pa

from assay.contracts.enums import ForecastKind

REACH_DAYS = 280


class Subject(NamedTuple):
    """What has a value.

    Attributes:
        use_case: In which.
        asset_id: The asset.
        column: One of its columns; empty for the asset as a whole.
    """

    use_case: str
    asset_id: str
    column: str

    @property
    def kind(self) -> ForecastKind:
        """Whether it is an asset or a column."""
        return ForecastKind.COLUMN if self.column else ForecastKind.ASSET


@dataclass(frozen=True)
class Point:
    """One known value.

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


def value_history(tables: Mapping[str, Iterable[pa.Table]]) -> dict[Subject, list[Point]]:
    """Known values, oldest first; a partition in which there was none leaves a gap, never a 0.

    Args:
        tables: By partition, tables of the contracts `values` and `column_values`.
    """
    history: dict[Subject, list[Point]] = {}
    for partition in sorted(tables):
        for row in (row for table in tables[partition] for row in table.to_pylist()):
            if row["value"] is not None:
                subject = Subject(row["use_case"], row["asset_id"], row.get("column") or "")
                history.setdefault(subject, []).append(Point(partition, row["value"], row["ci_low"], row["ci_high"]))
    return dict(sorted(history.items()))


def non_overlapping(points: list[Point], window_days: int) -> list[Point]:
    """The newest of `points` and, going back, those at least one window apart, oldest first.

    Values of neighbouring nights share most of their outcome window, so that their differences understate how much a value
    moves from one window to the next.
    """
    kept = set(apart([point.partition for point in points], window_days))
    return [point for point in points if point.partition in kept]


def apart(partitions: list[str], days: int) -> list[str]:
    """The newest of some partitions and, going back, those at least so many days apart, ascending."""
    kept: list[str] = []
    for partition in sorted(partitions, reverse=True):
        if not kept or days_between(partition, kept[-1]) >= days:
            kept.append(partition)
    return kept[::-1]


def days_between(earlier: str, later: str) -> int:
    """Days from one partition to another."""
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days


def shift(partition: str, days: int) -> str:
    """The partition `days` later."""
    return (date.fromisoformat(partition) + timedelta(days=days)).isoformat()
