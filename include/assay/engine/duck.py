"""DuckDB, embedded: the default engine."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable

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


def scan(files: Iterable[str]) -> str:
    """SQL that reads Parquet files of one table, columns matched by name.

    DuckDB takes the extremes that a file tells for those of all its numbers, though writers leave NaN out of them: unless it is
    told so, `isnan` and comparisons are answered without reading, and wrongly.
    """
    return (f"read_parquet([{', '.join(map(literal, files))}], union_by_name = true, hive_partitioning = false, "
            "can_have_nan = true)")
