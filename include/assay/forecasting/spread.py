"""How far values move from one window to the next, and forecasts as quantiles."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist

from assay.forecasting.history import Point, days_between, non_overlapping

FEWEST_CHANGES = 3
Z90 = NormalDist().inv_cdf(0.9)
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

    @property
    def mean(self) -> float:
        """Mean by Swanson's rule, 0.3 p10 + 0.4 p50 + 0.3 p90.

        It equals p50 for a symmetric forecast and follows a moderately skewed one, where discounting medians would
        understate the sum.
        """
        return 0.3 * self.p10 + 0.4 * self.p50 + 0.3 * self.p90


def around(horizon: int, median: float, variance: float) -> Quantiles:
    """The quantiles of a normal distribution."""
    width = Z90 * math.sqrt(variance)
    return Quantiles(horizon, median - width, median, median + width)


def sampling_variance(point: Point) -> float | None:
    """Variance of the bootstrap, whose interval is read as normal quantiles; None where there is no interval."""
    if point.ci_low is None or point.ci_high is None:
        return None
    return ((point.ci_high - point.ci_low) / (2 * _Z975)) ** 2


def variance_per_window(points: list[Point], window_days: int) -> float | None:
    """Variance of the error of "same as last time" one window ahead, None if nothing is known of it.

    It holds the sampling noise of both values, so it is at least twice that of the bootstrap. With three or more past changes
    between non-overlapping windows it is their mean square per window where that is larger: not the sum, since the changes
    already hold the noise.

    Args:
        points: Known values, oldest first.
        window_days: Length of the outcome window in days.
    """
    spaced = non_overlapping(points, window_days)
    squares = [(b.value - a.value) ** 2 * window_days / days_between(a.partition, b.partition) for a, b in pairwise(spaced)]
    known = []
    if len(squares) >= FEWEST_CHANGES:
        known.append(math.fsum(squares) / len(squares))
    noise = sampling_variance(points[-1])
    if noise is not None:
        known.append(2 * noise)
    return max(known) if known else None
