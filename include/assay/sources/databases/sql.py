"""Tables and views of any database that SQLAlchemy speaks to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine.interfaces import ReflectedForeignKeyConstraint
from sqlalchemy.engine.reflection import ObjectKind

from assay.errors import SourceUnavailable, UnreadableData, shorten
from assay.sources.base import Declared, Reference, SourcePartition, SourceTable
from assay.sources.content import WholeReader, asked_for, in_order
from assay.sources.databases.dialects import dialect_of
from assay.sources.types import type_name

_AT_ONCE = 50_000  # rows that a cursor fetches
_LARGEST_DECIMAL = 38  # digits that Arrow's decimal holds
# integers of ClickHouse beyond 64 bits with a sign; what is wider still is text
_WIDE = {"UInt64": pa.uint64(), **dict.fromkeys(("Int128", "Int256", "UInt128", "UInt256"), pa.string())}
_REACH = "check that the server runs, and the Airflow connection's host, user and password"


class SqlSource(WholeReader):
    """Tables and views of a database, those of its default schema called by their name, others `<schema>.<name>`.

    Each is one partition without a label: what the table holds now.

    Args:
        url: SQLAlchemy URL; its password is never shown.
        schemas: Schemas to look at; by default all that aren't the database's own.

    Raises:
        SourceUnavailable: If there is no driver for it, or the driver wants what the connection doesn't say.
    """

    def __init__(self, url: sa.URL, schemas: Sequence[str] = ()) -> None:
        self._dialect = dialect_of(url.drivername)
        kind = url.drivername.partition("+")[0]
        self._place = sa.URL.create(kind, host=url.host, port=url.port, database=url.database).render_as_string()
        self._schemas = tuple(schemas)
        package = self._dialect.package if self._dialect is not None else None
        try:
            self._engine = sa.create_engine(_read_only(url), poolclass=sa.NullPool)
        except (ImportError, sa.exc.ArgumentError, sa.exc.NoSuchModuleError) as error:
            raise SourceUnavailable(self._place, f"no driver for it ({shorten(error, 100)})",
                                    f"pip install {package}" if package else "name one that SQLAlchemy speaks to") from error
        except Exception as error:  # some drivers look for credentials at once, and raise what is theirs
            raise SourceUnavailable(self._place, shorten(error, 160), _REACH) from error

    def list_tables(self) -> list[SourceTable]:
        """Every table and view, ascending by name, with comments, declared keys and estimated rows.

        Raises:
            SourceUnavailable: If the database can't be reached or holds no table.
        """
        with self._reaching(self._place), self._engine.connect() as connection:
            inspector = sa.inspect(connection)
            default = inspector.default_schema_name
            estimates = self._estimates(connection)
            tables = [table for schema in self._schemas or self._all_schemas(inspector, default)
                      for table in self._of_schema(inspector, schema, default, estimates)]
        if not tables:
            raise SourceUnavailable(self._place, "it holds no table", "name its schemas, or grant its user to see them")
        return sorted(tables, key=lambda table: table.name)

    def _all_schemas(self, inspector: sa.Inspector, default: str | None) -> list[str | None]:
        own = self._dialect.own_schemas if self._dialect is not None else frozenset()
        found: list[str | None] = [name for name in inspector.get_schema_names() if name.lower() not in own]
        return found if default in found else [default, *found]

    def _of_schema(self, inspector: sa.Inspector, schema: str | None, default: str | None,
                   estimates: Mapping[tuple[str | None, str], int]) -> Iterator[SourceTable]:
        kinds, given = ObjectKind.ANY, None if schema == default else schema
        columns = inspector.get_multi_columns(given, kind=kinds)
        keys = inspector.get_multi_pk_constraint(given, kind=kinds)
        foreign = inspector.get_multi_foreign_keys(given, kind=kinds)
        comments = self._comments(inspector, given)
        views = {*inspector.get_view_names(given)}
        for of, found in columns.items():
            table = of[1]
            name = table if given is None else f"{schema}.{table}"
            said = {column["name"]: str(column["comment"]) for column in found if column.get("comment")}
            references = tuple(Reference(tuple(key["constrained_columns"]), _target(key, given, default),
                                         tuple(key["referred_columns"])) for key in foreign.get(of, []))
            key = keys.get(of)
            declared = Declared(table in views, comments.get(table), said, tuple(key["constrained_columns"]) if key else (),
                                references, estimates.get((schema, table)))
            place = f"{self._place}/{name}"
            yield SourceTable(name, (SourcePartition("", place, self._engine.dialect.name, (name,), 0),), declared)

    @staticmethod
    def _comments(inspector: sa.Inspector, schema: str | None) -> dict[str, str]:
        try:
            found = inspector.get_multi_table_comment(schema, kind=ObjectKind.ANY)
        except NotImplementedError:  # such as SQLite, which has none
            return {}
        return {of[1]: str(comment["text"]) for of, comment in found.items() if comment and comment["text"]}

    def _estimates(self, connection: sa.Connection) -> dict[tuple[str | None, str], int]:
        if self._dialect is None or self._dialect.estimates is None:
            return {}
        return {(schema, table): int(rows) for schema, table, rows in connection.exec_driver_sql(self._dialect.estimates)
                if rows is not None}

    # -- reading ------------------------------------------------------------------------------------------------------

    def read(self, partition: SourcePartition, columns: Sequence[str] | None = None, *,
             fingerprint: str | None = None) -> pa.Table:
        """The table's rows by its declared key, else sorted by all columns.

        Args:
            partition: As listed.
            columns: Columns to read, in this order; all by default.
            fingerprint: What the content must still be.

        Raises:
            SourceUnavailable: If the database can't be reached.
            UnreadableData: If a column can't be told in Arrow's types, or the content has changed.
        """
        name = partition.files[0]
        schema, _, table = name.rpartition(".")
        with self._reaching(partition.location), self._engine.connect() as connection:
            known = self._reflected(connection, table, schema or None, name)
            rows = _rows(connection, partition.location, known)
            found = in_order(rows, tuple(column.name for column in known.primary_key.columns))
        return asked_for(found, partition.location, columns, fingerprint)

    @staticmethod
    def _reflected(connection: sa.Connection, table: str, schema: str | None, name: str) -> sa.Table:
        """The table as the database describes it; a name with a dot may be a table's own."""
        try:
            return sa.Table(table, sa.MetaData(), schema=schema, autoload_with=connection, resolve_fks=False)
        except sa.exc.NoSuchTableError:
            return sa.Table(name, sa.MetaData(), autoload_with=connection, resolve_fks=False)

    @contextmanager
    def _reaching(self, place: str) -> Iterator[None]:
        """Whatever the driver raises is an outage, in one sentence without a secret."""
        try:
            yield
        except sa.exc.NoSuchTableError as error:
            raise SourceUnavailable(place, "the table is gone", "restore it, or run it again") from error
        except (sa.exc.SQLAlchemyError, OSError, ImportError) as error:
            said = getattr(error, "orig", None) or error
            raise SourceUnavailable(place, shorten(said, 160), _REACH) from error


