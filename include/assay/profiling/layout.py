"""How a state table is laid out: one column's rows, their order, and how a column is grouped in SQL."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assay.contracts.schemas import PROFILE_STATES

NUMBERS = ("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
           "UHUGEINT")
REALS = ("FLOAT", "DOUBLE")


@dataclass(frozen=True)
class Column:
    """What is counted: a column of a table, or a path in a nested one.

    Attributes:
        asset_id: The asset.
        name: Of the column or the path.
        dtype: Its type at the source, in DuckDB's words.
        parent: The column that a path lies in; None for a column.
        engine: What counted it.
    """

    asset_id: str
    name: str
    dtype: str
    parent: str | None = None
    engine: str = "duckdb"

    @classmethod
    def of(cls, rows: pa.Table) -> Column:
        """The column that rows of a state, at least one, are of."""
        fields = ("asset_id", "column", "dtype", "parent", "engine")
        return cls(*(rows.column(field)[0].as_py() for field in fields))


@dataclass(frozen=True)
class Group:
    """SQL over a value `v`: `value` to group by, and `number` over the grouped value, again called `v`."""

    value: str
    number: str

    def without_nan(self, dtype: str) -> Group:
        """The same with NaN as null: where values are hashed a NaN is none."""
        if dtype not in REALS:
            return self
        return Group(f"case when not isnan({self.value}) then {self.value} end", self.number)  # a NaN may not equal 'nan'


def group_of(dtype: str) -> Group:
    """How values of a type are grouped and read as numbers; -0.0 counts as 0.0, nested values as their text."""
    if dtype in REALS:
        return Group(f"v + 0.0::{dtype}", "v::double")
    if dtype.startswith(("TIMESTAMP", "DATE")):
        return Group("v", "epoch(v)::double")
    if dtype == "VARCHAR":
        return Group("v", "null::double")
    if dtype in NUMBERS or dtype.startswith("DECIMAL"):
        return Group("v", "v::double")
    return Group("v::varchar", "null::double")


def is_numeric(dtype: str) -> bool:
    """Whether values of a type are numbers that can be added."""
    return dtype in NUMBERS or dtype in REALS or dtype.startswith("DECIMAL")


def empty_state() -> pa.Table:
    """A state without columns."""
    return PROFILE_STATES.schema.empty_table()


def column_rows(column: Column, values: pa.ChunkedArray, numbers: pa.ChunkedArray, n: pa.ChunkedArray, *,
                masked: pa.ChunkedArray | None = None, exact: bool = True, statistics: list[str] | None = None) -> pa.Table:
    """Rows of one column, with a row for the nulls if there is none among `values`.

    Args:
        column: The column.
        values: Different values as text, at most one null.
        numbers: The same as numbers.
        n: Rows that hold each.
        masked: Which values are hashed, by default none.
        exact: Whether every value is counted.
        statistics: Names where the rows are summaries instead of values.
    """
    if statistics is None and not values.null_count:
        values, numbers, n = (pa.chunked_array([*array.cast(kind).chunks, pa.array([last], kind)]) for array, kind, last in (
            (values, pa.string(), None), (numbers, pa.float64(), None), (n, pa.int64(), 0)))
        masked = None if masked is None else pa.chunked_array([*masked.chunks, pa.array([False])])
    count = len(values)
    marks = masked if masked is not None else pa.chunked_array([pa.array(np.zeros(count, dtype=bool))])
    labels = pa.array(statistics, pa.string()) if statistics is not None else pa.nulls(count, pa.string())
    return pa.table([
        _same(column.asset_id, count), _same(column.name, count), _same(column.parent, count), _same(column.dtype, count),
        values.cast(pa.string()), numbers.cast(pa.float64()), n.cast(pa.int64()), pa.array(np.full(count, exact)), marks,
        labels, _same(column.engine, count)], schema=PROFILE_STATES.schema)


def columns_of(table: pa.Table, *, paths: bool = False) -> dict[str, pa.Table]:
    """The rows of each column of a state, in the state's order.

    Args:
        table: After the contract PROFILE_STATES.
        paths: Whether paths in nested columns are wanted, too.
    """
    if not paths and table.column("parent").null_count < table.num_rows:
        table = table.filter(pc.is_null(table.column("parent")))
    if not table.num_rows:
        return {}
    names = table.column("column").combine_chunks().dictionary_encode()
    codes = np.asarray(names.indices)
    starts = np.concatenate([[0], np.flatnonzero(np.diff(codes)) + 1])
    if len(starts) == len(names.dictionary):  # as `in_order` puts them: slices need no copy
        ends = [*starts[1:], len(codes)]
        return {names.dictionary[int(codes[start])].as_py(): table.slice(start, end - start)
                for start, end in zip(starts, ends, strict=True)}
    return {name: table.filter(pc.equal(table.column("column"), name)) for name in names.dictionary.to_pylist()}


def in_order(rows: pa.Table) -> pa.Table:
    """The rows of one column: counted values before summaries, then falling count, then value; nulls last among equals."""
    order = pc.sort_indices(rows, sort_keys=[("statistic", "ascending"), ("n", "descending"), ("value", "ascending")])
    # summaries sort before counted values, whose statistic is null: turn them round
    summary = np.asarray(rows.column("statistic").take(order).is_valid())
    return rows.take(order.take(pa.array(np.argsort(summary, kind="stable"))))


def _same(text: str | None, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(text, pa.string()), count)
