"""Forecasters of one number that look at one history at a time: what comes is what was, more or less smoothed."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from statistics import fmean
from typing import TypeAlias

from assay.contracts.enums import Forecaster
from assay.forecasting.history import Point, non_overlapping
from assay.forecasting.spread import Quantiles, around, variance_per_window

WINDOWS = 4  # of a moving average: a month of weeks

_Level: TypeAlias = Callable[[list[float]], float]


def last(values: list[float]) -> float:
    """The last known value."""
    return values[-1]


def moving_average(values: list[float]) -> float:
    """Mean of the last four windows, or of as many as there are."""
    return fmean(values[-WINDOWS:])


def exponential_smoothing(values: list[float]) -> float:
    """Simple exponential smoothing whose factor is fitted to the history; the last value while there are fewer than four.

    Source: Hyndman et al., Forecasting with Exponential Smoothing (2008), as statsmodels has it.
    """
    if len(values) < WINDOWS or len(set(values)) == 1:
        return values[-1]
    from statsmodels.tsa.holtwinters import SimpleExpSmoothing

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it stopped at a bound of the factor: then that is the fit
        return float(SimpleExpSmoothing(values, initialization_method="estimated").fit().forecast(1)[0])


LEVELS: Mapping[Forecaster, _Level] = {
    Forecaster.NAIVE: last, Forecaster.MOVING_AVERAGE: moving_average,
    Forecaster.EXPONENTIAL_SMOOTHING: exponential_smoothing,
}


def smoothed(points: list[Point], window_days: int, horizons: list[int], level: _Level = last) -> list[Quantiles]:
    """Forecast a level that stays, with a range that grows with sqrt(horizon / window) as a random walk's does.

    Args:
        points: Known values, oldest first.
        window_days: Length of the outcome window in days.
        horizons: Days ahead.
        level: What of the values of non-overlapping windows, oldest first, goes on; by default the last one.

    Returns:
        One forecast per horizon; none where nothing is known of the spread (no interval, fewer than three changes).

    Raises:
        ValueError: If there is no point or a horizon or the window is not positive.
    """
    if not points or window_days < 1 or any(h < 1 for h in horizons):
        raise ValueError(f"got {len(points)} points, window {window_days}, horizons {horizons}: need a point and positive days")
    variance = variance_per_window(points, window_days)
    if variance is None:
        return []
    found = level([point.value for point in non_overlapping(points, window_days)])
    return [around(horizon, found, variance * horizon / window_days) for horizon in sorted(set(horizons))]
