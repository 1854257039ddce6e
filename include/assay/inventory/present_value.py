"""Present value of an asset: the income approach over the forecast's horizons.

Source: docs/valuation.md, "Present value".
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from assay.forecasting.spread import Quantiles

DAYS_PER_YEAR = 365.0


def discounted(amounts: Sequence[float], days: Sequence[int], yearly_rate: float) -> float:
    """Sum of `amounts`, each paid `days` ahead, at a rate compounded yearly.

    Args:
        amounts: Money, one per window.
        days: Days ahead at which each window ends.
        yearly_rate: Per year, 0 <= rate < 1.

    Raises:
        ValueError: If the lengths differ or the rate is out of range.
    """
    if len(amounts) != len(days) or not 0 <= yearly_rate < 1:
        raise ValueError(f"got {len(amounts)} amounts, {len(days)} days, rate {yearly_rate}: need as many, 0 <= rate < 1")
    return math.fsum(a * (1 + yearly_rate) ** (-d / DAYS_PER_YEAR) for a, d in zip(amounts, days))


def windows_ahead(window_days: int, horizons: Sequence[int]) -> list[int]:
    """Ends of the non-overlapping windows up to the farthest horizon, in days ahead."""
    return list(range(window_days, max(horizons, default=0) + 1, window_days))


def benefit(forecasts: Sequence[Quantiles], window_days: int, horizons: Sequence[int], yearly_rate: float,
            incrementality: float) -> float:
    """Present value of what a use case's forecast says an asset will bring, cost not taken off yet.

    Each non-overlapping window takes the forecast whose horizon is the newest not after its end (held flat from there), or
    the first one. `incrementality` turns sales reached into sales caused.

    Raises:
        ValueError: If there is no forecast.
    """
    if not forecasts:
        raise ValueError("no forecast to discount: an unvalued asset has no present value")
    ordered = sorted(forecasts, key=lambda f: f.horizon)
    ends = windows_ahead(window_days, horizons)
    means = [max((f for f in ordered if f.horizon <= end), key=lambda f: f.horizon, default=ordered[0]).mean for end in ends]
    return incrementality * discounted(means, ends, yearly_rate)


def upkeep(cost: float, window_days: int, horizons: Sequence[int], yearly_rate: float) -> float:
    """Present value of paying `cost` at the end of each window."""
    ends = windows_ahead(window_days, horizons)
    return discounted([cost] * len(ends), ends, yearly_rate)
