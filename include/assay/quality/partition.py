"""One partition as DuckDB reads it: file by file, never whole, so that its size is bounded by the disk alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from assay.engine import connect, scan
from assay.quality.reading import Reading, read_columns
from assay.quality.terms import Reference

BATCH_ROWS = 100_000  # values that are in Python at once
_HELD = 100_000  # rows up to which files are read once, instead of once a question
_MEMORY = "700MB"  # beyond it DuckDB writes what it groups to disk


@dataclass(frozen=True)
class Other:
    """Partitions that an expectation compares with.

    Attributes:
        files: Parquet files of each, oldest first.
    """

    files: tuple[tuple[str, ...], ...]

    @property
    def sql(self) -> str:
        """All of them as a table expression."""
        return scan([path for files in self.files for path in files])

    @property
    def columns(self) -> dict[str, Reading]:
        """Columns of the newest."""
        return read_columns(pq.read_schema(self.files[-1][0]))


@dataclass(frozen=True)
class Partition:
    """A partition that is open.

    Attributes:
        schema: Its columns as they were written.
        columns: The same as SQL reads them.
        others: What expectations compare it with.
        batch_rows: Values that are handed to Python at once.
    """

    schema: pa.Schema
    columns: Mapping[str, Reading]
    others: Mapping[Reference, Other]
    batch_rows: int
    _cursor: duckdb.DuckDBPyConnection
    _known: dict[str, tuple[Any, ...]] = field(default_factory=dict)

    def row(self, query: str) -> tuple[Any, ...]:
        """The one row that `query` finds in the table `part`; asked once, however many want to know.

        Raises:
            duckdb.Error: If it can't be computed.
        """
        if query not in self._known:
            self._known[query] = tuple(self._cursor.execute(query).fetchall()[0])
        return self._known[query]

    def batches(self, query: str) -> Iterator[pa.Table]:
        """What `query` finds, some rows at a time and in no order that holds twice."""
        reader = self._cursor.sql(query).to_arrow_reader(self.batch_rows)
        for batch in reader:
            yield pa.Table.from_batches([batch])


@contextmanager
def open_partition(data: Sequence[str] | pa.Table, others: Mapping[Reference, Other] | None = None, *,
                   batch_rows: int = BATCH_ROWS) -> Iterator[Partition]:
    """Open a partition as the table `part`.

    Args:
        data: Its parquet files, of one schema, at least one; or a table in memory.
        others: What expectations compare it with.
        batch_rows: Values that are handed to Python at once.
    """
    schema = data.schema if isinstance(data, pa.Table) else pq.read_schema(data[0])
    cursor = _database().cursor()
    try:
        if isinstance(data, pa.Table):
            cursor.register("part", data)
        else:
            rows = sum(pq.read_metadata(path).num_rows for path in data)
            cursor.execute(f"create temp {'table' if rows <= _HELD else 'view'} part as select * from {scan(data)}")
        yield Partition(schema, read_columns(schema, _names(cursor, schema)), others or {}, batch_rows, cursor)
    finally:
        cursor.close()


@lru_cache(maxsize=1)
def _database() -> duckdb.DuckDBPyConnection:
    """The database that all partitions of a process share: opening one takes longer than checking a small partition."""
    database = connect(memory_limit=_MEMORY)
    database.execute("set TimeZone = 'UTC'")
    database.execute("set preserve_insertion_order = false")  # counts don't depend on it, and it holds rows in memory
    return database


def _names(cursor: duckdb.DuckDBPyConnection, schema: pa.Schema) -> list[str]:
    """What DuckDB calls the columns: those whose names differ in case alone are numbered."""
    if len({name.lower() for name in schema.names}) == len(schema.names):
        return list(schema.names)
    return [str(row[0]) for row in cursor.execute("describe part").fetchall()]
