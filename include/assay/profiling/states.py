"""Value counts per column: the one thing that is computed from the data, and from which all statistics follow.

Counts of partitions add up exactly, so a state of 28 days is the merge of 28 states. Each column has one row per value, most
frequent first, and one row for the nulls, also where there are none, so that an empty partition still has its columns.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assay.engine import DuckRows, Rows
from assay.errors import UnreadableData, shorten
from assay.profiling import nearly_unique
from assay.profiling.counting import count_column, mask_where, wide_columns
from assay.profiling.counting import whole_mask as whole_mask
from assay.profiling.layout import Column, column_rows, columns_of, empty_state, in_order
from assay.profiling.paths import is_nested

EXACT_LIMIT = 1_000_000  # different values of one column in one state


def count_values(files: list[str], asset_id: str, said: Mapping[str, str] | None = None, *, exact_limit: int = EXACT_LIMIT,
                 open_rows: Callable[[list[str]], AbstractContextManager[Rows]] = DuckRows) -> pa.Table:
    """Count the values of every column of a snapshot.

    Args:
        files: Parquet files of one partition, on a filesystem that the engine reads.
        asset_id: Written into each row; its last part helps to tell what is personal.
        said: Column or path -> kind of personal data, or `none`, as somebody who knows said; it wins over how values look.
        exact_limit: Columns with more different values are summarised, see `nearly_unique`.
        open_rows: The engine that counts.

    Returns:
        A table after the contract PROFILE_STATES: columns in the order of the files, each followed by its paths, values by
        falling count.

    Raises:
        UnreadableData: If a file can't be read.
    """
    if not files:
        return empty_state()
    try:
        with open_rows(files) as rows:
            return count_rows(rows, asset_id, said, exact_limit=exact_limit)
    except duckdb.Error as error:
        raise UnreadableData(files[0], shorten(error, 200)) from error


def count_rows(rows: Rows, asset_id: str, said: Mapping[str, str] | None = None, *, exact_limit: int = EXACT_LIMIT) -> pa.Table:
    """Count the values of every column of a table; arguments and answer are those of `count_values`."""
    wide = wide_columns(rows, exact_limit)
    rows.expect([name for name, kind in rows.schema.items() if name not in wide and not is_nested(kind)])
    parts = [in_order(part) for name in rows.schema
             for part in count_column(rows, asset_id, name, said or {}, exact_limit, wide=name in wide)]
    return pa.concat_tables(parts) if parts else empty_state()


def merge(tables: Sequence[pa.Table], *, exact_limit: int = EXACT_LIMIT) -> pa.Table:
    """The state of all partitions together from the states of each.

    Where partitions differ in a column's type the last one's holds; where values are hashed in one partition they are
    hashed in all.

    Args:
        tables: States of one asset, oldest first.
        exact_limit: As for `count_values`.
    """
    if not tables:
        return empty_state()
    parts = [columns_of(table, paths=True) for table in tables]
    order = list(dict.fromkeys(name for part in reversed(parts) for name in part))
    merged = [in_order(_merge_column([part[name] for part in parts if name in part], exact_limit)) for name in order]
    return pa.concat_tables(merged) if merged else empty_state()


def combine(tables: Sequence[pa.Table]) -> tuple[pa.Table, bool]:
    """The state of an asset from those of its partitions, and whether it is the newest one's alone.

    Either way it holds the newest partition's columns: what is no longer delivered is no part of the asset.

    Args:
        tables: States of one asset, oldest first, at least one.
    """
    if len(tables) == 1:
        return tables[0], False
    newest = repeats(tables)
    merged = tables[-1] if newest else merge(tables)
    columns = pc.unique(tables[-1].column("column"))
    return merged.filter(pc.is_in(merged.column("column"), value_set=columns)), newest


def repeats(tables: Sequence[pa.Table]) -> bool:
    """Whether each partition holds the whole again (dated snapshots) instead of what is new (increments).

    It does where neighbouring partitions share at least half of the rows by every single column (of a partition's time
    column they share none where it holds what is new), or where a column that identifies the rows of each partition has
    at least half of its values in common.

    Args:
        tables: States of one asset, oldest first.
    """
    pairs = [(a, b) for a, b in itertools.pairwise(tables) if a.num_rows and b.num_rows]
    if not pairs:
        return False
    parts = {id(table): columns_of(table) for table in tables}
    shares = {name: _shared([(parts[id(a)].get(name), parts[id(b)].get(name)) for a, b in pairs])
              for name in parts[id(tables[-1])]}
    known = [share for share in shares.values() if share is not None]
    if known and min(known) >= 0.5:
        return True
    return any(share is not None and share >= 0.5 and all(_identifies(part.get(name)) for part in parts.values())
               for name, share in shares.items())


def _shared(pairs: Sequence[tuple[pa.Table | None, pa.Table | None]]) -> float | None:
    """Rows that neighbours have in common by one column, as a share of the smaller ones; None where it is not exact."""
    common = possible = 0
    for a, b in pairs:
        if a is None or b is None:
            continue
        if not (pc.all(a.column("exact")).as_py() and pc.all(b.column("exact")).as_py()):
            return None
        place = pc.index_in(a.column("value"), value_set=b.column("value").combine_chunks())
        there = np.asarray(pc.fill_null(place, -1))
        n_b = np.append(np.asarray(b.column("n")), 0)
        common += int(np.minimum(np.asarray(a.column("n")), n_b[there]).sum())
        possible += min(pc.sum(a.column("n")).as_py() or 0, pc.sum(b.column("n")).as_py() or 0)
    return common / possible if possible else None


def _identifies(rows: pa.Table | None, fewest: int = 20) -> bool:
    """Whether a column of one partition has as many different values as rows, and enough of them to mean it."""
    if rows is None:
        return False
    n = np.asarray(rows.column("n"))[np.asarray(rows.column("value").is_valid())]
    return len(n) >= fewest and bool((n == 1).all()) and pc.sum(rows.column("n")).as_py() == len(n)


# -- one column of many states --------------------------------------------------------------------------------------------


def _merge_column(parts: Sequence[pa.Table], exact_limit: int) -> pa.Table:
    """One column of all partitions; the parts are its rows in each, oldest first."""
    present = [part for part in parts if part.num_rows]
    column = Column.of(present[-1])
    kind = next((found for found in map(whole_mask, reversed(present)) if found), None)
    if kind is not None:
        present = [mask_where(part, kind, _is_plain(part), again=True) for part in present]
    if all(pc.all(part.column("exact")).as_py() for part in present):
        rows = _add(pa.concat_tables(present), column)
        return rows if rows.num_rows - 1 <= exact_limit else nearly_unique.reduce_exact(rows)
    reduced = [nearly_unique.reduce_exact(part) if pc.all(part.column("exact")).as_py() else part for part in present]
    kept = pa.concat_tables([part.filter(pc.is_null(part.column("statistic"))) for part in reduced])
    return pa.concat_tables([_add(kept, column), nearly_unique.add_summaries(reduced, column)])


def _add(rows: pa.Table, column: Column) -> pa.Table:
    """Sum the counts of equal values."""
    added = rows.group_by("value", use_threads=False).aggregate(
        [("number", "first"), ("n", "sum"), ("masked", "max"), ("exact", "min")])
    return column_rows(column, added.column("value"), added.column("number_first"), added.column("n_sum"),
                       masked=added.column("masked_max"), exact=bool(pc.all(added.column("exact_min")).as_py()))


def _is_plain(rows: pa.Table) -> pa.ChunkedArray:
    return pc.and_(rows.column("value").is_valid(), pc.invert(rows.column("masked")))
