"""Databases that are there on every machine; servers are asked the same in test_servers.py."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
import sqlalchemy as sa
from tests.sources.databases.shop import CUSTOMERS, ORDERS, fill

from assay.errors import SourceUnavailable, UnreadableData
from assay.sources import SourceTable
from assay.sources.base import Declared, Reference
from assay.sources.databases.dialects import DIALECTS, dialect_of
from assay.sources.databases.duckdb_file import DuckDbSource
from assay.sources.databases.hive import HiveSource
from assay.sources.databases.sql import SqlSource


def by_name(tables: list[SourceTable]) -> Mapping[str, SourceTable]:
    return {table.name: table for table in tables}


@pytest.fixture
def url(tmp_path: Path) -> sa.URL:
    """A SQLite database with the shop."""
    url = sa.URL.create("sqlite", database=str(tmp_path / "shop.db"))
    fill(url, comments=False)
    return url


def test_tables_views_and_declared_keys_are_listed(url: sa.URL) -> None:
    tables = by_name(SqlSource(url).list_tables())
    assert list(tables) == ["big_orders", "customers", "odd name", "orders"]
    assert tables["big_orders"].declared.view
    assert tables["orders"].declared == Declared(
        primary_key=("order_id",), references=(Reference(("customer_id",), "customers", ("customer_id",)),))


def test_rows_are_read_by_their_key_in_arrows_types(url: sa.URL) -> None:
    source = SqlSource(url)
    tables = by_name(source.list_tables())
    customers = source.read(tables["customers"].partitions[0])
    assert customers.schema.types == [pa.int64(), pa.string(), pa.date32(), pa.bool_(), pa.string()]
    assert customers.slice(0, 1).to_pylist() == [{
        "customer_id": 1, "email": "u1@example.org", "born": dt.date(1980, 1, 2), "active": False,
        "prefs": '{"a": [1], "b": 1}'}]
    assert customers.num_rows == CUSTOMERS
    orders = source.read(tables["orders"].partitions[0], ["total", "placed_at"])
    assert orders.slice(1, 1).to_pylist() == [{"total": decimal.Decimal("1.25"), "placed_at": dt.datetime(2024, 1, 1, 1)}]
    assert source.read(tables["odd name"].partitions[0]).to_pylist() == [{'a "b"': 1, "x/y": 2.5}]


def test_the_fingerprint_is_of_rows_not_of_their_order(url: sa.URL) -> None:
    source = SqlSource(url)
    view = by_name(source.list_tables())["big_orders"].partitions[0]
    before = source.footer(view)
    assert (before.row_count, before.schema["total"]) == (ORDERS - 81, "DECIMAL(10,2)")
    assert before.fingerprint == source.fingerprint(view)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE again AS SELECT * FROM orders ORDER BY note, order_id DESC"))
        connection.execute(sa.text("DELETE FROM orders"))
        connection.execute(sa.text("INSERT INTO orders SELECT * FROM again"))
    assert source.read(view, fingerprint=before.fingerprint).num_rows == before.row_count
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE orders SET note = 'other' WHERE order_id = 1400"))
    with pytest.raises(UnreadableData, match="its rows changed"):
        source.read(view, fingerprint=before.fingerprint)


def test_a_column_that_is_not_there_is_named(url: sa.URL) -> None:
    source = SqlSource(url)
    with pytest.raises(UnreadableData, match=r"column 'x' .* name one of order_id"):
        source.read(by_name(source.list_tables())["orders"].partitions[0], ["x"])


def test_a_value_that_its_column_cannot_hold_is_named_and_not_shown(url: sa.URL) -> None:
    with sa.create_engine(url).begin() as connection:
        connection.execute(sa.text("UPDATE orders SET customer_id = 'seven secrets' WHERE order_id = 1007"))
    source = SqlSource(url)
    with pytest.raises(UnreadableData, match=r"column 'customer_id'") as raised:
        source.footer(by_name(source.list_tables())["orders"].partitions[0])
    assert "secrets" not in str(raised.value)


def test_a_database_that_goes_away_is_an_outage(url: sa.URL, tmp_path: Path) -> None:
    source = SqlSource(url)
    partition = by_name(source.list_tables())["orders"].partitions[0]
    (tmp_path / "shop.db").unlink()
    for call in (source.list_tables, lambda: source.read(partition)):
        with pytest.raises(SourceUnavailable, match="unable to open"):
            call()
    assert not (tmp_path / "shop.db").exists()


def test_a_table_that_goes_away_is_an_outage(url: sa.URL) -> None:
    source = SqlSource(url)
    tables = by_name(source.list_tables())
    with sa.create_engine(url).begin() as connection:
        connection.execute(sa.text("DROP TABLE orders"))
    with pytest.raises(SourceUnavailable, match="the table is gone"):
        source.read(tables["orders"].partitions[0])
    assert source.read(tables["customers"].partitions[0]).num_rows == CUSTOMERS


def test_a_database_without_driver_names_the_package() -> None:
    with pytest.raises(SourceUnavailable, match=r"pip install trino\[sqlalchemy\]") as raised:
        SqlSource(sa.URL.create("trino", "ada", "geheim", "host"))
    assert "geheim" not in str(raised.value)


def test_a_driver_that_wants_credentials_is_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("no default credentials")  # google-auth's own error is no SQLAlchemyError either

    monkeypatch.setattr(sa, "create_engine", refuse)
    with pytest.raises(SourceUnavailable, match=r"bigquery://project.* \(no default credentials\); check"):
        SqlSource(sa.URL.create("bigquery", host="project"))


@pytest.mark.parametrize("kind", DIALECTS)
def test_a_dialect_is_known_by_its_driver_too(kind: str) -> None:
    assert dialect_of(kind) is dialect_of(DIALECTS[kind].drivername) is DIALECTS[kind]


def test_hive_without_pyspark_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    for place in ("sc://spark.example:15002/;token=geheim", "/hive/metastore_db"):
        with pytest.raises(SourceUnavailable, match="pyspark is not installed.* requirements-spark.txt") as raised:
            HiveSource(place).list_tables()
        assert "geheim" not in str(raised.value)


# -- DuckDB -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def duck(tmp_path: Path) -> Path:
    """A DuckDB database file."""
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE TABLE items (item_id INT PRIMARY KEY, brand VARCHAR, tags VARCHAR[])")
        con.execute("COMMENT ON TABLE items IS '商品'; COMMENT ON COLUMN items.brand IS 'maker'")
        con.execute("INSERT INTO items SELECT g, 'b' || (g % 5), ['x'] FROM range(49, -1, -1) t(g)")
        con.execute("CREATE TABLE sales (item_id INT REFERENCES items (item_id), sold TIMESTAMP)")
        con.execute("CREATE SCHEMA crm; CREATE VIEW crm.branded AS SELECT item_id, brand FROM items")
    return path


def test_a_duckdb_file_is_listed_and_read(duck: Path) -> None:
    source = DuckDbSource(str(duck))
    tables = by_name(source.list_tables())
    assert list(tables) == ["crm.branded", "items", "sales"]
    items, sales = tables["items"].declared, tables["sales"].declared
    assert (items.comment, dict(items.column_comments), items.primary_key) == ("商品", {"brand": "maker"}, ("item_id",))
    assert sales.references == (Reference(("item_id",), "items", ("item_id",)),)
    assert items.row_estimate == 50
    footer = source.footer(tables["items"].partitions[0])
    assert (footer.row_count, footer.schema["item_id"], footer.schema["brand"]) == (50, "INTEGER", "VARCHAR")
    assert source.read(tables["crm.branded"].partitions[0]).slice(0, 1).to_pylist() == [{"item_id": 0, "brand": "b0"}]
    assert tables["items"].partitions[0].version == tables["sales"].partitions[0].version != ""


def test_a_duckdb_file_that_is_none_is_an_outage(tmp_path: Path) -> None:
    path = tmp_path / "x.duckdb"
    with pytest.raises(SourceUnavailable, match="no such file"):
        DuckDbSource(str(path)).list_tables()
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(SourceUnavailable):
        DuckDbSource(str(path)).list_tables()
