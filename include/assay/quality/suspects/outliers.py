"""Numbers and times so far out that the rest of the column does not lead one to expect them.

The distance from the median, on a logarithmic scale for amounts, has a tail that falls about exponentially (for amounts:
Pareto's law). Its rate is estimated from the 5 % of rows that lie farthest out without the outermost 0.5 %, so a few wrong
values don't widen it. Values are suspect if so many rows would lie as far out in less than one in a thousand such columns, or
if the gap before them would be as wide in less than one in ten thousand. A suspect that repeats, or is written the way gaps
are filled (9999, 1900-01-01), is a placeholder.

Source: peaks over threshold; Hill, "A simple general approach to inference about the tail of a distribution" (1975). Gaps
between the largest values: Renyi, "On the theory of order statistics" (1953).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.stats import poisson

from assay.catalog.facts import NUMERIC, ColumnFacts, Family
from assay.contracts.enums import SuspectKind
from assay.quality.anomalies.readings import quantiles
from assay.quality.suspects.suspect import Suspect, shown

_ENOUGH, _DIFFERENT = 200, 10  # rows and different values that make a distribution
_TAIL, _OUTERMOST = 0.05, 0.005
_CHANCE = 1e-3  # that so many rows lie as far out as suspects do
_GAP = 1e-4  # that the gap before them is as wide; it is asked for each of the outermost ten
_FEW = 10  # rows that are suspect together; more of them are another kind of thing, unless it is one value that repeats
_APART = 2.0  # times as far from the median as anything that is not suspect
_REPEATED = 5  # rows of one suspect value that make it a placeholder
_PEELED = 3  # outermost repeated values that are left out of the tail, each side
_FILLERS = frozenset({"9999", "99999", "999999", "9999999", "99999999", "999999999", "-999", "-9999", "-99999", "2147483647",
                      "1900-01-01", "1970-01-01", "0001-01-01", "9999-12-31", "2999-12-31", "2099-12-31"})


@dataclass(frozen=True)
class _Side:
    """One side of a distribution.

    Attributes:
        distance: From the median on the scale of the tail, ascending, shape (n,).
        far: The same on the column's own scale.
        counts: Rows that hold each.
        place: Index of each among the column's values.
    """

    distance: np.ndarray
    far: np.ndarray
    counts: np.ndarray
    place: np.ndarray


def outliers(column: ColumnFacts, recent: ColumnFacts) -> Iterator[Suspect]:
    """Suspect values of a number or time: one finding for placeholders of each value, one for all others.

    Args:
        column: In the newest partition.
        recent: Over recent partitions together, the newest one included.
    """
    if recent.personal or recent.family not in NUMERIC | {Family.TIME} or not recent.exact or recent.filled < _ENOUGH:
        return
    places = _suspicious(recent)
    if not places:
        return
    rows = dict(zip(recent.values.take(places).to_pylist(), map(int, recent.counts[places]), strict=True))
    here = dict(zip(column.values.to_pylist(), map(int, column.counts), strict=True))
    held = [value for value in rows if value in here]
    fillers = [value for value in held if rows[value] >= _REPEATED or _is_filler(value)]
    low, high = _usual(recent, places)
    for value in fillers:
        yield Suspect(SuspectKind.PLACEHOLDER, (column.name,), here[value], shown(column, value), None,
                      f"{shown(column, value)} stands in {here[value]} rows and far from all other values, {low} to {high}: "
                      "probably a stand-in for no value", (value,))
    rest = [value for value in held if value not in fillers]
    if rest:
        yield Suspect(SuspectKind.OUTLIER, (column.name,), sum(here[value] for value in rest), shown(column, rest[0]), None,
                      f"{shown(column, rest[0])} lies far from all other values, {low} to {high}", tuple(rest))


def _suspicious(column: ColumnFacts) -> list[int]:
    """Places of suspect values, the farthest first."""
    finite = np.flatnonzero(np.isfinite(column.numbers))
    if len(finite) < _DIFFERENT:
        return []
    numbers, counts = column.numbers[finite], column.counts[finite]
    order = np.argsort(numbers, kind="stable")
    low, middle, high = map(float, quantiles(numbers[order], counts[order], (0.25, 0.5, 0.75)))
    away = np.abs(numbers - middle)
    scale = (high - low) or float((away * counts).sum() / counts.sum())
    found: list[tuple[float, int]] = []
    for side in (numbers > middle, numbers < middle):
        if scale <= 0 or not side.any():
            continue
        few = int(side.sum()) < _DIFFERENT // 2  # of a side with hardly any values the other one says how far they may lie
        inside = np.flatnonzero(numbers != middle) if few else np.flatnonzero(side)
        inside = inside[np.argsort(away[inside], kind="stable")]
        ratio = away[inside] / scale
        scaled = ratio if column.family is Family.TIME else np.log1p(ratio)
        beyond = _beyond(_Side(scaled, away[inside], counts[inside], finite[inside]), int(counts.sum()))
        own = set(finite[side].tolist())
        found += [entry for entry in beyond if entry[1] in own]
    return [place for _, place in sorted(found, key=lambda entry: (-entry[0], entry[1]))]


def _beyond(side: _Side, rows: int) -> list[tuple[float, int]]:
    """Distance and place of each value on one side that the tail of the others doesn't reach."""
    if len(side.distance) < _DIFFERENT // 2:
        return []
    kept = _without_fillers(side)
    distance, counts = side.distance[:kept], side.counts[:kept]
    behind = np.cumsum(counts[::-1])[::-1]  # rows at least as far out
    start, end = (int(np.searchsorted(-behind, -share * rows, side="right")) for share in (_TAIL, _OUTERMOST))
    start, end = min(start, kept - 1), min(end, kept - 1)
    threshold, censored = distance[max(start - 1, 0)], distance[end]
    tail = distance > threshold
    inside = int(counts[tail & (distance < censored)].sum())
    if not inside or censored <= threshold:
        return []
    mean = float(((np.minimum(distance[tail], censored) - threshold) * counts[tail]).sum()) / inside
    events = np.where(np.arange(len(side.counts)) < kept, side.counts, 1)  # a value that repeats for some reason is one event
    expected = events[side.distance > threshold].sum() * np.exp(-(side.distance - threshold) / mean)
    as_far = np.cumsum(events[::-1])[::-1]
    apart = np.append(False, side.far[1:] >= _APART * side.far[:-1])
    gap = np.exp(-np.diff(side.distance, prepend=side.distance[0]) * as_far / mean)
    unlikely = apart & (as_far <= _FEW) & ((poisson.sf(as_far - 1, expected) < _CHANCE) | (gap < _GAP))
    first = int(np.argmax(unlikely)) if unlikely.any() else len(unlikely)
    return [(float(side.distance[place]), int(side.place[place])) for place in range(first, len(side.distance))]


def _without_fillers(side: _Side) -> int:
    """How many values are left without the outermost ones that repeat: these may be any share of the rows."""
    kept = len(side.distance)
    for _ in range(_PEELED):
        if kept > _DIFFERENT // 2 and side.counts[kept - 1] >= _REPEATED:
            kept -= 1
    return kept


def _is_filler(value: str) -> bool:
    return value.split(".")[0] in _FILLERS or value[:10] in _FILLERS


def _usual(column: ColumnFacts, without: list[int]) -> tuple[str, str]:
    """The range of a column without some of its values, in its own words."""
    kept = np.delete(column.numbers, without)
    kept = kept[np.isfinite(kept)]

    def said(number: float) -> str:
        time = column.family is Family.TIME
        return dt.datetime.fromtimestamp(number, dt.UTC).date().isoformat() if time else f"{number:.6g}"

    return said(float(kept.min())), said(float(kept.max()))
