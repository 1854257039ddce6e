"""One column of a table as rows of a state: its values counted, what is personal hashed, nested ones by path as well."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assay.engine import Rows
from assay.profiling.layout import REALS, Column, Group, column_rows, group_of
from assay.profiling.nearly_unique import count_sample, reduce_exact
from assay.profiling.paths import Path, is_nested, paths_of
from assay.profiling.personal import EMAIL_INSIDE, SAMPLE, PersonalKind, find_kind, mask, masked_as

_JUDGED = ("VARCHAR", "INTEGER", "BIGINT", "UINTEGER", "UBIGINT", "HUGEINT", "DATE", "TIMESTAMP", "DECIMAL", *REALS)
_MARGIN = 1.25  # an approximate count may be so much too high


def wide_columns(rows: Rows, exact_limit: int) -> set[str]:
    """Columns with surely more different values than a limit, by a cheap approximate count where the rows leave room."""
    if rows.count() <= exact_limit or not rows.schema:
        return set()
    limit = _MARGIN * exact_limit
    return {name for name, distinct in rows.distinct(list(rows.schema), limit).items() if distinct > limit}


def count_column(rows: Rows, asset_id: str, name: str, said: Mapping[str, str], exact_limit: int, *,
                 wide: bool) -> list[pa.Table]:
    """The rows of a column in a state, followed by those of its paths if it is nested.

    Whoever says something of a column says it of its paths, too; a column is hashed if any of its paths is.

    Args:
        rows: The table.
        asset_id: Of it.
        name: Of the column.
        said: Column or path -> kind of personal data or `none`, as somebody said.
        exact_limit: With more different values a column is sampled.
        wide: Whether it surely has more.
    """
    column = Column(asset_id, name, str(rows.schema[name]))
    if not is_nested(rows.schema[name]):
        return [_count(rows, column, None, said.get(name), exact_limit, wide=wide)]
    paths = paths_of(name, rows.schema[name], rows.values(name), rows.schema)
    below = [_count_path(rows, replace(column, name=path.name, dtype=path.dtype, parent=name), path,
                         said.get(path.name, said.get(name)), exact_limit) for path in paths]
    kinds = [kind for kind in map(whole_mask, below) if kind]
    own = kinds[0] if kinds else said.get(name)
    return [_count(rows, column, None, own, exact_limit, wide=wide), *below]


def _count_path(rows: Rows, column: Column, path: Path, said: str | None, exact_limit: int) -> pa.Table:
    elements, distinct = rows.con.execute(f"select count(*), approx_count_distinct(v) from {path.values}").fetchall()[0]
    wide = elements > exact_limit and distinct > _MARGIN * exact_limit
    return _count(rows, column, path.values, said, exact_limit, wide=wide)


def _count(rows: Rows, column: Column, values: str | None, said: str | None, exact_limit: int, *, wide: bool) -> pa.Table:
    """The rows of a column or path; `values` is where a path's are, else the engine may count."""
    def judge(found: pa.ChunkedArray) -> PersonalKind | None:
        return _judge(column, found) if said is None else masked_as(said)

    if wide:
        counted = count_sample(rows, column, values, judge)
    else:
        counted = _count_exact(rows, column, values, judge)
        if counted.num_rows - 1 > exact_limit:
            counted = reduce_exact(counted)
    if said is None and whole_mask(counted) is None and (column.dtype == "VARCHAR" or values is None):
        inside = pc.fill_null(pc.match_substring_regex(counted.column("value"), EMAIL_INSIDE), False)
        if pc.any(inside).as_py():
            return mask_where(counted, PersonalKind.EMAIL, inside)
    return counted


def _count_exact(rows: Rows, column: Column, values: str | None,
                 judge: Callable[[pa.ChunkedArray], PersonalKind | None]) -> pa.Table:
    group = group_of(column.dtype)
    found = rows.counts(column.name) if values is None else None
    column = replace(column, engine=rows.engine if found else "duckdb")
    relation, n = (found, "sum(n)") if found else (values or rows.values(column.name), "count(*)")

    def counted(group: Group) -> pa.Table:
        table = rows.con.sql(f"""
            select v::varchar as value, {group.number} as number, n
            from (select {group.value} as v, {n}::bigint as n from {relation} group by 1)""").to_arrow_table()
        return column_rows(column, table.column("value"), table.column("number"), table.column("n"))

    state = counted(group)
    kind = judge(state.column("value").drop_null())
    if kind is None:
        return state
    if column.dtype in REALS:
        state = counted(group.without_nan(column.dtype))
    return mask_where(state, kind, state.column("value").is_valid())


def _judge(column: Column, values: pa.ChunkedArray) -> PersonalKind | None:
    """Whether a column's values look personal, by an even sample of the different ones."""
    if not column.dtype.startswith(_JUDGED) or len(values) == 0:
        return None
    ordered = values.take(pc.array_sort_indices(values))
    places = np.unique(np.linspace(0, len(ordered) - 1, min(SAMPLE, len(ordered))).astype(np.int64))
    sample = ordered.take(pa.array(places))
    if column.dtype in REALS:  # pandas writes whole numbers with gaps as floats
        sample = pc.replace_substring_regex(sample, r"\.0$", "")
    kind = find_kind(column.asset_id, column.name, sample.to_pylist())
    return kind if kind is PersonalKind.BIRTH_DATE or not column.dtype.startswith(("DATE", "TIMESTAMP")) else None


def whole_mask(rows: pa.Table) -> str | None:
    """Kind under which every value of a column is hashed, or None where some are plain or there are none."""
    valued = rows.filter(rows.column("value").is_valid())
    if not valued.num_rows or not pc.all(valued.column("masked")).as_py():
        return None
    return str(valued.column("value")[0].as_py()).split(":", 1)[0]


def mask_where(rows: pa.Table, kind: str, where: pa.ChunkedArray, *, again: bool = False) -> pa.Table:
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
