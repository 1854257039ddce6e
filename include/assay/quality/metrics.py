"""The metrics from which Great Expectations decides, computed over a whole partition by DuckDB.

Values are what Great Expectations computes on the same rows as a pandas frame (`frames.to_frame`): a test compares them. What
can be counted in passing is an `Ask`, so that one scan answers all of them; the rest are questions of their own.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from assay.quality import reaching
from assay.quality.asking import Arguments, Ask, Domain, Metric
from assay.quality.frames import to_frame
from assay.quality.partition import Partition
from assay.quality.reading import NUMBERS, Kind, Reading, as_sql, comparable, comparable_kinds


def _count(where: str, finish: Callable[..., Any] = int) -> Ask:
    return Ask((f"count(*) filter (where {where})",), finish)


def _rows(_: Partition, domain: Domain, __: Arguments) -> Ask:
    return _count(domain.where)


def _nulls(_: Partition, domain: Domain, __: Arguments) -> Ask:
    return _count(f"{domain.where} and ({domain.column.sql}) is null")


def _refused(domain: Domain, value: Any) -> Ask:
    """`value` where no row has a value, and an error where one has: its type can't be compared."""
    def finish(filled: int) -> Any:
        if filled:
            raise TypeError(f"{domain.column.kind} can't be compared")
        return value

    return _count(domain.filled, finish)


def _between(_: Partition, domain: Domain, values: Arguments) -> Ask:
    low, high = values.get("min_value"), values.get("max_value")
    if low is not None and high is not None and low > high:
        raise ValueError("min_value is above max_value")
    if not all(comparable(domain.column.kind, bound) for bound in (low, high) if bound is not None):
        if domain.column.kind is Kind.TIME:
            raise TypeError("times can't be compared with numbers")
        return _refused(domain, 0)
    plain = f"({domain.column.sql})" if domain.column.kind is not Kind.BOOLEAN else f"({domain.column.sql})::integer"
    return _count(f"{domain.filled} and not ({_inside(plain, values)})")


def _inside(value: str, bounds: Arguments) -> str:
    low, high = bounds.get("min_value"), bounds.get("max_value")
    above = f"{value} {'>' if bounds.get('strict_min') else '>='} {as_sql(low)}" if low is not None else "true"
    below = f"{value} {'<' if bounds.get('strict_max') else '<='} {as_sql(high)}" if high is not None else "true"
    return f"{above} and {below}"


def _lengths(partition: Partition, domain: Domain, values: Arguments) -> Any:
    if domain.column.kind is Kind.TEXT:
        return _count(f"{domain.filled} and not ({_inside(f'length({domain.column.sql})', values)})")
    low, high = values.get("min_value"), values.get("max_value")

    def outside(series: Any) -> Any:
        length = series.astype(str).str.len()
        return ((length < low) if low is not None else False) | ((length > high) if high is not None else False)

    return _as_texts(partition, domain, outside)


def _matching(*, wanted: bool) -> Metric:
    def metric(partition: Partition, domain: Domain, values: Arguments) -> Any:
        return _as_texts(partition, domain, lambda series: series.astype(str).str.contains(values["regex"]) != wanted)

    return metric


def _as_texts(partition: Partition, domain: Domain, fails: Callable[[Any], Any]) -> Any:
    """Rows that fail by how their values are written; pandas writes a time in a way that depends on its neighbours."""
    if domain.column.kind in (Kind.TIME, Kind.OTHER, Kind.NESTED):
        return _refused(domain, 0)
    return _weighed(partition, domain, fails)


def _counted(domain: Domain, value: str) -> str:
    """Query for the different values of an expression and the rows that hold each."""
    return f"select {value} as v, count(*) as n from part where {domain.filled} group by 1"


