"""The naive forecast: the next window is worth what the last one was."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist

from assay.forecasting.history import Point, days_between, non_overlapping

FEWEST_CHANGES = 3
_Z90 = NormalDist().inv_cdf(0.9)
_Z975 = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Quantiles:
    """A quantile forecast of one value, money per outcome window; p10 <= p50 <= p90.

    Attributes:
        horizon: Days after the partition.
        p10: 10 % quantile.
        p50: Median.
        p90: 90 % quantile.
    """

    horizon: int
    p10: float
    p50: float
    p90: float


def naive_forecast(points: list[Point], window_days: int, horizons: list[int]) -> list[Quantiles]:
    """Forecast of a random walk without drift: p50 is the last value, the spread grows with sqrt(horizon / window).

    The error of "same as last time" one window ahead holds the sampling noise of both values, so its variance is at least
    twice that of the bootstrap (its interval read as normal quantiles). With three or more past changes between
    non-overlapping windows it is their mean square per window where that is larger.

    Args:
        points: Known values, oldest first.
        window_days: Length of the outcome window in days.
        horizons: Days ahead.

    Returns:
        One forecast per horizon; none where nothing is known of the spread (no interval, fewer than three changes).

    Raises:
        ValueError: If there is no point or a horizon or the window is not positive.
    """
    if not points or window_days < 1 or any(h < 1 for h in horizons):
        raise ValueError(f"got {len(points)} points, window {window_days}, horizons {horizons}: need a point and positive days")
    variance = _variance_per_window(points, window_days)
    if variance is None:
        return []
    last = points[-1].value
    reach = [(h, _Z90 * math.sqrt(variance * h / window_days)) for h in sorted(set(horizons))]
    return [Quantiles(h, last - width, last, last + width) for h, width in reach]


def model_name(points: list[Point], window_days: int) -> str:
    """What stands in the column `model`: the forecaster and how many windows it had to go on."""
    n = len(non_overlapping(points, window_days))
    return f"naive (history of {n} {'window' if n == 1 else 'windows'})"


def _variance_per_window(points: list[Point], window_days: int) -> float | None:
    """Variance of the naive error one window ahead, None if nothing is known of it."""
    spaced = non_overlapping(points, window_days)
    squares = [(b.value - a.value) ** 2 * window_days / days_between(a.partition, b.partition)
               for a, b in pairwise(spaced)]
    known = []
    if len(squares) >= FEWEST_CHANGES:
        known.append(math.fsum(squares) / len(squares))
    low, high = points[-1].ci_low, points[-1].ci_high
    if low is not None and high is not None:
        known.append(2 * ((high - low) / (2 * _Z975)) ** 2)
    return max(known) if known else None
