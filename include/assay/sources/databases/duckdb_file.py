"""Tables and views of a DuckDB database file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from assay.errors import SourceUnavailable, UnreadableData, shorten
from assay.sources.base import Declared, Reference, SourcePartition, SourceTable
from assay.sources.cleaning import clean
from assay.sources.content import WholeReader, asked_for, in_order
from assay.sources.databases.counting import Choice

_AT_ONCE = 1 << 17  # rows of a column that are fetched at once
_TABLES = """
    SELECT schema_name, table_name, comment, estimated_size, false FROM duckdb_tables() WHERE database_name = current_database()
    UNION ALL
    SELECT schema_name, view_name, comment, NULL, true FROM duckdb_views()
    WHERE database_name = current_database() AND NOT internal
    ORDER BY ALL"""
_COMMENTS = """
    SELECT schema_name, table_name, column_name, comment FROM duckdb_columns()
    WHERE database_name = current_database() AND comment IS NOT NULL"""
_KEYS = """
    SELECT schema_name, table_name, constraint_type, constraint_column_names, referenced_table, referenced_column_names
    FROM duckdb_constraints() WHERE database_name = current_database() AND constraint_type IN ('PRIMARY KEY', 'FOREIGN KEY')"""


class DuckDbSource(WholeReader):
    """Tables and views of a database file, those of schema `main` called by their name, others `<schema>.<name>`.

    Args:
        path: Of the file, which is opened for reading alone.
    """

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def list_tables(self) -> list[SourceTable]:
        """Every table and view, ascending by name, with comments and declared keys.

        Raises:
            SourceUnavailable: If the file can't be opened or holds no table.
        """
        with self._opened() as con:
            found = con.execute(_TABLES).fetchall()
            comments: dict[str, dict[str, str]] = {}
            for schema, table, column, said in con.execute(_COMMENTS).fetchall():
                comments.setdefault(_name(schema, table), {})[column] = said
            keys: dict[str, tuple[str, ...]] = {}
            references: dict[str, list[Reference]] = {}
            for schema, table, kind, columns, target, to_columns in con.execute(_KEYS).fetchall():
                if kind == "PRIMARY KEY":
                    keys[_name(schema, table)] = tuple(columns)
                else:
                    references.setdefault(_name(schema, table), []).append(
                        Reference(tuple(columns), _name(schema, target), tuple(to_columns)))
        if not found:
            raise SourceUnavailable(str(self._path), "it holds no table", "fill it, or correct the path in platform.yaml")
        about = self._path.stat()
        version = hashlib.sha256(f"{about.st_size} {about.st_mtime_ns}".encode()).hexdigest()
        out = []
        for schema, table, comment, estimate, view in found:
            name = _name(schema, table)
            declared = Declared(view, comment, comments.get(name, {}), keys.get(name, ()), tuple(references.get(name, ())),
                                estimate)
            partition = SourcePartition("", f"{self._path}/{name}", "duckdb", (name,), 0, version)
            out.append(SourceTable(name, (partition,), declared))
        return sorted(out, key=lambda one: one.name)

    def read(self, partition: SourcePartition, columns: Sequence[str] | None = None, *,
             fingerprint: str | None = None) -> pa.Table:
        """The table's rows, sorted by all columns.

        Raises:
            SourceUnavailable: If the file can't be opened.
            UnreadableData: If the table or a column is not there, or its content has changed.
        """
        schema, _, table = partition.files[0].rpartition(".")
        with self._opened() as con:
            try:
                found = in_order(con.sql(f"SELECT * FROM {_quoted(schema or 'main')}.{_quoted(table)}").to_arrow_table())
            except duckdb.Error as error:
                raise UnreadableData(partition.location, shorten(error, 160)) from error
        return asked_for(found, partition.location, columns, fingerprint)

    @contextmanager
    def counter(self, partition: SourcePartition) -> Iterator[DuckDbCounter]:
        """What DuckDB answers about a table without copying it.

        Raises:
            SourceUnavailable: If the file can't be opened.
            UnreadableData: If the table is not there.
        """
        schema, _, table = partition.files[0].rpartition(".")
        with self._opened() as con:
            try:
                yield DuckDbCounter(con, partition.location, f"{_quoted(schema or 'main')}.{_quoted(table)}")
            except duckdb.Error as error:
                raise UnreadableData(partition.location, shorten(error, 160)) from error

    @contextmanager
    def _opened(self) -> Iterator[duckdb.DuckDBPyConnection]:
        if not self._path.is_file():
            raise SourceUnavailable(str(self._path), "no such file", "correct the path in platform.yaml")
        try:
            con = duckdb.connect(str(self._path), read_only=True)
        except (duckdb.Error, OSError) as error:
            raise SourceUnavailable(str(self._path), shorten(error, 160),
                                    "close whoever writes to it, or restore it") from error
        try:
            con.execute("SET TimeZone = 'UTC'")
            yield con
        finally:
            con.close()


class DuckDbCounter:
    """The answers of DuckDB about a table of a file; see `assay.engine.remote.Counter`.

    Args:
        con: To the file.
        place: The table, for errors.
        table: Its name in SQL.
    """

    engine = "duckdb"

    def __init__(self, con: duckdb.DuckDBPyConnection, place: str, table: str) -> None:
        self._con, self._place, self._table = con, place, table
        self.schema: pa.Schema = clean(con.sql(f"FROM {table} LIMIT 0").to_arrow_table(), place).schema

    def count(self) -> int:
        """Rows of the table."""
        return int(self._con.execute(f"SELECT count(*) FROM {self._table}").fetchall()[0][0])

    def distinct(self, names: Sequence[str]) -> Mapping[str, int]:
        """About how many different values columns have."""
        asked = ", ".join(f"approx_count_distinct({_quoted(name)})" for name in names)
        return dict(zip(names, self._con.execute(f"SELECT {asked} FROM {self._table}").fetchall()[0], strict=True))

    def counts(self, name: str) -> pa.Table | None:
        """Columns `v` and `n`: the different values of a column, and the rows that hold each."""
        found = self._con.sql(f"SELECT {_quoted(name)} AS v, count(*) AS n FROM {self._table} GROUP BY 1").to_arrow_table()
        return clean(found, self._place)

    def sample(self, name: str, choice: Choice) -> pa.Table | None:
        """None: values are chosen once they are cleaned."""

    def summary(self, name: str) -> pa.Table | None:
        """None, as of `sample`."""

    def values(self, name: str) -> Iterator[pa.RecordBatch]:
        """A column `v` of all rows, some at a time."""
        for batch in self._con.sql(f"SELECT {_quoted(name)} AS v FROM {self._table}").to_arrow_reader(_AT_ONCE):
            yield from clean(pa.Table.from_batches([batch]), self._place).to_batches()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _name(schema: str, table: str) -> str:
    return table if schema == "main" else f"{schema}.{table}"
