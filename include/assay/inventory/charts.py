"""Geometry of the report's charts; the template draws them, so that they follow its light and dark colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assay.inventory.wording import amount

AXIS = 58.0  # room for the axis labels left of a trend


@dataclass(frozen=True)
class Bar:
    """One horizontal bar on a common scale, all in percent of its width.

    Attributes:
        zero: Where 0 lies.
        left: Start of the bar.
        width: Its length.
        low: Start of the interval, None without one.
        high: End of the interval.
        negative: True if the value lies below 0.
    """

    zero: float
    left: float
    width: float
    low: float | None
    high: float | None
    negative: bool


def bars(values: Sequence[float | None], lows: Sequence[float | None], highs: Sequence[float | None]) -> list[Bar | None]:
    """Bars from 0 to each value, on one scale that holds all intervals; None where there is no value."""
    ends = [x for series in (values, lows, highs) for x in series if x is not None]
    least, most = min([0.0, *ends]), max([0.0, *ends])
    span = (most - least) or 1.0

    def at(x: float) -> float:
        return round(100 * (x - least) / span, 2)

    made: list[Bar | None] = []
    for value, low, high in zip(values, lows, highs):
        if value is None:
            made.append(None)
            continue
        start, end = sorted((at(0.0), at(value)))
        made.append(Bar(at(0.0), start, round(end - start, 2), None if low is None else at(low),
                        None if high is None else at(high), value < 0))
    return made


@dataclass(frozen=True)
class Spark:
    """A value's past and the range of its forecast, as SVG coordinates.

    Attributes:
        line: Points of the past, `x,y x,y …`.
        fan: Polygon of the forecast's p10..p90.
        last: x and y of the newest value.
        zero: y of 0, None where the drawing doesn't reach it.
    """

    line: str
    fan: str
    last: tuple[float, float]
    zero: float | None


def spark(past: Sequence[tuple[str, float]], ahead: Sequence[tuple[str, float, float]], width: float = 120.0,
          height: float = 34.0) -> Spark | None:
    """Sparkline of one asset, scaled to its own range; None without a past.

    Args:
        past: Partition and value, oldest first.
        ahead: Target partition, p10 and p90, nearest first.
        width: Of the drawing.
        height: Of the drawing.
    """
    if not past:
        return None
    first, end = _day(past[0][0]), _day(ahead[-1][0] if ahead else past[-1][0])
    levels = [*(v for _, v in past), *(v for _, low, high in ahead for v in (low, high))]
    least, most = min(levels), max(levels)

    def x(partition: str) -> float:
        return round(3 + (width - 6) * (_day(partition) - first) / ((end - first) or 1), 1)

    def y(value: float) -> float:
        return round(3 + (height - 6) * (most - value) / ((most - least) or 1), 1)

    last = (x(past[-1][0]), y(past[-1][1]))
    upper = [f"{x(p)},{y(high)}" for p, _, high in ahead]
    lower = [f"{x(p)},{y(low)}" for p, low, _ in reversed(ahead)]
    fan = " ".join([f"{last[0]},{last[1]}", *upper, *lower]) if ahead else ""
    return Spark(" ".join(f"{x(p)},{y(v)}" for p, v in past), fan, last, y(0.0) if least <= 0 <= most else None)


@dataclass(frozen=True)
class Trend:
    """A line over partitions with its axis, as SVG coordinates.

    Attributes:
        line: Points, `x,y x,y …`.
        area: The same closed down to 0.
        dots: x, y, partition and value in words, of each point.
        ticks: y and label of each horizontal line.
        width: Of the drawing.
        height: Of the drawing.
    """

    line: str
    area: str
    dots: tuple[tuple[float, float, str, str], ...]
    ticks: tuple[tuple[float, str], ...]
    width: float
    height: float


def trend(points: Sequence[tuple[str, float]], width: float = 460.0, height: float = 170.0) -> Trend | None:
    """The total value by partition, axis from 0; None with fewer than two points, which show no trend."""
    if len(points) < 2:
        return None
    left, right, top, bottom = AXIS, 8.0, 22.0, 24.0
    first, end = _day(points[0][0]), _day(points[-1][0])
    marks = _round_steps(min(0.0, *(v for _, v in points)), max(0.0, *(v for _, v in points)))
    least, most = marks[0], marks[-1]

    def x(partition: str) -> float:
        return round(left + 14 + (width - left - right - 22) * (_day(partition) - first) / ((end - first) or 1), 1)

    def y(value: float) -> float:
        return round(top + (height - top - bottom) * (most - value) / ((most - least) or 1), 1)

    line = " ".join(f"{x(p)},{y(v)}" for p, v in points)
    area = f"{x(points[0][0])},{y(0)} {line} {x(points[-1][0])},{y(0)}"
    dots = tuple((x(p), y(v), p, amount(v)) for p, v in points)
    return Trend(line, area, dots, tuple((y(m), amount(m)) for m in marks), width, height)


def _round_steps(least: float, most: float) -> list[float]:
    """Three to six round numbers that hold the range, 0 among them."""
    span = max(most - least, 1e-9)
    power = 1.0
    while power * 10 <= span:
        power *= 10
    while power > span:
        power /= 10
    step = next(power * f for f in (0.2, 0.25, 0.5, 1, 2, 2.5, 5) if span / (power * f) <= 4)
    start = int(least // step)
    stop = max(-int(-most // step), start + 1)
    return [n * step for n in range(start, stop + 1)]


def _day(partition: str) -> int:
    return date.fromisoformat(partition).toordinal()
