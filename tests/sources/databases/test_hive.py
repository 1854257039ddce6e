"""A real Hive catalogue, read by way of a Spark Connect server, its metastore service and its Derby database."""

from __future__ import annotations

import datetime as dt
import decimal
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pytest
from tests.sources.databases.hive import Hive, hive

from assay.errors import SourceUnavailable, UnreadableData
from assay.sources.base import SourceTable
from assay.sources.databases.hive import HiveSource
from assay.steps.scan import scan

pytestmark = pytest.mark.service

_PLACES = ("connect", "thrift", "derby")
_TABLES = [
    "CREATE TABLE sales (sale_id BIGINT COMMENT 'the receipt', customer_id INT, amount DECIMAL(10,2), at TIMESTAMP, "
    "tags ARRAY<STRING>, counts MAP<STRING,INT>, place STRUCT<city:STRING,floor:INT>) COMMENT '销售' "
    "PARTITIONED BY (ds DATE, region STRING) STORED AS PARQUET",
    *(f"INSERT INTO sales PARTITION (ds='{day}', region='{region}') SELECT id + {start}, CAST(id % 7 AS INT), "
      "CAST(id * 1.25 AS DECIMAL(10,2)), TIMESTAMP'2026-03-01 02:00:00+02:00', array('x', 'y'), map('k', 1), "
      f"named_struct('city', 'Köln', 'floor', 2) FROM range(20)"
      for day, region, start in (("2026-03-01", "eu", 0), ("2026-03-01", "us", 100), ("2026-03-02", "eu", 200))),
    "ANALYZE TABLE sales COMPUTE STATISTICS",
    "CREATE TABLE monthly (v INT, year INT, month STRING) USING PARQUET PARTITIONED BY (year, month)",
    "INSERT INTO monthly VALUES (1, 2026, '02'), (2, 2026, '03'), (3, 2026, '03')",
    "CREATE TABLE shops (shop_id INT, name STRING) PARTITIONED BY (land STRING) STORED AS ORC",
    r"INSERT INTO shops VALUES (1, 'A', 'it\'s: \\ a/b'), (2, 'B', NULL)",
    "CREATE DATABASE crm",
    "CREATE TABLE crm.customers (customer_id INT, email STRING COMMENT 'to write to') STORED AS TEXTFILE",
    "INSERT INTO crm.customers SELECT CAST(id AS INT), concat('u', id, '@example.org') FROM range(7)",
    "CREATE TABLE odd (`a \"b'` INT, `x/y ``z` DOUBLE) USING PARQUET",
    "INSERT INTO odd VALUES (1, 2.5D)",
    "CREATE VIEW large AS SELECT sale_id, amount, INTERVAL '3' DAY AS wait FROM sales WHERE amount > 20",
    "CREATE TABLE unfilled (a INT) STORED AS PARQUET",
]


@pytest.fixture(scope="module")
def catalogue() -> Iterator[Hive]:
    """A catalogue with a shop."""
    with hive() as running:
        running.sql(*_TABLES)
        yield running


@pytest.fixture(scope="module", params=_PLACES)
def source(request: pytest.FixtureRequest, catalogue: Hive) -> HiveSource:
    """The shop by each way."""
    return HiveSource(catalogue.places[request.param], ["default", "crm"])


def by_name(source: HiveSource) -> Mapping[str, SourceTable]:
    return {table.name: table for table in source.list_tables()}


def test_tables_views_comments_and_estimates_are_listed(source: HiveSource) -> None:
    tables = by_name(source)
    assert list(tables) == ["crm.customers", "large", "monthly", "odd", "sales", "shops", "unfilled"]
    sales = tables["sales"].declared
    assert (sales.comment, dict(sales.column_comments), sales.row_estimate) == ("销售", {"sale_id": "the receipt"}, 60)
    assert tables["crm.customers"].declared.column_comments == {"email": "to write to"}
    assert tables["crm.customers"].declared.row_estimate is None
    assert tables["large"].declared.view


