"""How a state table is laid out: one column's rows, their order, and how a column is grouped in SQL."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assay.contracts.schemas import PROFILE_STATES


@dataclass(frozen=True)
class Group:
    """SQL of a column: `value` to group by, and `number`, an expression over the grouped value `v`."""

    value: str
    number: str

    def without_nan(self, dtype: str) -> Group:
        """The same with NaN as null: where values are hashed a NaN is none."""
        if dtype not in ("FLOAT", "DOUBLE"):
            return self
        return Group(f"case when not isnan({self.value}) then {self.value} end", self.number)  # a NaN may not equal 'nan'


def empty_state() -> pa.Table:
    """A state without columns."""
    return PROFILE_STATES.schema.empty_table()


def column_rows(asset_id: str, name: str, dtype: str, values: pa.ChunkedArray, numbers: pa.ChunkedArray, n: pa.ChunkedArray, *,
                masked: pa.ChunkedArray | None = None, exact: bool = True, statistics: list[str] | None = None) -> pa.Table:
    """Rows of one column, with a row for the nulls if there is none among `values`.

    Args:
        asset_id: The asset.
        name: The column.
        dtype: Its type at the source.
        values: Different values as text, at most one null.
        numbers: The same as numbers.
        n: Rows that hold each.
        masked: Which values are hashed, by default none.
        exact: Whether every value is counted.
        statistics: Names where the rows are summaries instead of values.
    """
    count = len(values)
    marks = masked if masked is not None else pa.chunked_array([pa.array(np.zeros(count, dtype=bool))])
    labels = pa.array(statistics, pa.string()) if statistics is not None else pa.nulls(count, pa.string())
    table = pa.table([
        _same(asset_id, count), _same(name, count), _same(dtype, count), values.cast(pa.string()), numbers.cast(pa.float64()),
        n.cast(pa.int64()), pa.array(np.full(count, exact)), marks, labels], schema=PROFILE_STATES.schema)
    if statistics is None and not table.column("value").null_count:
        nulls = {"asset_id": asset_id, "column": name, "dtype": dtype, "value": None, "number": None, "n": 0, "exact": exact,
                 "masked": False, "statistic": None}
        table = pa.concat_tables([table, pa.Table.from_pylist([nulls], schema=PROFILE_STATES.schema)])
    return table


def columns_of(table: pa.Table) -> dict[str, pa.Table]:
    """The rows of each column of a state, in the state's order."""
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


def in_order(table: pa.Table, columns: list[str]) -> pa.Table:
    """A state by column, then counted values before summaries, then falling count, then value; nulls last among equals."""
    place = pc.index_in(table.column("column"), value_set=pa.array(columns, pa.string()))
    keyed = table.append_column("place", place)
    order = pc.sort_indices(keyed, sort_keys=[("place", "ascending"), ("statistic", "ascending"), ("n", "descending"),
                                              ("value", "ascending")])
    # summaries sort before counted values, whose statistic is null: turn them round within each column
    summary = np.asarray(keyed.column("statistic").take(order).is_valid())
    where = np.asarray(keyed.column("place").take(order))
    return table.take(order.take(pa.array(np.lexsort((np.arange(len(where)), summary, where)))))


def _same(text: str, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(text, pa.string()), count)
