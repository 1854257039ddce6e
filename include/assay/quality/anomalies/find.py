"""Unusual partitions: the newest one's readings, each against its own history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from assay.catalog.facts import TableFacts
from assay.contracts.enums import AnomalyKind, Dimension
from assay.profiling.layout import columns_of
from assay.profiling.nearly_unique import reduce_exact
from assay.quality.anomalies.comparisons import read_together
from assay.quality.anomalies.readings import Reading, Readings, Scale, read
from assay.quality.anomalies.usual import FEWEST, Usual, compare

_MOST = 1_000_000  # listed values of a column over all partitions
_OF = {AnomalyKind.ROWS: Dimension.COMPLETENESS, AnomalyKind.NULL_SHARE: Dimension.COMPLETENESS,
       AnomalyKind.OVERLAP: Dimension.TIMELINESS, AnomalyKind.MIDDLE_TIME: Dimension.TIMELINESS,
       AnomalyKind.LATE_TIME: Dimension.TIMELINESS, AnomalyKind.UNIQUENESS: Dimension.CONSISTENCY,
       AnomalyKind.UNSEEN_SHARE: Dimension.CONSISTENCY, AnomalyKind.TEXT_LENGTH: Dimension.CONFORMITY}
_SAYS = {
    AnomalyKind.ROWS: "rows", AnomalyKind.OVERLAP: "of the rows are those of the partition before",
    AnomalyKind.NULL_SHARE: "of the rows have no value", AnomalyKind.UNIQUENESS: "different values per row",
    AnomalyKind.UNSEEN_SHARE: "of the rows hold a value that was never there before",
    AnomalyKind.DISTRIBUTION: "is the distance of its distribution from the usual one (Jensen and Shannon's)",
    AnomalyKind.MEAN: "is the mean", AnomalyKind.CENTRE: "is the mean of the middle half",
    AnomalyKind.SPREAD: "is the mean distance from the middle", AnomalyKind.ZERO_SHARE: "of the rows are 0",
    AnomalyKind.NEGATIVE_SHARE: "of the rows are below 0", AnomalyKind.TEXT_LENGTH: "characters is the mean length",
    AnomalyKind.MIDDLE_TIME: "hours after the day's beginning half of the times are over",
    AnomalyKind.LATE_TIME: "hours after the day's beginning 95 % of the times are over"}


@dataclass(frozen=True)
class Anomaly:
    """A row of the contract ANOMALIES but for asset and partition."""

    column: str | None
    kind: AnomalyKind
    dimension: Dimension
    observed: float
    low: float
    high: float
    score: float
    psi: float | None
    reason: str


def dimensions() -> list[Dimension]:
    """Quality dimensions in which something can be unusual, in the standard's order."""
    return [dimension for dimension in Dimension if dimension in {*_OF.values(), Dimension.ACCURACY}]


def lighten(states: Sequence[pa.Table]) -> list[pa.Table]:
    """The same states with columns of very many values reduced to one value in 256, the same ones in each.

    Args:
        states: Of the partitions of one asset.
    """
    listed: Counter[str] = Counter()
    reduced: set[str] = set()
    for state in states:
        counted = state.group_by("column", use_threads=False).aggregate([("value", "count"), ("exact", "min")]).to_pylist()
        listed.update({row["column"]: row["value_count"] for row in counted})
        reduced |= {row["column"] for row in counted if not row["exact_min"]}
    heavy = reduced | {name for name, count in listed.items() if count > _MOST}
    return [_reduce(state, heavy) for state in states] if heavy else list(states)


def _reduce(state: pa.Table, heavy: set[str]) -> pa.Table:
    return pa.concat_tables([reduce_exact(part) if name in heavy and pc.all(part.column("exact")).as_py() else part
                             for name, part in columns_of(state).items()])


def find_anomalies(tables: Sequence[tuple[str, TableFacts]], alarm_rate: float) -> list[Anomaly]:
    """What is unusual in the last of several partitions of an asset, the most unusual first.

    Args:
        tables: Label and facts, ascending; nothing is said where fewer than six are before the last.
        alarm_rate: Probability, 0..1, of any false alarm about a partition; it is shared among all that is looked at.
    """
    if len(tables) <= FEWEST:
        return []
    readings = [read(table, label) | together
                for (label, table), together in zip(tables, read_together(tables), strict=True)]
    *past, newest = readings
    each = alarm_rate / max(len(newest), 1)
    found = [anomaly for key in newest if (anomaly := _judge(key, tables, past, newest, each)) is not None]
    return sorted(found, key=lambda anomaly: (-anomaly.score, anomaly.column or "", anomaly.kind))


def _judge(key: tuple[str | None, AnomalyKind], tables: Sequence[tuple[str, TableFacts]], past: Sequence[Readings],
           newest: Readings, alarm_rate: float) -> Anomaly | None:
    history = [(label, readings[key]) for (label, _), readings in zip(tables, past, strict=False) if key in readings]
    usual = compare(history, tables[-1][0], newest[key], alarm_rate)
    if usual is None or not usual.unusual:
        return None
    column, kind = key
    dimension = _OF.get(kind, Dimension.ACCURACY)
    return Anomaly(column, kind, dimension, newest[key].value, usual.low, usual.high, round(usual.score, 1),
                   newest[key].psi, _sentence(kind, newest[key], usual))


def _sentence(kind: AnomalyKind, reading: Reading, usual: Usual) -> str:
    def shown(number: float) -> str:
        share = reading.scale is Scale.SHARE and kind is not AnomalyKind.UNIQUENESS
        return f"{100 * number:.3g} %" if share else f"{number:.4g}"

    index = f"; its population stability index is {reading.psi:.2g}" if reading.psi is not None else ""
    return f"{shown(reading.value)} {_SAYS[kind]}, where {shown(usual.low)} to {shown(usual.high)} is usual{index}"