def test_days_and_months_are_partitions_of_one_asset(source: HiveSource) -> None:
    tables = by_name(source)
    assert [(p.label, p.files) for p in tables["sales"].partitions] == [
        ("2026-03-01", ("sales", "ds=2026-03-01")), ("2026-03-02", ("sales", "ds=2026-03-02"))]
    assert [(p.label, p.files) for p in tables["monthly"].partitions] == [
        ("2026-02-28", ("monthly", "year=2026/month=02")), ("2026-03-31", ("monthly", "year=2026/month=03"))]
    assert source.read(tables["monthly"].partitions[1]).to_pylist() == [{"v": 2}, {"v": 3}]
    assert [p.label for p in tables["shops"].partitions] == [""]
    assert source.read(tables["shops"].partitions[0]).to_pylist() == [
        {"shop_id": 1, "name": "A", "land": "it's: \\ a/b"}, {"shop_id": 2, "name": "B", "land": None}]
    assert all(p.bytes > 0 and p.version for p in tables["sales"].partitions)


def test_rows_are_arrow_and_the_same_by_every_way(source: HiveSource, catalogue: Hive) -> None:
    partition = by_name(source)["sales"].partitions[0]
    found = source.read(partition)
    assert found.schema.remove_metadata() == pa.schema({
        "sale_id": pa.int64(), "customer_id": pa.int32(), "amount": pa.decimal128(10, 2), "at": pa.timestamp("us", "UTC"),
        "tags": pa.list_(pa.string()), "counts": pa.map_(pa.string(), pa.int32()),
        "place": pa.struct({"city": pa.string(), "floor": pa.int32()}), "region": pa.string()})
    assert found.num_rows == 40
    assert found.slice(1, 1).to_pylist() == [{
        "sale_id": 1, "customer_id": 1, "amount": decimal.Decimal("1.25"), "at": dt.datetime(2026, 3, 1, tzinfo=dt.UTC),
        "tags": ["x", "y"], "counts": [("k", 1)], "place": {"city": "Köln", "floor": 2}, "region": "eu"}]
    footer = source.footer(partition)
    assert (footer.row_count, footer.schema["amount"], footer.schema["at"]) == (40, "DECIMAL(10,2)", "TIMESTAMP WITH TIME ZONE")
    assert footer.fingerprint == HiveSource(catalogue.places["connect"]).fingerprint(partition)
    assert source.read(partition, ["region", "sale_id"], fingerprint=footer.fingerprint).column_names == ["region", "sale_id"]