def _read_only(url: sa.URL) -> sa.URL:
    """A file opened for reading alone: SQLite would make a database where there is none."""
    if url.get_backend_name() != "sqlite" or not url.database:
        return url
    return url.set(database=f"file:{quote(url.database)}", query={"mode": "ro", "uri": "true"})


def _target(key: ReflectedForeignKeyConstraint, schema: str | None, default: str | None) -> str:
    of = key["referred_schema"] or schema
    return key["referred_table"] if of in (None, default) else f"{of}.{key['referred_table']}"


def _rows(connection: sa.Connection, place: str, table: sa.Table) -> pa.Table:
    """All rows, fetched some at a time."""
    names = [column.name for column in table.columns]
    kinds = {column.name: _arrow_type(column.type) for column in table.columns}
    result = connection.execution_options(stream_results=True, yield_per=_AT_ONCE).execute(sa.select(table))
    parts: dict[str, list[pa.Array]] = {name: [] for name in names}
    for rows in result.partitions():
        for name, values in zip(names, zip(*rows, strict=True), strict=True):
            parts[name].append(_array(place, name, values, kinds[name]))
    return pa.table({name: pa.chunked_array(found, kinds[name]) for name, found in parts.items()})


def _arrow_type(kind: sa.types.TypeEngine[Any]) -> pa.DataType:
    """The Arrow type of a column; whatever has none is text, as the database would print it."""
    match kind:
        case sa.Boolean():
            return pa.bool_()
        case sa.Integer():
            return _WIDE.get(type(kind).__name__, pa.int64())
        case sa.Float():
            return pa.float64()
        case sa.Numeric() if kind.precision and kind.precision <= _LARGEST_DECIMAL:
            return pa.decimal128(kind.precision, kind.scale or 0)
        case sa.Numeric():
            return pa.float64()
        case sa.DateTime():
            return pa.timestamp("us", "UTC" if kind.timezone else None)
        case sa.Date():
            return pa.date32()
        case sa.Time():
            return pa.time64("us")
        case sa.LargeBinary():
            return pa.binary()
    return pa.string()


def _array(place: str, name: str, values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    try:
        if pa.types.is_string(kind):
            return pa.array([_text(value) for value in values], kind)
        if pa.types.is_floating(kind):  # drivers give decimals for numbers without a precision
            return pa.array([None if value is None else float(value) for value in values], kind)
        return pa.array(values, kind)
    except (pa.ArrowException, ValueError, TypeError, OverflowError) as error:
        raise UnreadableData(place, f"a value is no {type_name(kind)} ({type(error).__name__})", column=name,
                             remedy="correct it, or give the column a wider type") from error


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    if isinstance(value, bytes):
        return value.hex()
    return str(sorted(value) if isinstance(value, set | frozenset) else value)
