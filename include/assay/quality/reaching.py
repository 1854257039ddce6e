"""Metrics of the project's own expectations, for which Great Expectations has no types: see `links` for what they ask."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from assay.quality.anomalies.comparisons import jensen_shannon
from assay.quality.asking import Arguments, Ask, Domain, Metric
from assay.quality.partition import Other, Partition
from assay.quality.reading import Kind, Reading, as_sql, comparable_kinds
from assay.quality.terms import Reference

_CATEGORIES = 200  # different numbers up to which each is compared by itself
_BINS = 20


def _unknown(partition: Partition, domain: Domain, values: Arguments) -> int:
    """Rows whose values the other asset's columns don't hold together."""
    targets = values.get("to_columns") or [values["to_column"]]
    return count_unknown(partition, domain, partition.others[Reference(values["asset"])], targets)


def count_unknown(partition: Partition, domain: Domain, other: Other, to_columns: Sequence[str]) -> int:
    """Rows whose values columns of another asset don't hold together.

    Raises:
        TypeError: If the two can't be compared.
    """
    targets = [other.columns[name] for name in to_columns]
    for column, target in zip(domain.columns, targets, strict=True):
        if not comparable_kinds(column.kind, target.kind):
            raise TypeError(f"{column.kind} can't be compared with {target.kind}")
    own, held = (", ".join(f"({column.sql}) as k{place}" for place, column in enumerate(side))
                 for side in (domain.columns, targets))
    same = " and ".join(f"own.k{place} = held.k{place}" for place in range(len(targets)))
    query = (f"select coalesce(sum(n), 0)::bigint from "
             f"(select {own}, count(*) as n from part where {domain.kept} group by all) as own "
             f"anti join (select distinct {held} from {other.sql}) as held on {same}")
    return int(partition.row(query)[0])


def _differing(partition: Partition, domain: Domain, values: Arguments) -> int:
    """Rows to change so that the determining columns determine the column: all but the most frequent value's of each group."""
    keys = [partition.columns[name] for name in values["determined_by"]]
    if any(column.kind is Kind.NESTED for column in (*keys, domain.column)):
        raise TypeError("lists and records can't be compared")
    named = ", ".join(f"({key.sql}) as k{place}" for place, key in enumerate(keys))
    filled = " and ".join(f"({key.sql}) is not null" for key in keys)
    by = ", ".join(f"k{place}" for place in range(len(keys)))
    counted = (f"select {named}, {domain.column.sql} as v, count(*) as n from part where {domain.filled} and {filled} "
               "group by all")
    query = (f"select coalesce(sum(rows - most), 0)::bigint from (select sum(n) as rows, max(n) as most from ({counted}) "
             f"group by {by} having count(*) > 1)")
    return int(partition.row(query)[0])


def _hours_behind(_: Partition, domain: Domain, values: Arguments) -> Ask:
    """Hours from the newest time to the end of the partition's day, negative where it lies behind; None without a time.

    Raises:
        TypeError: If the column holds no times.
    """
    if domain.column.kind is not Kind.TIME:
        raise TypeError(f"{domain.column.kind} is no time")
    end = datetime.fromisoformat(values["day_end"])

    def finish(newest: datetime | None) -> float | None:
        return None if newest is None else (end - newest).total_seconds() / 3600

    return Ask((f"(max({domain.column.sql}) filter (where {domain.where}))::timestamp",), finish)


def _distance(partition: Partition, domain: Domain, values: Arguments) -> float | None:
    """Jensen and Shannon's distance to the earlier partitions together; None where either has no value.

    Raises:
        TypeError: If values have no distribution to speak of, as times and lists.
    """
    column, other = domain.column, partition.others[Reference(None, values["partitions"])]
    before = other.columns[column.name]
    if not comparable_kinds(column.kind, before.kind) or column.kind in (Kind.TIME, Kind.OTHER, Kind.NESTED):
        raise TypeError(f"{column.kind} can't be compared with {before.kind}")
    edges = _edges(partition, domain, before, other) if column.kind not in (Kind.TEXT, Kind.BOOLEAN) else None
    own, earlier = (_binned(reading, edges) for reading in (column, before))
    query = (f"select sum(own)::double as own, sum(earlier)::double as earlier from ("
             f"select {own} as bin, count(*) as own, 0 as earlier from part where {domain.filled} group by 1 union all "
             f"select {earlier}, 0, count(*) from {other.sql} where {domain.where} and ({before.sql}) is not null group by 1) "
             "group by bin")
    counts = [(float(one), float(two)) for batch in partition.batches(query)
              for one, two in zip(batch.column("own").to_pylist(), batch.column("earlier").to_pylist(), strict=True)]
    here, there = np.array(sorted(counts)).reshape(-1, 2).T  # sorted, since sums of doubles depend on the order
    return jensen_shannon(here, there).value if here.sum() and there.sum() else None


def _edges(partition: Partition, domain: Domain, before: Reading, other: Other) -> list[float] | None:
    """Upper ends of the twentieths of the earlier numbers; None where so few are different that each can stand for itself."""
    counted = (f"(select {before.number} as v, count(*) as n from {other.sql} "
               f"where {domain.where} and ({before.sql}) is not null group by 1)")
    if partition.row(f"select count(*) from {counted}")[0] <= _CATEGORIES:
        return None
    query = ("select list(distinct high order by high) from (select max(v) as high from "
             f"(select v, ceil({_BINS} * sum(n) over (order by v) / sum(n) over ()) as part from {counted}) "
             f"where part < {_BINS} group by part)")
    return [float(edge) for edge in partition.row(query)[0] or ()]


def _binned(column: Reading, edges: list[float] | None) -> str:
    """The bin of a value: its own, or the number of edges below it."""
    if edges is None:
        return f"({column.sql})"
    return " + ".join(["0", *(f"({column.number} > {as_sql(edge)})::int" for edge in edges)])


METRICS: dict[str, Metric] = {
    "column_values.exist_in_asset.unexpected_count": _unknown, "compound_columns.exist_in_asset.unexpected_count": _unknown,
    "column_values.determined_by.unexpected_count": _differing,
    "column.hours_behind": _hours_behind, "column.distance_to_earlier": _distance,
}