def test_a_large_partition_is_asked_for_in_parts(catalogue: Hive, monkeypatch: pytest.MonkeyPatch) -> None:
    source = HiveSource(catalogue.places["connect"])
    partition = by_name(source)["sales"].partitions[0]
    whole = source.fingerprint(partition)
    monkeypatch.setattr("assay.sources.databases.hive._AT_ONCE", partition.bytes // 3)
    assert source.fingerprint(partition) == whole


def test_names_with_quotes_and_what_arrow_cannot_hold(source: HiveSource) -> None:
    tables = by_name(source)
    assert source.read(tables["odd"].partitions[0]).to_pylist() == [{"a \"b'": 1, "x/y `z": 2.5}]
    assert set(source.read(tables["large"].partitions[0])["wait"].to_pylist()) == {"INTERVAL '3' DAY"}
    empty = source.read(tables["unfilled"].partitions[0])
    assert (empty.num_rows, empty.schema.types) == (0, [pa.int32()])


def test_versions_follow_files(catalogue: Hive) -> None:
    source = HiveSource(catalogue.places["connect"], ["default"])
    before = [p.version for p in by_name(source)["monthly"].partitions]
    assert before == [p.version for p in by_name(source)["monthly"].partitions]
    catalogue.sql("INSERT INTO monthly VALUES (2, 2026, '03')")
    after = [p.version for p in by_name(source)["monthly"].partitions]
    assert (after[0], after[1] != before[1]) == (before[0], True)
    catalogue.sql("INSERT OVERWRITE monthly PARTITION (year=2026, month='03') VALUES (2), (3)")


@pytest.mark.parametrize("kind", ["connect", "thrift"])
def test_what_is_gone_harms_its_own_table(catalogue: Hive, kind: str) -> None:
    lost = f"lost_{kind}"
    catalogue.sql(f"CREATE DATABASE {lost}", f"CREATE TABLE {lost}.days (v INT, ds STRING) USING PARQUET PARTITIONED BY (ds)",
                  f"INSERT INTO {lost}.days VALUES (1, '2026-03-01'), (2, '2026-03-02')",
                  *(f"CREATE TABLE {lost}.{name} USING PARQUET AS SELECT 1 AS v" for name in ("whole", "torn", "dropped")))
    folder = catalogue.warehouse / f"{lost}.db"
    shutil.rmtree(folder / "days" / "ds=2026-03-01")
    shutil.rmtree(folder / "whole")
    for path in (folder / "torn").glob("*.parquet"):
        path.write_bytes(b"PAR1 no longer")
    source = HiveSource(catalogue.places[kind], [lost])
    tables = by_name(source)
    catalogue.sql(f"DROP TABLE {lost}.dropped")
    first, second = tables[f"{lost}.days"].partitions
    assert first.version == "" != second.version
    for partition in (first, tables[f"{lost}.whole"].partitions[0]):
        with pytest.raises(UnreadableData, match=r"its folder file:\S+ is gone\); restore it, or drop it"):
            source.read(partition)
    with pytest.raises(UnreadableData, match="restore its files"):
        source.read(tables[f"{lost}.torn"].partitions[0])
    with pytest.raises(SourceUnavailable, match="the table is gone"):
        source.read(tables[f"{lost}.dropped"].partitions[0])
    assert source.read(second).to_pylist() == [{"v": 2}]
    with pytest.raises(UnreadableData, match=r"column 'x' .* name one of v"):
        source.read(second, ["x"])


@pytest.mark.parametrize("kind", ["connect", "thrift"])
def test_a_scan_finds_meaning(catalogue: Hive, tmp_path: Path, kind: str) -> None:
    uri = catalogue.places[kind].replace("thrift://", "hive://").replace("sc://", "sc://ada@")
    found = scan(uri, tmp_path)
    assets = {asset["asset_id"].partition(".")[2]: asset for asset in found["assets"]}
    assert (found["partition"], assets["sales"]["partitions"], assets["sales"]["row_count"]) == ("2026-03-31", 2, 60)
    own = {name: asset["status"] for name, asset in assets.items() if not name.startswith("lost")}
    assert set(own.values()) == {"ok"}
    assert {column["pii_type"] for column in assets["crm.customers"]["columns"]} >= {"email"}
    assert assets["lost_thrift.torn"]["status"] == "unreadable"


def test_a_place_that_is_none_is_an_outage(catalogue: Hive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SourceUnavailable, match="no Derby database in that folder"):
        HiveSource(str(tmp_path)).list_tables()
    with pytest.raises(SourceUnavailable, match="check that it runs") as raised:
        HiveSource("sc://127.0.0.1:1/;token=geheim").list_tables()
    assert "geheim" not in str(raised.value)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(SourceUnavailable, match="there is no Java for Spark on this machine"):
        HiveSource(catalogue.places["thrift"]).list_tables()


def test_a_catalogue_that_goes_away_is_an_outage(catalogue: Hive) -> None:
    local, remote = HiveSource(catalogue.places["thrift"]), HiveSource(catalogue.places["connect"])
    partition = by_name(local)["odd"].partitions[0]
    for kind in ("thrift", "connect"):
        catalogue.processes[kind].kill()
        catalogue.processes[kind].wait()
    for call in (lambda: remote.read(partition), remote.list_tables, lambda: local.read(partition), local.list_tables):
        with pytest.raises(SourceUnavailable, match="check that it runs"):
            call()
