"""Value counts per column: the one thing that is computed from the data, and from which all statistics follow.

Counts of partitions add up exactly, so a state of 28 days is the merge of 28 states. Each column has one row per value, most
frequent first, and one row for the nulls, also where there are none, so that an empty partition still has its columns.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assay.engine import connect, literal, quote
from assay.errors import UnreadableData, shorten
from assay.profiling import nearly_unique
from assay.profiling.layout import Group, column_rows, columns_of, empty_state, in_order
from assay.profiling.personal import EMAIL_INSIDE, SAMPLE, PersonalKind, find_kind, mask, masked_as

_HELD = 100_000  # rows up to which a partition is read once, instead of once a column
EXACT_LIMIT = 1_000_000  # different values of one column in one state
_NUMBERS = ("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
            "UHUGEINT")
_REALS = ("FLOAT", "DOUBLE")
_JUDGED = ("VARCHAR", "INTEGER", "BIGINT", "UINTEGER", "UBIGINT", "HUGEINT", "DATE", "TIMESTAMP", "DECIMAL", *_REALS)


def count_values(files: list[str], asset_id: str, said: Mapping[str, str] | None = None, *,
                 exact_limit: int = EXACT_LIMIT) -> pa.Table:
    """Count the values of every column of a snapshot.

    Args:
        files: Parquet files of one partition, on a filesystem that the engine reads.
        asset_id: Written into each row; its last part helps to tell what is personal.
        said: Column -> kind of personal data, or `none`, as somebody who knows said; it wins over what values look like.
        exact_limit: Columns with more different values are summarised, see `nearly_unique`.

    Returns:
        A table after the contract PROFILE_STATES: columns in the order of the files, values by falling count.

    Raises:
        UnreadableData: If a file can't be read.
    """
    if not files:
        return empty_state()
    con = connect()
    try:
        con.execute("set TimeZone = 'UTC'")
        listed = ", ".join(literal(path) for path in files)
        con.execute(f"create view files as select * from read_parquet([{listed}], union_by_name = true, "
                    "hive_partitioning = false, can_have_nan = true)")  # files' own extremes are silent about NaN
        rows = con.execute("select count(*) from files").fetchall()[0][0]
        held = "table" if rows <= _HELD else "view"  # of a small table opening its files for each column takes the longest
        con.execute(f"create temp {held} snapshot as select * from files")
        schema = [(str(row[0]), str(row[1])) for row in con.execute("describe snapshot").fetchall()]
        wide = _wide_columns(con, [name for name, _ in schema], exact_limit)
        parts = [_count_column(con, asset_id, name, dtype, (said or {}).get(name), exact=name not in wide)
                 for name, dtype in schema]
    except duckdb.Error as error:
        raise UnreadableData(files[0], shorten(error, 200)) from error
    finally:
        con.close()
    return in_order(pa.concat_tables(parts), [name for name, _ in schema]) if parts else empty_state()


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
    parts = [columns_of(table) for table in tables]
    order = list(dict.fromkeys(name for part in reversed(parts) for name in part))
    merged = [_merge_column([part[name] for part in parts if name in part], exact_limit) for name in order]
    return in_order(pa.concat_tables(merged), order) if merged else empty_state()


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


# -- one column of a snapshot ---------------------------------------------------------------------------------------------


def _wide_columns(con: duckdb.DuckDBPyConnection, names: list[str], exact_limit: int) -> set[str]:
    """Columns that have too many different values, by a cheap approximate count where the rows leave room for it."""
    rows = con.execute("select count(*) from snapshot").fetchall()[0][0]
    if rows <= exact_limit or not names:
        return set()
    counts = ", ".join(f"approx_count_distinct({quote(name)})" for name in names)
    counted = con.execute(f"select {counts} from snapshot").fetchall()[0]
    return {name for name, distinct in zip(names, counted, strict=True) if distinct > exact_limit}


def _count_column(con: duckdb.DuckDBPyConnection, asset_id: str, name: str, dtype: str, said: str | None, *,
                  exact: bool) -> pa.Table:
    group = _group(name, dtype)

    def judge(values: pa.ChunkedArray) -> PersonalKind | None:
        return _judge(asset_id, name, dtype, values) if said is None else masked_as(said)

    if not exact:
        return nearly_unique.count_sample(con, asset_id, name, dtype, group, judge)
    rows = _count_exact(con, asset_id, name, dtype, group)
    kind = judge(rows.column("value").drop_null())
    if kind is not None:
        if dtype in _REALS:
            rows = _count_exact(con, asset_id, name, dtype, group.without_nan(dtype))
        return _mask_where(rows, kind, rows.column("value").is_valid())
    if dtype == "VARCHAR" and said is None:
        inside = pc.fill_null(pc.match_substring_regex(rows.column("value"), EMAIL_INSIDE), False)
        if pc.any(inside).as_py():
            return _mask_where(rows, PersonalKind.EMAIL, inside)
    return rows


def _count_exact(con: duckdb.DuckDBPyConnection, asset_id: str, name: str, dtype: str, group: Group) -> pa.Table:
    counted = con.sql(f"""
        select v::varchar as value, {group.number} as number, n
        from (select {group.value} as v, count(*)::bigint as n from snapshot group by 1)""").to_arrow_table()
    return column_rows(asset_id, name, dtype, counted.column("value"), counted.column("number"), counted.column("n"))


def _group(name: str, dtype: str) -> Group:
    """How a column is grouped and read as a number; -0.0 counts as 0.0, nested values as their text."""
    column = quote(name)
    if dtype in _REALS:
        return Group(f"{column} + 0.0::{dtype}", "v::double")
    if dtype.startswith(("TIMESTAMP", "DATE")):
        return Group(column, "epoch(v)::double")
    if dtype == "VARCHAR":
        return Group(column, "null::double")
    if dtype in _NUMBERS or dtype.startswith("DECIMAL"):
        return Group(column, "v::double")
    return Group(f"{column}::varchar", "null::double")


def _judge(asset_id: str, name: str, dtype: str, values: pa.ChunkedArray) -> PersonalKind | None:
    """Whether a column's values look personal, by an even sample of the different ones."""
    if not dtype.startswith(_JUDGED) or len(values) == 0:
        return None
    ordered = values.take(pc.array_sort_indices(values))
    places = np.unique(np.linspace(0, len(ordered) - 1, min(SAMPLE, len(ordered))).astype(np.int64))
    sample = ordered.take(pa.array(places))
    if dtype in _REALS:  # pandas writes whole numbers with gaps as floats
        sample = pc.replace_substring_regex(sample, r"\.0$", "")
    kind = find_kind(asset_id, name, sample.to_pylist())
    return kind if kind is PersonalKind.BIRTH_DATE or not dtype.startswith(("DATE", "TIMESTAMP")) else None


