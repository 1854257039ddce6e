"""Columns with too many different values to list them: a sample by hash, and what can be known exactly beside it.

Of such a column a state lists every value whose MD5 starts with two zeros, one in 256, and values that are often special (0,
NaN, empty text). The choice depends on the value alone, so samples of partitions are of the same values and still add up.
Rows named in `statistic` carry the rest: `rest` (rows that are not listed, and the sum of their finite numbers), `min`, `max`
and `negatives` of all rows. All of them merge; quantiles and the distinct count are estimated from the sample.

Another engine chooses by the same hash of the same text where its texts are DuckDB's (integers, texts, dates, times); other
columns, such as nearly unique floats, are read by DuckDB whichever engine counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assay.contracts.schemas import PROFILE_STATES
from assay.engine import Choice, Rows, literal
from assay.profiling.layout import REALS, Column, Group, column_rows, group_of, is_numeric
from assay.profiling.personal import DIGITS, PersonalKind, mask_sql
from assay.profiling.sums import exact_sum

SHARE = 256  # one value in so many is listed
ALWAYS = ("0", "0.0", "nan", "inf", "-inf", "")
_PREFIX = "00"
_SUMMED = ("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")  # in 128 bits
_AT_ONCE = 1 << 20  # numbers that are added at once


@dataclass(frozen=True)
class _Summary:
    """What is known of a column's values beside the sample.

    Attributes:
        low: The smallest as text and number.
        high: The largest.
        total: Sum of the finite numbers; None where values are none.
        negatives: Rows below 0; None where values are no numbers.
    """

    low: tuple[str | None, float | None]
    high: tuple[str | None, float | None]
    total: float | None = None
    negatives: int | None = None

    def hidden(self) -> _Summary:
        """What may be said of personal values."""
        return _Summary((None, None), (None, None))

    def without(self, listed: pa.Table) -> _Summary:
        """The same with the sum of those values alone that are not listed."""
        if self.total is None:
            return self
        number, n = listed.column("number").to_numpy(zero_copy_only=False), np.asarray(listed.column("n"))
        return replace(self, total=self.total - exact_sum([(number, n)]))


def is_listed(value: str) -> bool:
    """Whether a value belongs to the sample."""
    return value in ALWAYS or hashlib.md5(value.encode(), usedforsecurity=False).hexdigest().startswith(_PREFIX)


def count_sample(rows: Rows, column: Column, values: str | None,
                 judge: Callable[[pa.ChunkedArray], PersonalKind | None]) -> pa.Table:
    """Count the sample and the summaries of one column.

    Args:
        rows: The table.
        column: The column, or a path in one.
        values: SQL of a relation `(v)`; None lets the engine choose and sum up, if it can.
        judge: Says whether values look personal.
    """
    group = group_of(column.dtype)
    counted, mine = _sample(rows, column, group, values, None)
    kind = judge(counted.column("value").drop_null())
    if kind is not None:
        group = group.without_nan(column.dtype)
        counted, mine = _sample(rows, column, group, values, kind)
    column = replace(column, engine=rows.engine if mine else "duckdb")
    texts, numbers, n = counted.column("value"), counted.column("number"), counted.column("n")
    if kind is not None:
        numbers = pa.chunked_array([pa.nulls(len(texts), pa.float64())])
    masked = pc.if_else(texts.is_valid(), kind is not None, False)
    listed = column_rows(column, texts, numbers, n, masked=masked, exact=False)
    nans = int(pc.sum(pc.if_else(pc.is_nan(numbers), n, 0)).as_py() or 0)
    filled, summary = _summary(rows, column, group, values)
    return pa.concat_tables([listed, _summary_rows(column, summary.hidden() if kind else summary.without(listed),
                                                   filled + nans - _valued(listed))])


def _sample(rows: Rows, column: Column, group: Group, values: str | None, kind: PersonalKind | None) -> tuple[pa.Table, bool]:
    """Values of the sample as text and number with their rows, and whether it is the engine that chose them."""
    choice = Choice(ALWAYS, _PREFIX, kind, DIGITS)
    chosen = rows.sample(column.name, choice) if values is None else None
    relation, n = (chosen, "sum(n)") if chosen else (values or rows.values(column.name), "count(*)")
    always = ", ".join(literal(value) for value in ALWAYS)
    text = mask_sql(kind, "v::varchar") if kind else "v::varchar"
    table = rows.con.sql(f"""
        select s as value, any_value(number) as number, {n}::bigint as n
        from (select {text} as s, {group.number} as number{", n" if chosen else ""}
              from (select {group.value} as v{", n" if chosen else ""} from {relation}))
        where s is null or s in ({always}) or starts_with(md5(s), '{_PREFIX}') group by 1""").to_arrow_table()
    return table, chosen is not None


def _summary(rows: Rows, column: Column, group: Group, values: str | None) -> tuple[int, _Summary]:
    """Rows with a value that is not NaN, and what is known of them all."""
    known = rows.summary(column.name) if values is None else None
    numeric = is_numeric(column.dtype)
    if known is None:
        valued = f"(select {group.value} as v from {values or rows.values(column.name)})"
        if column.dtype in REALS:
            valued = f"(select v from {valued} where not isnan(v))"
        added = "sum(v::double::hugeint)::double" if column.dtype in _SUMMED else "null::double"
        below = "count(*) filter (v::double < 0)" if numeric else "null::bigint"
        known = (f"(select count(v) as filled, min(v) as low, max(v) as high, {added} as total, {below} as negatives "
                 f"from {valued})")
    number = group.number
    filled, low, low_number, high, high_number, total, negatives = rows.con.execute(f"""
        select filled, low::varchar, {_over("low", number)}, high::varchar, {_over("high", number)}, total, negatives
        from {known}""").fetchall()[0]
    if numeric and column.dtype not in _SUMMED:
        total = exact_sum((batch.column(0).to_numpy(zero_copy_only=False), None) for batch in
                          rows.con.sql(f"select v::double from {valued} where v is not null").to_arrow_reader(_AT_ONCE))
    elif numeric:
        total = total or 0.0
    return filled, _Summary((low, low_number), (high, high_number), total, negatives)


def _over(name: str, number: str) -> str:
    """The expression over `v` over another column."""
    return f"(select {number} from (select {name} as v))"


def reduce_exact(rows: pa.Table) -> pa.Table:
    """The exact rows of one column as they would be had the column been too distinct to list."""
    column = Column.of(rows)
    keep = pa.array([value is None or is_listed(value) for value in rows.column("value").to_pylist()])
    kept = rows.filter(keep)
    listed = column_rows(column, kept.column("value"), kept.column("number"), kept.column("n"), masked=kept.column("masked"),
                         exact=False)
    low, high = extremes(rows, column.dtype)
    summary = _Summary(low, high)
    if is_numeric(column.dtype):
        number, n = rows.column("number").to_numpy(zero_copy_only=False), np.asarray(rows.column("n"))
        summary = _Summary(low, high, exact_sum([(number, n)]), int(n[number < 0].sum()))
    hidden = bool(pc.any(rows.column("masked")).as_py())
    return pa.concat_tables([listed, _summary_rows(column, summary.hidden() if hidden else summary.without(listed),
                                                   _valued(rows) - _valued(listed))])


def add_summaries(parts: Sequence[pa.Table], column: Column) -> pa.Table:
    """The summaries of a column's several partitions as one."""
    rows = pa.concat_tables([part.filter(pc.is_valid(part.column("statistic"))) for part in parts])

    def of(statistic: str) -> pa.Table:
        return rows.filter(pc.equal(rows.column("statistic"), statistic))

    low, high = extremes(of("min"), column.dtype)[0], extremes(of("max"), column.dtype)[1]
    summary = _Summary(low, high, pc.sum(of("rest").column("number")).as_py(), pc.sum(of("negatives").column("number")).as_py())
    return _summary_rows(column, summary, pc.sum(of("rest").column("n")).as_py())


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


def _summary_rows(column: Column, summary: _Summary, rest_rows: int) -> pa.Table:
    """The rows `rest`, `min`, `max` and `negatives`."""
    typed = {field: PROFILE_STATES.schema.field(field).type for field in ("value", "number", "n")}
    numbers = [summary.total, summary.low[1], summary.high[1], summary.negatives]
    return column_rows(
        column, pa.chunked_array([pa.array([None, summary.low[0], summary.high[0], None], typed["value"])]),
        pa.chunked_array([pa.array([None if x is None else float(x) for x in numbers], typed["number"])]),
        pa.chunked_array([pa.array([rest_rows, 0, 0, 0], typed["n"])]), exact=False,
        statistics=["rest", "min", "max", "negatives"])