def _weighed(partition: Partition, domain: Domain, fails: Callable[[Any], Any]) -> int:
    """Rows whose value `fails`, which is asked once for each different value, some of them at a time."""
    rows = 0
    for batch in partition.batches(_counted(domain, domain.column.sql)):
        bad = np.asarray(fails(to_frame(batch.select(["v"]))["v"]), dtype=bool)
        rows += int(np.asarray(batch.column("n"))[bad].sum())
    return rows


def _membership(*, wanted: bool) -> Metric:
    def metric(partition: Partition, domain: Domain, values: Arguments) -> Any:
        listed, kind = values["value_set"], domain.column.kind
        if kind is Kind.NESTED:
            return _refused(domain, 0)
        plain = all(isinstance(value, str) for value in listed) if kind is Kind.TEXT else kind in NUMBERS and (
            kind is not Kind.BOOLEAN and all(type(value) in (int, float) for value in listed))
        if not plain:
            return _weighed(partition, domain, lambda series: series.isin(listed) != wanted)
        among = f"({domain.column.sql}) in ({', '.join(as_sql(value) for value in listed)})"
        return _count(f"{domain.filled} and {'not ' if wanted else ''}({among})")

    return metric


def _groups(partition: Partition, columns: tuple[Reading, ...], where: str) -> tuple[int, int, int]:
    """Different keys, rows whose key is repeated, and all rows, of those that meet `where`.

    Raises:
        TypeError: If values of a column can't be told apart.
    """
    if any(column.kind is Kind.NESTED for column in columns):
        raise TypeError("lists and records are no keys")
    keys = ", ".join(f"({column.sql}) as k{place}" for place, column in enumerate(columns))
    found = partition.row(f"select count(*), coalesce(sum(n) filter (where n > 1), 0)::bigint, coalesce(sum(n), 0)::bigint "
                          f"from (select {keys}, count(*) as n from part where {where} group by all)")
    return int(found[0]), int(found[1]), int(found[2])


def _repeated(partition: Partition, domain: Domain, _: Arguments) -> Any:
    if domain.column.kind is Kind.NESTED:
        return _refused(domain, 0)
    return _groups(partition, domain.columns, domain.filled)[1]


def _repeated_keys(partition: Partition, domain: Domain, _: Arguments) -> int:
    return _groups(partition, domain.columns, domain.kept)[1]


def _kept(_: Partition, domain: Domain, __: Arguments) -> Ask:
    return _count(domain.kept)


def _distinct(partition: Partition, domain: Domain, _: Arguments) -> int:
    return _groups(partition, domain.columns, domain.filled)[0]


def _unique_share(partition: Partition, domain: Domain, _: Arguments) -> float:
    different, __, rows = _groups(partition, domain.columns, domain.filled)
    return different / rows if rows else 0


def _filled_share(_: Partition, domain: Domain, __: Arguments) -> Ask:
    return Ask((f"count(*) filter (where {domain.filled})", f"count(*) filter (where {domain.where})"),
               lambda filled, rows: filled / rows if rows else 0)


def _ordered(_: Partition, domain: Domain, values: Arguments) -> Ask:
    one, other = domain.columns
    if not comparable_kinds(one.kind, other.kind):
        raise TypeError(f"{one.kind} can't be compared with {other.kind}")
    sign = ">=" if values.get("or_equal") else ">"
    return _count(f"{domain.kept} and not coalesce(({one.sql}) {sign} ({other.sql}), false)")


