"""Tables and views of any database that SQLAlchemy speaks to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from urllib.parse import quote

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine.interfaces import ReflectedForeignKeyConstraint
from sqlalchemy.engine.reflection import ObjectKind

from assay.errors import SourceUnavailable, shorten
from assay.sources.base import Declared, Reference, SourcePartition, SourceTable
from assay.sources.content import WholeReader, asked_for, in_order
from assay.sources.databases.counting import BEGIN, SqlCounter
from assay.sources.databases.dialects import dialect_of
from assay.sources.databases.values import all_rows

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
            rows = all_rows(connection, partition.location, known)
            found = in_order(rows, tuple(column.name for column in known.primary_key.columns))
        return asked_for(found, partition.location, columns, fingerprint)

    @contextmanager
    def counter(self, partition: SourcePartition) -> Iterator[SqlCounter]:
        """What the database answers about a table itself, all of it as the table is now where its transactions allow.

        Args:
            partition: As listed.

        Raises:
            SourceUnavailable: If the database can't be reached; so do all of its answers.
        """
        schema, _, table = partition.files[0].rpartition(".")
        with self._reaching(partition.location), self._engine.connect() as connection:
            if begin := BEGIN.get(connection.dialect.name):
                connection.exec_driver_sql(begin)
            known = self._reflected(connection, table, schema or None, partition.files[0])
            yield SqlCounter(connection, partition.location, known)

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
