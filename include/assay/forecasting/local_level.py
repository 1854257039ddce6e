"""A level that drifts, seen through noise whose size is known: values of an asset with the sampling error of each.

The local level model (random walk plus noise) with the bootstrap's variance as that of the noise, so that a value with a wide
interval moves the level less than one with a narrow interval. How much the level drifts, in units of the noise, is one
number for all histories together, the most likely of a few: a single history of some windows can't tell drift from noise.

Source: Durbin & Koopman, Time Series Analysis by State Space Methods (2012), chapter 2.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import TypeVar

from assay.forecasting.history import Point, days_between, non_overlapping
from assay.forecasting.spread import Quantiles, around, sampling_variance, variance_per_window

DRIFTS = (0.0, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)  # variance of the level's step a window, in units of the noise's

_Name = TypeVar("_Name")


@dataclass(frozen=True)
class _Seen:
    """Values of non-overlapping windows, oldest first.

    Attributes:
        values: Money.
        noise: Sampling variance of each, above 0.
        gaps: Windows from the one before to each but the first.
    """

    values: list[float]
    noise: list[float]
    gaps: list[float]


@dataclass(frozen=True)
class _State:
    """Mean and variance of the level after the newest value, and the log likelihood of all values but the first."""

    level: float
    variance: float
    likelihood: float


def local_levels(histories: Mapping[_Name, list[Point]], window_days: int, horizons: list[int]) -> dict[_Name, list[Quantiles]]:
    """Forecast each of some histories that drift alike.

    Args:
        histories: Known values, oldest first, by name.
        window_days: Length of the outcome window in days.
        horizons: Days ahead.

    Returns:
        By name one forecast per horizon; a history of whose noise nothing is known, or that never moves, is left out.
    """
    seen = {name: found for name, points in histories.items() if (found := _seen(points, window_days)) is not None}
    if not seen:
        return {}
    drift = max(DRIFTS, key=lambda each: (math.fsum(_filter(s, each).likelihood for s in seen.values()), -each))
    return {name: _ahead(found, drift, window_days, horizons) for name, found in seen.items()}


def _ahead(seen: _Seen, drift: float, window_days: int, horizons: Iterable[int]) -> list[Quantiles]:
    state, step = _filter(seen, drift), drift * fmean(seen.noise)
    return [around(h, state.level, state.variance + step * h / window_days + seen.noise[-1]) for h in sorted(set(horizons))]


def _seen(points: list[Point], window_days: int) -> _Seen | None:
    spaced = non_overlapping(points, window_days)
    known = [sampling_variance(point) for point in spaced]
    told = [variance for variance in known if variance]
    moves = variance_per_window(points, window_days)
    usual = fmean(told) if told else (moves or 0) / 2  # a change between two windows holds the noise of both
    if usual <= 0:
        return None
    days = [point.partition for point in spaced]
    return _Seen([point.value for point in spaced], [variance or usual for variance in known],
                 [days_between(a, b) / window_days for a, b in pairwise(days)])


def _filter(seen: _Seen, drift: float) -> _State:
    """The Kalman filter, begun at the first value."""
    step = drift * fmean(seen.noise)
    level, variance, likelihood = seen.values[0], seen.noise[0], 0.0
    for value, noise, gap in zip(seen.values[1:], seen.noise[1:], seen.gaps):
        variance += step * gap
        total, surprise = variance + noise, value - level
        likelihood -= 0.5 * (math.log(total) + surprise * surprise / total)
        gain = variance / total
        level, variance = level + gain * surprise, variance * (1 - gain)
    return _State(level, variance, likelihood)
