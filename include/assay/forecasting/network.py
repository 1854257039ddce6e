"""What the network is told of each forecast: the history on a scale of its own, the season, and the state of the asset."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean

import numpy as np

from assay.forecasting.history import Point, Subject, apart, days_between, non_overlapping, shift
from assay.forecasting.spread import Quantiles, sampling_variance, variance_per_window
from assay.models.forecaster import Inputs, fit_forecaster, forecast_with

FEWEST_ORIGINS = 8  # whose outcome is known; from fewer there is nothing to learn
_MEANS = (2, 4, 8)  # windows
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
        levels: Simple forecasts, as changes from the last value in units of the scale.
        numbers: What else is told of it, horizon and season aside.
    """

    subject: Subject
    last: float
    scale: float
    levels: list[float]
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
        One forecast per horizon of each subject that has a value in `partition`; none while there are fewer than eight origins.
    """
    origins = apart(sorted({p.partition for points in histories.values() for p in points}), min(windows.values()))
    yearly = days_between(origins[0], partition) >= _YEAR
    known: list[tuple[_Line, list[float], float]] = []
    learnt_from = set()
    values = {subject: {p.partition: p.value for p in points} for subject, points in histories.items()}
    for origin in origins[:-1]:
        for line in _lines(histories, state, origin, windows):
            for horizon in horizons:
                came = values[line.subject].get(shift(origin, horizon))
                if came is not None:
                    learnt_from.add(origin)
                    change = max(-_FARTHEST, min(_FARTHEST, (came - line.last) / line.scale))
                    known.append((line, _when(origin, horizon, yearly), change))
    if len(learnt_from) < FEWEST_ORIGINS:
        return {}
    asked = [(line, horizon) for line in _lines(histories, state, partition, windows) for horizon in sorted(set(horizons))]
    if not asked:
        return {}
    network = fit_forecaster(_inputs(((line, when) for line, when, _ in known), state),
                             np.array([change for *_, change in known]), seed)
    found = forecast_with(network, _inputs(((line, _when(partition, horizon, yearly)) for line, horizon in asked), state))
    out: dict[Subject, list[Quantiles]] = {}
    for (line, horizon), changes in zip(asked, found.tolist(), strict=True):
        low, middle, high = (line.last + line.scale * change for change in changes)
        out.setdefault(line.subject, []).append(Quantiles(horizon, low, middle, high))
    return out


def _inputs(rows: Iterable[tuple[_Line, list[float]]], state: State) -> Inputs:
    lines, whens = zip(*rows, strict=True)
    numbers = [[*line.numbers, *when] for line, when in zip(lines, whens, strict=True)]
    meanings = [_meaning(state, line.subject) for line in lines]
    return Inputs(*(np.array(told, np.float32) for told in ([line.levels for line in lines], numbers, meanings)))


def _meaning(state: State, subject: Subject) -> np.ndarray:
    """Of a subject that nothing is said of: that of none, all 0."""
    found = state.meanings.get((subject.asset_id, subject.column))
    return np.zeros_like(next(iter(state.meanings.values()))) if found is None else found


def _when(origin: str, horizon: int, yearly: bool) -> list[float]:
    """How far ahead, and the season there: only what a whole year has been seen of, or a season is mistaken for a trend."""
    turn = 2 * math.pi * date.fromisoformat(shift(origin, horizon)).timetuple().tm_yday / _YEAR
    return [horizon / 28, *((math.sin(turn), math.cos(turn)) if yearly else (0.0, 0.0))]


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
            levels = _levels(values, [sampling_variance(point) for point in spaced], scale)
            numbers = [*levels, math.sqrt(noise or 0) / scale, math.log1p(len(values)), values[-1] / scale,
                       float(bool(subject.column)), *totals[subject.use_case],
                       *_signals(state.signals.get(origin, {}).get(subject.asset_id, {}))]
            yield _Line(subject, values[-1], scale, levels, [max(-_FARTHEST, min(_FARTHEST, number)) for number in numbers])


def _levels(values: list[float], noise: list[float | None], scale: float) -> list[float]:
    """The last value, means of some and all, and the mean by precision, less the last value, in units of the scale."""
    means = [fmean(values[-count:]) for count in (*_MEANS, len(values))]
    sure = [1 / each if each else 0.0 for each in noise]
    precise = math.fsum(w * v for w, v in zip(sure, values, strict=True)) / math.fsum(sure) if any(sure) else means[-1]
    return [0.0, *((level - values[-1]) / scale for level in (*means, precise))]


def _totals(histories: Mapping[Subject, list[Point]], use_case: str, window_days: int) -> list[float]:
    """The same levels of the sum over all assets of a use case: what moves one often moves them all."""
    sums: dict[str, float] = {}
    for subject, points in histories.items():
        if subject.use_case == use_case and not subject.column:
            for point in points:
                sums[point.partition] = sums.get(point.partition, 0.0) + point.value
    points = [Point(day, sums[day], None, None) for day in sorted(sums)]
    scale = math.sqrt(variance_per_window(points, window_days) or 0) if points else 0.0
    values = [point.value for point in non_overlapping(points, window_days)] if scale else [0.0]
    return _levels(values, [None] * len(values), scale or 1.0)[1:-1]


def _signals(row: Mapping[str, float | None]) -> Iterator[float]:
    """Each signal, large ones by their logarithm, and whether it is known."""
    for name in _SIGNALS:
        value = row.get(name)
        yield 0.0 if value is None else math.log1p(max(0.0, value))
        yield float(value is not None)
