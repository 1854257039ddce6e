"""DuckDB, embedded: the default engine."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence

import duckdb

THREADS = 2  # fixed: the order of floating-point sums depends on it
MEMORY_LIMIT = "2GB"


def connect(*, threads: int = THREADS, memory_limit: str = MEMORY_LIMIT) -> duckdb.DuckDBPyConnection:
    """A private in-memory database that spills to a temporary folder beyond `memory_limit`."""
    spill = os.path.join(tempfile.gettempdir(), f"assay-duckdb-{os.getuid()}")  # noqa: PTH118
    con = duckdb.connect(config={"threads": threads, "memory_limit": memory_limit, "temp_directory": spill,
                                 "preserve_insertion_order": True})
    con.execute("set enable_progress_bar = false")  # it would fill the logs of tasks
    return con


def quote(name: str) -> str:
    """`name` as an SQL identifier, whatever characters it holds."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """`value` as an SQL string."""
    return "'" + value.replace("'", "''") + "'"


def scan(files: Iterable[str], *, alike: bool = False, numbered: bool = False) -> str:
    """SQL that reads Parquet files of one table, columns matched by name.

    DuckDB takes the extremes that a file tells for those of all its numbers, though writers leave NaN out of them: unless it is
    told so, `isnan` and comparisons are answered without reading, and wrongly.

    Args:
        files: Paths.
        alike: All have the same columns. Nothing needs to be matched then, and what the files tell of their numbers makes
            counting them a third faster.
        numbered: Adds `file_row_number`, a row's place in its file from 0, by which parts of files are left unread.
    """
    options = ["hive_partitioning = false", "can_have_nan = true", *(["file_row_number = true"] if numbered else []),
               *([] if alike else ["union_by_name = true"])]
    return f"read_parquet([{', '.join(map(literal, files))}], {', '.join(options)})"


def are_alike(con: duckdb.DuckDBPyConnection, files: Sequence[str]) -> bool:
    """Whether Parquet files have the same columns in the same order and of the same types."""
    if len(files) == 1:
        return True
    shape = ("string_agg(concat_ws('|', name, type, converted_type, logical_type, repetition_type, num_children, precision, "
             "scale), chr(0))")
    shapes = con.execute(f"select count(distinct shape) from (select {shape} as shape from parquet_schema("
                         f"[{', '.join(map(literal, files))}]) group by file_name)").fetchall()[0][0]
    return int(shapes) == 1
