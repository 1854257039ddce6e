"""What would be usual for a reading, learned from its own history, and how unusual a new one is.

A history is described by its median, or by that of the same weekday, or by a straight line (Theil and Sen), whichever leaves
the least. What is left has a robust spread, to which chance adds its own; a new reading is unusual where Student's distribution
gives it less than the probability that the manifest allows for a false alarm, and where history has not seen the like more than
once: so a history may hold a bad day without hiding the next one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from assay.quality.anomalies.readings import Reading, Scale

FEWEST = 6  # earlier partitions below which nothing is called unusual
_SEASON = 3  # partitions of the same weekday that make a season
_LINE = 8  # partitions that make a line
_BETTER = 0.7  # of the simpler description's spread that a richer one has to fall below
_LEAST = {Scale.SHARE: 0.06, Scale.COUNT: 0.3, Scale.AMOUNT: 0.25, Scale.HOURS: 1.0, Scale.DISTANCE: 0.12}  # that matter
_WIDER = 0.1  # of what history has seen, by which its bounds are moved out


@dataclass(frozen=True)
class Usual:
    """What a reading is against its history.

    Attributes:
        low: Smallest usual value, in the reading's unit.
        high: Largest.
        score: Distance from what was expected, in spreads.
        unusual: Whether it lies outside.
    """

    low: float
    high: float
    score: float
    unusual: bool


def compare(history: Sequence[tuple[str, Reading]], label: str, reading: Reading, alarm_rate: float) -> Usual | None:
    """How unusual a reading is.

    Args:
        history: Label and reading of earlier partitions, ascending.
        label: Of the new partition.
        reading: The new one.
        alarm_rate: Probability of calling a usual reading unusual, 0..1.

    Returns:
        None where the history is too short.
    """
    if len(history) < FEWEST:
        return None
    unit = _unit([past for _, past in history])
    seen = np.array([_forward(past.value, past.scale, unit) for _, past in history])
    value = _forward(reading.value, reading.scale, unit)
    expected, left = _describe([past_label for past_label, _ in history], seen, label)
    chance = [_chance(past, unit) for _, past in history]
    spread = float(np.sqrt(_spread(left) ** 2 * (1 + 1 / len(seen)) + _chance(reading, unit) ** 2 + np.median(chance) ** 2))
    reach = max(float(stats.t.isf(alarm_rate / 2, len(seen) - 1)) * spread, _LEAST[reading.scale])
    margin = _WIDER * float(np.ptp(left))
    _, lowest, *_, highest, _ = np.sort(left)  # without the one that is farthest out on each side
    low, high = expected + min(-reach, lowest - margin), expected + max(reach, highest + margin)
    return Usual(_back(low, reading.scale, unit), _back(high, reading.scale, unit),
                 abs(value - expected) / max(spread, _LEAST[reading.scale] / 10), not low <= value <= high)


def _describe(labels: Sequence[str], seen: np.ndarray, label: str) -> tuple[float, np.ndarray]:
    """What is expected at `label`, and what the description leaves of the history, shape (n,)."""
    expected, left = float(np.median(seen)), seen - np.median(seen)
    days = np.array([dt.date.fromisoformat(past).toordinal() for past in labels], float)
    day = float(dt.date.fromisoformat(label).toordinal())
    season = days % 7 == day % 7
    if season.sum() >= _SEASON and not season.all():
        middles = np.array([np.median(seen[days % 7 == past % 7]) for past in days])
        # each weekday's median takes a part of the spread away that it doesn't explain
        fair = np.sqrt(len(seen) / max(len(seen) - len(set(days % 7)), 1))
        if _spread(seen - middles) * fair < _BETTER * _spread(left):
            expected, left = float(np.median(seen[season])), (seen - middles) * fair
    if len(seen) >= _LINE and np.ptp(days) > 0:
        slope, start, *_ = stats.theilslopes(left, days)
        if _spread(left - (start + slope * days)) < _BETTER * _spread(left):
            expected, left = expected + start + slope * day, left - (start + slope * days)
    return expected, left


def _spread(left: np.ndarray) -> float:
    """A robust standard deviation: of the middle, or of the tails where these are farther out."""
    deviation = 1.4826 * float(np.median(np.abs(left - np.median(left))))
    low, high = np.quantile(left, (0.05, 0.95))
    return max(deviation, float(high - low) / 3.29)


def _unit(history: Sequence[Reading]) -> float:
    """The size of usual amounts, in which amounts are compared."""
    sizes = [abs(past.value) for past in history]
    return max(float(np.median(sizes)), 1e-3 * float(np.mean(sizes))) or 1.0


def _forward(value: float, scale: Scale, unit: float) -> float:
    """A reading on the scale on which it spreads evenly."""
    if scale is Scale.SHARE:
        return float(np.arcsin(np.sqrt(np.clip(value, 0, 1))))
    if scale is Scale.COUNT:
        return float(np.log1p(value))
    return float(np.arcsinh(value / unit)) if scale is Scale.AMOUNT else float(value)


def _back(value: float, scale: Scale, unit: float) -> float:
    """Inverse of `_forward`."""
    if scale is Scale.SHARE:
        return float(np.sin(np.clip(value, 0, np.pi / 2)) ** 2)
    if scale is Scale.COUNT:
        return float(np.expm1(max(value, 0.0)))
    return float(np.sinh(value) * unit) if scale is Scale.AMOUNT else float(value)


def _chance(reading: Reading, unit: float) -> float:
    """Standard error by chance on the scale of `_forward`."""
    rows = max(reading.rows, 1)
    if reading.scale is Scale.SHARE:
        return float(0.5 / rows ** 0.5)
    if reading.scale is Scale.COUNT:
        return float(1 / rows ** 0.5)
    if reading.scale is Scale.AMOUNT:
        return reading.error / float(np.hypot(reading.value, unit))
    return reading.error