# -- one column of many states --------------------------------------------------------------------------------------------


def _merge_column(parts: Sequence[pa.Table], exact_limit: int) -> pa.Table:
    """One column of all partitions; the parts are its rows in each, oldest first."""
    present = [part for part in parts if part.num_rows]
    asset_id, name = present[-1].column("asset_id")[0].as_py(), present[-1].column("column")[0].as_py()
    dtype = present[-1].column("dtype")[0].as_py()
    kind = next((found for found in map(whole_mask, reversed(present)) if found), None)
    if kind is not None:
        present = [_mask_where(part, kind, _is_plain(part), again=True) for part in present]
    if all(pc.all(part.column("exact")).as_py() for part in present):
        rows = _add(pa.concat_tables(present), asset_id, name, dtype)
        return rows if rows.num_rows - 1 <= exact_limit else nearly_unique.reduce_exact(rows)
    reduced = [nearly_unique.reduce_exact(part) if pc.all(part.column("exact")).as_py() else part for part in present]
    kept = pa.concat_tables([part.filter(pc.is_null(part.column("statistic"))) for part in reduced])
    return pa.concat_tables([_add(kept, asset_id, name, dtype), nearly_unique.add_summaries(reduced, dtype)])


def _add(rows: pa.Table, asset_id: str, name: str, dtype: str) -> pa.Table:
    """Sum the counts of equal values."""
    added = rows.group_by("value", use_threads=False).aggregate(
        [("number", "first"), ("n", "sum"), ("masked", "max"), ("exact", "min")])
    return column_rows(asset_id, name, dtype, added.column("value"), added.column("number_first"), added.column("n_sum"),
                       masked=added.column("masked_max"), exact=bool(pc.all(added.column("exact_min")).as_py()))


def whole_mask(rows: pa.Table) -> str | None:
    """Kind under which every value of a column is hashed, or None where some are plain or there are none."""
    valued = rows.filter(rows.column("value").is_valid())
    if not valued.num_rows or not pc.all(valued.column("masked")).as_py():
        return None
    return str(valued.column("value")[0].as_py()).split(":", 1)[0]


def _is_plain(rows: pa.Table) -> pa.ChunkedArray:
    return pc.and_(rows.column("value").is_valid(), pc.invert(rows.column("masked")))


def _mask_where(rows: pa.Table, kind: str, where: pa.ChunkedArray, *, again: bool = False) -> pa.Table:
    """Hash the values at `where`; with `again` also give those already hashed the kind."""
    chosen = np.asarray(pc.fill_null(where, False))
    old = rows.column("value").to_pylist()
    hashed = np.asarray(rows.column("masked"))
    values = [mask(kind, text) if pick else f"{kind}:{text.split(':', 1)[1]}" if again and done and text else text
              for text, pick, done in zip(old, chosen, hashed, strict=True)]
    masked = pa.array(chosen | hashed)
    numbers = pc.if_else(masked, pa.scalar(None, pa.float64()), rows.column("number"))
    changed = {"value": pa.array(values, pa.string()), "number": numbers, "masked": masked}
    return pa.table([changed.get(field.name, rows.column(field.name)) for field in rows.schema], schema=rows.schema)
