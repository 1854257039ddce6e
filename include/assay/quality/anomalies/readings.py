"""What a partition is like, in numbers that can be compared from one partition to the next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from assay.catalog.facts import NUMERIC, ColumnFacts, Family, TableFacts
from assay.catalog.keys import has_key_name
from assay.contracts.enums import AnomalyKind

_TAIL = 0.05  # share of a partition's times that lie behind the late one


class Scale(StrEnum):
    """How readings of a kind spread, and so on what scale they are compared."""

    SHARE = "share"
    COUNT = "count"
    AMOUNT = "amount"
    HOURS = "hours"
    DISTANCE = "distance"


@dataclass(frozen=True)
class Reading:
    """One number about a partition.

    Attributes:
        value: The number, in its own unit.
        scale: Of its kind.
        rows: What it was taken from.
        error: Standard error by chance alone, in the unit of the value; of amounts, where it isn't told by `rows`.
        psi: Of a distribution its population stability index, which is told beside the value and judges nothing.
    """

    value: float
    scale: Scale
    rows: int
    error: float = 0.0
    psi: float | None = None


Readings = dict[tuple[str | None, AnomalyKind], Reading]


def read(table: TableFacts, label: str) -> Readings:
    """All that is read off one partition alone.

    Args:
        table: The partition.
        label: Its date, from which times are measured.
    """
    found: Readings = {(None, AnomalyKind.ROWS): Reading(table.rows, Scale.COUNT, table.rows)}
    for name, column in table.columns.items():
        found |= {(name, kind): reading for kind, reading in _of_column(column, label)}
    return found


def midnight(label: str) -> float:
    """Seconds from 1970 to the beginning of a label's day."""
    return dt.datetime.combine(dt.date.fromisoformat(label), dt.time(), dt.UTC).timestamp()


def weights(column: ColumnFacts) -> tuple[np.ndarray, np.ndarray]:
    """Finite numbers of a column and how many rows hold each, both shape (n,), by ascending number."""
    finite = np.isfinite(column.numbers)
    order = np.argsort(column.numbers[finite], kind="stable")
    return column.numbers[finite][order], column.counts[finite][order]


def _of_column(column: ColumnFacts, label: str) -> Iterator[tuple[AnomalyKind, Reading]]:
    if not column.rows:
        return
    yield AnomalyKind.NULL_SHARE, Reading(column.nulls / column.rows, Scale.SHARE, column.rows)
    if not column.filled:
        return
    yield AnomalyKind.UNIQUENESS, Reading(column.uniqueness, Scale.SHARE, column.filled)
    if column.family is Family.TIME:
        yield from _times(column, label)
    elif column.family in NUMERIC and not has_key_name(column):
        yield from _amounts(column)
    elif column.family is Family.TEXT and not column.personal and len(column.values):
        lengths = np.array([len(text) for text in column.values.to_pylist()], float)
        mean, error = _mean(lengths, column.counts)
        yield AnomalyKind.TEXT_LENGTH, Reading(mean, Scale.AMOUNT, column.filled, error)


def _times(column: ColumnFacts, label: str) -> Iterator[tuple[AnomalyKind, Reading]]:
    """Where the bulk of the times lies: the very first and last of a day are anybody's."""
    moments, counts = weights(column)
    if len(moments):
        hours = (moments - midnight(label)) / 3600
        _, error = _mean(hours, counts)
        middle, late = quantiles(hours, counts, (0.5, 1 - _TAIL))
        yield AnomalyKind.MIDDLE_TIME, Reading(float(middle), Scale.HOURS, column.filled, 1.25 * error)
        yield AnomalyKind.LATE_TIME, Reading(float(late), Scale.HOURS, column.filled, 2 * error)


def _amounts(column: ColumnFacts) -> Iterator[tuple[AnomalyKind, Reading]]:
    numbers, counts = weights(column)
    rows = int(counts.sum())
    if not rows:
        return
    yield AnomalyKind.ZERO_SHARE, Reading(float(counts[numbers == 0].sum() / rows), Scale.SHARE, rows)
    yield AnomalyKind.NEGATIVE_SHARE, Reading(float(counts[numbers < 0].sum() / rows), Scale.SHARE, rows)
    mean, error = _mean(numbers, counts)
    yield AnomalyKind.MEAN, Reading(mean, Scale.AMOUNT, rows, error)
    middle, around = _trimmed(numbers, counts)
    yield AnomalyKind.CENTRE, Reading(middle, Scale.AMOUNT, rows, around / rows ** 0.5)
    deviations = np.abs(numbers - middle)
    order = np.argsort(deviations, kind="stable")
    spread, error = _mean(deviations[order], counts[order])
    yield AnomalyKind.SPREAD, Reading(spread, Scale.AMOUNT, rows, error)


def quantiles(numbers: np.ndarray, counts: np.ndarray, at: tuple[float, ...]) -> np.ndarray:
    """Quantiles of sorted numbers that each stand for several rows, shape (len(at),)."""
    sums = np.cumsum(counts)
    found: np.ndarray = numbers[np.minimum(np.searchsorted(sums, np.asarray(at) * sums[-1]), len(numbers) - 1)]
    return found


def _trimmed(numbers: np.ndarray, counts: np.ndarray) -> tuple[float, float]:
    """Mean of the middle half of sorted numbers, which moves smoothly where the median jumps, and that half's width."""
    sums = np.cumsum(counts)
    low, high = 0.25 * sums[-1], 0.75 * sums[-1]
    inside = np.clip(np.minimum(sums, high) - np.maximum(sums - counts, low), 0, None)
    first, last = numbers[inside > 0][[0, -1]]
    return float((numbers * inside).sum() / inside.sum()), float(last - first)


def _mean(numbers: np.ndarray, counts: np.ndarray) -> tuple[float, float]:
    """Mean and its standard error."""
    rows = counts.sum()
    mean = float((numbers * counts).sum() / rows)
    return mean, float(np.sqrt(((numbers - mean) ** 2 * counts).sum() / rows / rows))
