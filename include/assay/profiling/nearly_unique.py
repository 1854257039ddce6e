"""Columns with too many different values to list them: a sample by hash, and what can be known exactly beside it.

Of such a column a state lists every value whose MD5 starts with two zeros, one in 256, and values that are often special (0,
NaN, empty text). The choice depends on the value alone, so samples of partitions are of the same values and still add up.
Rows named in `statistic` carry the rest: `rest` (rows that are not listed, and the sum of their finite numbers), `min`, `max`
and `negatives` of all rows. All of them merge; quantiles and the distinct count are estimated from the sample.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assay.contracts.schemas import PROFILE_STATES
from assay.profiling.layout import Group, column_rows
from assay.profiling.personal import PersonalKind, mask_sql

SHARE = 256  # one value in so many is listed
ALWAYS = ("0", "0.0", "nan", "inf", "-inf", "")
_PREFIX = "00"


def is_listed(value: str) -> bool:
    """Whether a value belongs to the sample."""
    return value in ALWAYS or hashlib.md5(value.encode(), usedforsecurity=False).hexdigest().startswith(_PREFIX)


def count_sample(con: duckdb.DuckDBPyConnection, asset_id: str, name: str, dtype: str, group: Group,
                 judge: Callable[[pa.ChunkedArray], PersonalKind | None]) -> pa.Table:
    """Count the sample and the summaries of one column of the view `snapshot`.

    Args:
        con: Holds the view.
        asset_id: The asset.
        name: The column.
        dtype: Its type at the source.
        group: How it is grouped.
        judge: Says whether values look personal.
    """
    always = ", ".join(f"'{value}'" for value in ALWAYS)

    def sampled(group: Group, text: str) -> pa.Table:
        return con.sql(f"""
            select s as value, any_value(number) as number, count(*) as n
            from (select {text} as s, {group.number} as number from (select {group.value} as v from snapshot))
            where s is null or s in ({always}) or starts_with(md5(s), '{_PREFIX}') group by 1""").to_arrow_table()

    counted = sampled(group, "v::varchar")
    kind = judge(counted.column("value").drop_null())
    if kind is not None:
        group = group.without_nan(dtype)
        counted = sampled(group, mask_sql(kind, "v::varchar"))
    values, numbers, n = counted.column("value"), counted.column("number"), counted.column("n")
    if kind is not None:
        numbers = pa.chunked_array([pa.nulls(len(values), pa.float64())])
    masked = pc.if_else(values.is_valid(), kind is not None, False)
    listed = column_rows(asset_id, name, dtype, values, numbers, n, masked=masked, exact=False)
    con.execute("set threads = 1")  # a parallel sum of floats depends on the order of its parts
    try:
        rows, total, low, high, low_number, high_number, negatives = con.execute(f"""
            with numbered as (select v, {group.number} as number from (select {group.value} as v from snapshot))
            select count(v), sum(number) filter (isfinite(number)), min(v)::varchar, max(v)::varchar, min(number), max(number),
                   count(*) filter (number < 0) from numbered where number is null or not isnan(number)""").fetchall()[0]
    finally:
        con.execute("set threads = 2")
    nans = int(pc.sum(pc.if_else(pc.is_nan(numbers), n, 0)).as_py() or 0)
    return pa.concat_tables([listed, _summaries(
        asset_id, name, dtype, rest_rows=rows + nans - _valued(listed), total=None if kind else total, listed=listed,
        low=(None if kind else low, None if kind else low_number), high=(None if kind else high, None if kind else high_number),
        negatives=None if kind else negatives)])


def reduce_exact(rows: pa.Table) -> pa.Table:
    """The exact rows of one column as they would be had the column been too distinct to list."""
    asset_id, name, dtype = (rows.column(field)[0].as_py() for field in ("asset_id", "column", "dtype"))
    keep = pa.array([value is None or is_listed(value) for value in rows.column("value").to_pylist()])
    kept = rows.filter(keep)
    listed = column_rows(asset_id, name, dtype, kept.column("value"), kept.column("number"), kept.column("n"),
                         masked=kept.column("masked"), exact=False)
    number, n = rows.column("number").to_numpy(zero_copy_only=False), np.asarray(rows.column("n"))
    finite = np.isfinite(number)
    hidden = bool(pc.any(rows.column("masked")).as_py())
    low, high = extremes(rows, dtype)
    return pa.concat_tables([listed, _summaries(
        asset_id, name, dtype, rest_rows=_valued(rows) - _valued(listed),
        total=float((number[finite] * n[finite]).sum()) if finite.any() else None, listed=listed,
        low=(None, None) if hidden else low, high=(None, None) if hidden else high,
        negatives=int(n[number < 0].sum()) if finite.any() else None)])


def add_summaries(parts: Sequence[pa.Table], dtype: str) -> pa.Table:
    """The summaries of several partitions as one."""
    rows = pa.concat_tables([part.filter(pc.is_valid(part.column("statistic"))) for part in parts])

    def of(statistic: str) -> pa.Table:
        return rows.filter(pc.equal(rows.column("statistic"), statistic))

    low, high = extremes(of("min"), dtype)[0], extremes(of("max"), dtype)[1]
    values = [None, low[0], high[0], None]
    numbers = [pc.sum(of("rest").column("number")).as_py(), low[1], high[1], pc.sum(of("negatives").column("number")).as_py()]
    return _summary_rows(rows.column("asset_id")[0].as_py(), rows.column("column")[0].as_py(), dtype, values, numbers,
                         pc.sum(of("rest").column("n")).as_py())


def extremes(rows: pa.Table, dtype: str) -> tuple[tuple[str | None, float | None], tuple[str | None, float | None]]:
    """Smallest and largest value, each as text and number; NaN is neither, hashed values have none."""
    plain = rows.filter(pc.and_(rows.column("value").is_valid(), pc.invert(rows.column("masked"))))
    texts = np.asarray(plain.column("value").to_pylist(), dtype=object)
    numbers = plain.column("number").to_numpy(zero_copy_only=False)
    if not len(texts):
        return (None, None), (None, None)
    if plain.column("number").null_count == len(texts):
        ordered = pc.min_max(plain.column("value")).as_py()
        return (ordered["min"], None), (ordered["max"], None)
    valid = ~np.isnan(numbers)
    if not valid.any():
        return (None, None), (None, None)
    low, high = numbers[valid].min(), numbers[valid].max()
    order = int if dtype.endswith("INT") or dtype == "INTEGER" else str  # beyond 2**53 several integers are one float
    return ((min(texts[numbers == low], key=order), float(low)), (max(texts[numbers == high], key=order), float(high)))


def _valued(rows: pa.Table) -> int:
    return int(pc.sum(rows.filter(rows.column("value").is_valid()).column("n")).as_py() or 0)


def _summaries(asset_id: str, name: str, dtype: str, *, rest_rows: int, total: float | None, listed: pa.Table,
               low: tuple[str | None, float | None], high: tuple[str | None, float | None], negatives: int | None) -> pa.Table:
    number, n = listed.column("number").to_numpy(zero_copy_only=False), np.asarray(listed.column("n"))
    finite = np.isfinite(number)
    rest = None if total is None else float(total) - float((number[finite] * n[finite]).sum())
    return _summary_rows(asset_id, name, dtype, [None, low[0], high[0], None], [rest, low[1], high[1], negatives], rest_rows)


def _summary_rows(asset_id: str, name: str, dtype: str, values: list[str | None], numbers: list[float | None],
                  rest_rows: int) -> pa.Table:
    """The rows `rest`, `min`, `max` and `negatives`."""
    typed = {field: PROFILE_STATES.schema.field(field).type for field in ("value", "number", "n")}
    return column_rows(
        asset_id, name, dtype, pa.chunked_array([pa.array(values, typed["value"])]),
        pa.chunked_array([pa.array([None if x is None else float(x) for x in numbers], typed["number"])]),
        pa.chunked_array([pa.array([rest_rows, 0, 0, 0], typed["n"])]), exact=False,
        statistics=["rest", "min", "max", "negatives"])
