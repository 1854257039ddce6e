"""What is particular to each database: its driver, its own schemas, and where it keeps estimates of rows.

A new database is one more entry, as long as SQLAlchemy speaks to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Dialect:
    """A kind of database.

    Attributes:
        drivername: SQLAlchemy's dialect and driver.
        own_schemas: Schemas that hold the database's own tables, in lower case.
        estimates: Query for schema, table and estimated rows; None where the database has none.
        package: What brings the driver where assay doesn't.
    """

    drivername: str
    own_schemas: frozenset[str] = frozenset({"information_schema"})
    estimates: str | None = None
    package: str | None = None


_MYSQL = "SELECT table_schema, table_name, table_rows FROM information_schema.tables WHERE table_type = 'BASE TABLE'"
_MYSQL_OWN = frozenset({"information_schema", "mysql", "performance_schema", "sys"})
_POSTGRES = ("SELECT n.nspname, c.relname, c.reltuples::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
             "WHERE c.relkind IN ('r', 'p', 'm') AND c.reltuples >= 0")
_CLICKHOUSE = "SELECT database, name, total_rows FROM system.tables WHERE total_rows IS NOT NULL"

# by the type of an Airflow connection, which is also how a URL may begin
DIALECTS: Mapping[str, Dialect] = {
    "postgres": Dialect("postgresql+psycopg", frozenset({"information_schema", "pg_catalog", "pg_toast"}), _POSTGRES),
    "mysql": Dialect("mysql+pymysql", _MYSQL_OWN, _MYSQL),
    "sqlite": Dialect("sqlite", frozenset()),
    "clickhouse": Dialect("clickhousedb", frozenset({"information_schema", "system"}), _CLICKHOUSE, "clickhouse-connect"),
    "trino": Dialect("trino", package="trino[sqlalchemy]"),
    "starrocks": Dialect("starrocks", _MYSQL_OWN | {"_statistics_"}, _MYSQL, "starrocks"),
    "maxcompute": Dialect("odps", package="pyodps"),
    "snowflake": Dialect("snowflake", package="snowflake-sqlalchemy",
                         estimates="SELECT table_schema, table_name, row_count FROM information_schema.tables"),
    "bigquery": Dialect("bigquery", package="sqlalchemy-bigquery"),
}
_SAME = {"postgresql": "postgres", "mariadb": "mysql", "gcpbigquery": "bigquery",
         "clickhousedb": "clickhouse", "odps": "maxcompute"}


def dialect_of(kind: str) -> Dialect | None:
    """The dialect of a connection's type or a URL's scheme (a driver behind `+` aside); None for anything else."""
    plain = kind.partition("+")[0].lower()
    return DIALECTS.get(_SAME.get(plain, plain))
