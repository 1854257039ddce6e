"""What the network is told of each forecast: the history on a scale of its own, the season, and the state of the asset."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean

import numpy as np

from assay.forecasting.history import Point, Subject, apart, non_overlapping, shift
from assay.forecasting.spread import Quantiles, sampling_variance, variance_per_window
from assay.models.forecaster import Inputs, fit_forecaster, forecast_with

FEWEST_ORIGINS = 6  # whose outcome is known; from fewer there is nothing to learn
_LAGS = 6
_FARTHEST = 8.0  # usual changes: what is farther off counts as that far
_SIGNALS = ("failed", "unusual", "age", "rows", "reads")
_YEAR = 365.25


@dataclass(frozen=True)
class State:
    """What is known of assets beside their values.

    Attributes:
        signals: Partition -> asset -> row of the contract `asset_signals`.
        meanings: Subject without use case, `(asset, column)` -> vector of its name and description; all of one length.
    """

    signals: Mapping[str, Mapping[str, Mapping[str, float | None]]]
    meanings: Mapping[tuple[str, str], np.ndarray]


@dataclass(frozen=True)
class _Line:
    """One history, as it was at one origin.

    Attributes:
        subject: Whose.
        last: Its last value.
        scale: Its usual change from window to window, above 0.
        numbers: What is told of it, horizon and season aside.
    """

    subject: Subject
    last: float
    scale: float
    numbers: list[float]


def network_forecasts(histories: Mapping[Subject, list[Point]], state: State, partition: str, windows: Mapping[str, int],
                      horizons: Sequence[int], seed: int) -> dict[Subject, list[Quantiles]]:
    """Train on every earlier origin whose outcome is known, over all histories, and forecast from `partition`.

    Args:
        histories: Known values up to and with `partition`, oldest first.
        state: Of the assets.
        partition: Origin of the forecasts.
        windows: Use case -> days of its outcome window.
        horizons: Days ahead.
        seed: Of the network.

    Returns:
        One forecast per horizon of each subject that has a value in `partition`; none while there are fewer than six origins.
    """
    origins = apart(sorted({p.partition for points in histories.values() for p in points}), min(windows.values()))
    known: list[tuple[list[float], np.ndarray, float]] = []
    learnt_from = set()
    values = {subject: {p.partition: p.value for p in points} for subject, points in histories.items()}
    for origin in origins[:-1]:
        for line in _lines(histories, state, origin, windows):
            for horizon in horizons:
                came = values[line.subject].get(shift(origin, horizon))
                if came is not None:
                    learnt_from.add(origin)
                    change = max(-_FARTHEST, min(_FARTHEST, (came - line.last) / line.scale))
                    known.append(([*line.numbers, *_when(origin, horizon)], _meaning(state, line.subject), change))
    if len(learnt_from) < FEWEST_ORIGINS:
        return {}
    network = fit_forecaster(_inputs((n, m) for n, m, _ in known), np.array([change for *_, change in known]), seed)
    asked = [(line, horizon) for line in _lines(histories, state, partition, windows) for horizon in sorted(set(horizons))]
    if not asked:
        return {}
    found = forecast_with(network, _inputs(([*line.numbers, *_when(partition, horizon)], _meaning(state, line.subject))
                                           for line, horizon in asked))
    out: dict[Subject, list[Quantiles]] = {}
    for (line, horizon), changes in zip(asked, found.tolist(), strict=True):
        low, middle, high = (line.last + line.scale * change for change in changes)
        out.setdefault(line.subject, []).append(Quantiles(horizon, low, middle, high))
    return out


def _inputs(rows: Iterable[tuple[list[float], np.ndarray]]) -> Inputs:
    numbers, meanings = zip(*rows, strict=True)
    return Inputs(np.array(numbers, np.float32), np.array(meanings, np.float32))


def _meaning(state: State, subject: Subject) -> np.ndarray:
    """Of a subject that nothing is said of: that of none, all 0."""
    found = state.meanings.get((subject.asset_id, subject.column))
    return np.zeros_like(next(iter(state.meanings.values()))) if found is None else found


def _when(origin: str, horizon: int) -> Iterator[float]:
    turn = 2 * math.pi * date.fromisoformat(shift(origin, horizon)).timetuple().tm_yday / _YEAR
    return iter((horizon / 28, math.sin(turn), math.cos(turn)))


def _lines(histories: Mapping[Subject, list[Point]], state: State, origin: str, windows: Mapping[str, int]) -> Iterator[_Line]:
    """Each history that has a value at `origin` and moves, as it was then."""
    then = {subject: past for subject, points in histories.items()
            if (past := [p for p in points if p.partition <= origin]) and past[-1].partition == origin}
    totals = {name: _totals(then, name, days) for name, days in windows.items()}
    for subject, points in then.items():
        days = windows[subject.use_case]
        scale = math.sqrt(variance_per_window(points, days) or 0)
        if scale > 0:
            spaced = non_overlapping(points, days)
            values, noise = [p.value for p in spaced], sampling_variance(spaced[-1])
            numbers = [*_shape(values, scale), math.sqrt(noise or 0) / scale, math.log1p(len(values)), values[-1] / scale,
                       float(bool(subject.column)), *totals[subject.use_case],
                       *_signals(state.signals.get(origin, {}).get(subject.asset_id, {}))]
            yield _Line(subject, values[-1], scale, [max(-_FARTHEST, min(_FARTHEST, number)) for number in numbers])


def _shape(values: list[float], scale: float) -> list[float]:
    """How earlier values and means of them differ from the last one, in units of the scale; what isn't known yet doesn't."""
    last = values[-1]
    lags = [(values[-lag] - last) / scale if len(values) >= lag else 0.0 for lag in range(2, _LAGS + 1)]
    return [*lags, *((fmean(values[-count:]) - last) / scale for count in (3, 4, 8, len(values)))]


def _totals(histories: Mapping[Subject, list[Point]], use_case: str, window_days: int) -> list[float]:
    """The same of the sum over all assets of a use case: what moves one often moves them all."""
    sums: dict[str, float] = {}
    for subject, points in histories.items():
        if subject.use_case == use_case and not subject.column:
            for point in points:
                sums[point.partition] = sums.get(point.partition, 0.0) + point.value
    points = [Point(day, sums[day], None, None) for day in sorted(sums)]
    scale = math.sqrt(variance_per_window(points, window_days) or 0) if points else 0.0
    return _shape([p.value for p in non_overlapping(points, window_days)] if scale else [0.0], scale or 1.0)


def _signals(row: Mapping[str, float | None]) -> Iterator[float]:
    """Each signal, large ones by their logarithm, and whether it is known."""
    for name in _SIGNALS:
        value = row.get(name)
        yield 0.0 if value is None else math.log1p(max(0.0, value))
        yield float(value is not None)
