"""ClickHouse, read by SQLAlchemy as a person's connection says."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa
from tests.sources.databases.servers import clickhouse

from assay.errors import SourceUnavailable
from assay.sources.databases.sql import SqlSource
from assay.steps.scan import scan

pytestmark = pytest.mark.service

_ROWS = 500
_TABLES = [
    "CREATE TABLE sales (sale_id UInt64 COMMENT 'the receipt', email Nullable(String), amount Decimal(10, 2), "
    "at DateTime64(3, 'UTC'), day Date, kind LowCardinality(String), tags Array(String), counts Map(String, Int32), "
    "paid Bool, hash Nullable(UInt64), wide Int256, level Enum8('low' = 1)) ENGINE = MergeTree ORDER BY sale_id COMMENT '销售'",
    "INSERT INTO sales SELECT number, if(number % 2 = 0, NULL, concat('u', toString(number), '@example.org')), number * 1.25, "
    "toDateTime64('2026-03-01 00:00:00.5', 3, 'UTC'), toDate('2026-03-01'), 'x', ['a', 'b'], map('k', 1), true, "
    f"18446744073709551615, 5, 'low' FROM numbers({_ROWS})",
    "CREATE VIEW large AS SELECT * FROM sales WHERE amount > 100",
    "CREATE DATABASE crm",
    "CREATE TABLE crm.calls (phone String) ENGINE = MergeTree ORDER BY phone",
    "INSERT INTO crm.calls VALUES ('+49 30 1234567'), ('+49 30 1234568')",
    "CREATE TABLE `odd 'name` (`a \"b\"` Int32, `x/y` Float64) ENGINE = MergeTree ORDER BY tuple()",
    "INSERT INTO `odd 'name` VALUES (1, 2.5)",
]


def _fill(url: sa.URL) -> None:
    with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
        for statement in _TABLES:
            connection.exec_driver_sql(statement)


@pytest.fixture(scope="module")
def server() -> Iterator[sa.URL]:
    """A server with a shop."""
    with clickhouse() as url:
        _fill(url)
        yield url


def _tables(url: sa.URL) -> dict[str, Any]:
    return {table.name: table for table in SqlSource(url).list_tables()}


def test_its_own_tables_are_left_out_and_comments_and_rows_told(server: sa.URL) -> None:
    tables = _tables(server)
    assert list(tables) == ["crm.calls", "large", "odd 'name", "sales"]
    sales = tables["sales"].declared
    assert (sales.comment, sales.column_comments, sales.row_estimate) == ("销售", {"sale_id": "the receipt"}, _ROWS)
    assert tables["large"].declared.view


def test_types_of_clickhouse_become_arrows(server: sa.URL) -> None:
    source, tables = SqlSource(server), _tables(server)
    sales = source.read(tables["sales"].partitions[0])
    assert sales.schema.types == [
        pa.uint64(), pa.string(), pa.decimal128(10, 2), pa.timestamp("us"), pa.date32(), pa.string(), pa.string(), pa.string(),
        pa.bool_(), pa.uint64(), pa.string(), pa.string()]
    assert sales.slice(1, 1).to_pylist() == [{
        "sale_id": 1, "email": "u1@example.org", "amount": decimal.Decimal("1.25"),
        "at": dt.datetime(2026, 3, 1, 0, 0, 0, 500000), "day": dt.date(2026, 3, 1), "kind": "x", "tags": '["a", "b"]',
        "counts": '{"k": 1}', "paid": True, "hash": 2**64 - 1, "wide": "5", "level": "low"}]
    assert source.read(tables["odd 'name"].partitions[0]).to_pylist() == [{'a "b"': 1, "x/y": 2.5}]


def test_a_scan_finds_meaning_and_keeps_the_password(server: sa.URL, tmp_path: Path) -> None:
    found = scan(server.set(drivername="clickhouse").render_as_string(hide_password=False), tmp_path)
    assets = {asset["asset_id"].partition(".")[2]: asset for asset in found["assets"]}
    assert (assets["sales"]["newest_row_count"], assets["sales"]["primary_key"]) == (_ROWS, ["sale_id"])
    assert {asset["status"] for asset in assets.values()} == {"ok"}
    assert {column["pii_type"] for column in assets["crm.calls"]["columns"]} >= {"phone"}
    assert "geheim" not in str(found)


def test_a_server_that_goes_away_is_an_outage() -> None:
    with clickhouse() as url:
        _fill(url)
        source, partition = SqlSource(url), _tables(url)["sales"].partitions[0]
        with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
            connection.exec_driver_sql("DROP TABLE `odd 'name`")
        assert source.read(partition).num_rows == _ROWS
    for call in (lambda: source.read(partition), source.list_tables):
        with pytest.raises(SourceUnavailable, match="check that the server runs"):
            call()