def _numbers(partition: Partition, domain: Domain) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Different values and the rows that hold each, some at a time."""
    for batch in partition.batches(_counted(domain, domain.column.number)):
        yield np.asarray(batch.column("v")), np.asarray(batch.column("n"))


def _total(parts: Iterator[np.ndarray]) -> float:
    """Their sum, rounded once, so that it depends neither on the order of rows nor on batches."""
    return math.fsum(itertools.chain.from_iterable(part.tolist() for part in parts))


def _sum(partition: Partition, domain: Domain, _: Arguments) -> float:
    _refuse_others(domain)
    return _total(values * n for values, n in _numbers(partition, domain))


def _mean(partition: Partition, domain: Domain, arguments: Arguments) -> float:
    _refuse_others(domain)
    rows = _filled(partition, domain)
    return _sum(partition, domain, arguments) / rows if rows else math.nan


def _deviation(partition: Partition, domain: Domain, arguments: Arguments) -> float:
    """Standard deviation of a sample, from the distances to the mean."""
    mean, rows = _mean(partition, domain, arguments), _filled(partition, domain)
    total = _total((values - mean) ** 2 * n for values, n in _numbers(partition, domain))
    return math.sqrt(total / (rows - 1)) if rows > 1 else math.nan


def _refuse_others(domain: Domain) -> None:
    """Raise a TypeError for what is no number."""
    if domain.column.kind not in NUMBERS:
        raise TypeError(f"{domain.column.kind} is no number")


def _filled(partition: Partition, domain: Domain) -> int:
    return int(partition.row(f"select count(*) from part where {domain.filled}")[0])


def _median(partition: Partition, domain: Domain, _: Arguments) -> float:
    _refuse_others(domain)
    low, high = partition.row(
        "select min(v) filter (where 2 * upto >= total), min(v) filter (where 2 * upto >= total + 1) from (select v, "
        "sum(n) over (order by v rows unbounded preceding) as upto, sum(n) over () as total from "
        f"({_counted(domain, domain.column.number)}))")
    return math.nan if low is None else (float(low) + float(high)) / 2


def _none(_: Partition, __: Domain, ___: Arguments) -> list[Any]:
    """Values that fail: never listed, they could be personal."""
    return []


def _columns(partition: Partition, _: Domain, __: Arguments) -> list[str]:
    return list(partition.schema.names)


def _types(partition: Partition, _: Domain, __: Arguments) -> list[dict[str, Any]]:
    """Each column's type in a pandas frame, which depends on whether it has gaps."""
    gaps = [f"count(*) filter (where ({column.sql}) is null)" for column in partition.columns.values()]
    nulls = partition.row(f"select {', '.join(gaps)} from part") if gaps else ()
    return [{"name": column.name, "type": column.dtype(nulls=bool(count))}
            for column, count in zip(partition.columns.values(), nulls, strict=True)]


def _objects(_: Partition, domain: Domain, __: Arguments) -> Ask:
    """Values of a type that pandas holds as objects: none is of a type that a suite can name."""
    return _count(domain.filled)


METRICS: dict[str, Metric] = {
    "table.row_count": _rows, "table.columns": _columns, "table.column_types": _types,
    "column_values.nonnull.unexpected_count": _nulls, "column_values.unique.unexpected_count": _repeated,
    "column_values.between.unexpected_count": _between, "column_values.value_length.between.unexpected_count": _lengths,
    "column_values.in_set.unexpected_count": _membership(wanted=True),
    "column_values.not_in_set.unexpected_count": _membership(wanted=False),
    "column_values.match_regex.unexpected_count": _matching(wanted=True),
    "column_values.not_match_regex.unexpected_count": _matching(wanted=False),
    "column_values.in_type_list.unexpected_count": _objects,
    "column.mean": _mean, "column.median": _median, "column.sum": _sum, "column.standard_deviation": _deviation,
    "column.distinct_values.count": _distinct, "column.unique_proportion": _unique_share,
    "column.non_null_proportion": _filled_share,
    "column_pair_values.a_greater_than_b.unexpected_count": _ordered,
    "compound_columns.unique.unexpected_count": _repeated_keys, **reaching.METRICS,
}


_DERIVED: dict[str, Metric] = {".unexpected_values": _none, ".filtered_row_count": _kept}


def find_metric(name: str) -> Metric:
    """The metric of that name.

    Raises:
        KeyError: If it is none of those that a suite can ask for.
    """
    for ending, metric in _DERIVED.items():
        if name.endswith(ending):
            return metric
    return METRICS[name]
