"""Discover on the small landing zone, whole and damaged."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from assay.contracts.refs import Night
from assay.contracts.schemas import DECLARED, DISCOVERED, LATE_DATA
from assay.errors import ConfigError, PartitionError, SourceEnded, SourceUnavailable, UnknownPlatform
from assay.steps.discover import discover, resolve
from assay.storage import open_store

TABLES = ["landing.campaign_descriptions", "landing.campaigns", "landing.coupon_redemptions", "landing.coupons",
          "landing.demographics", "landing.products", "landing.promotions", "landing.transactions"]


@pytest.fixture
def lake(small_landing: Path, small_environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A landing zone of its own that a test may damage, with storage of its own."""
    zone = tmp_path / "landing" / "small_journey"
    shutil.copytree(small_landing / "small_journey", zone)
    shutil.copytree(small_landing / "german_credit", tmp_path / "landing" / "german_credit")
    monkeypatch.setenv("ASSAY_LANDING", str(tmp_path / "landing"))
    monkeypatch.setenv("ASSAY_STORAGE", (tmp_path / "storage").as_uri())
    return zone


def _discover(platform: str = "small_journey", *, key: str | None = None, form: str | None = None,
              cases: list[str] | None = None) -> Night:
    return discover(platform, partition_key=key, requested=form, use_cases=cases or [], retrain=False, note="")


def _rows(night: Night) -> dict[tuple[str, str], dict[str, Any]]:
    rows = open_store().read(night.discovered).to_pylist()
    return {(row["asset_id"], row["source_partition"]): row for row in rows}


def test_the_newest_day_is_resolved_and_every_table_found(lake: Path) -> None:
    night = _discover()
    assert (night.partition, night.use_cases) == ("2017-12-31", ("next_week_purchase",))
    assert sorted(asset for batch in night.batches for asset in batch) == TABLES
    assert len(night.batches) == 2
    row = _rows(night)["landing.transactions", "2017-12-31"]
    assert row["files"] == ["part-0.parquet"]
    assert row["row_count"] == pq.read_metadata(lake / "transactions" / "ds=2017-12-31" / "part-0.parquet").num_rows
    assert json.loads(row["schema"])["transaction_timestamp"] == "TIMESTAMP"
    assert row["rhythm_days"] == 1.0
    assert _rows(night)["landing.products", "2017-12-25"]["rhythm_days"] == 7.0


def test_the_partition_can_be_resolved_without_a_run(lake: Path, tmp_path: Path) -> None:
    assert resolve("small_journey") == "2017-12-31"
    assert resolve("small_journey", "2017-10-01") == "2017-10-01"
    assert not (tmp_path / "storage").exists()


def test_a_second_run_reuses_what_stands(lake: Path, tmp_path: Path) -> None:
    first = _discover()
    manifest = tmp_path / "storage" / "small_journey" / "ds=2017-12-31" / "discovered" / "_manifest.json"
    before = manifest.stat().st_mtime_ns
    assert _discover() == first
    assert manifest.stat().st_mtime_ns == before


def test_only_what_can_be_known_on_the_day_is_visible(lake: Path) -> None:
    labels = {asset: max(label for a, label in _rows(_discover(key="2017-10-04")) if a == asset) for asset in TABLES}
    assert labels["landing.transactions"] == "2017-10-04"
    assert labels["landing.promotions"] == "2017-10-09"  # planned a week ahead
    assert labels["landing.campaign_descriptions"] == "2017-10-02"


def test_a_table_missing_a_day_is_one_row(lake: Path) -> None:
    missing = {key: row for key, row in _rows(_discover(key="2017-12-25")).items() if row["status"] != "ok"}
    assert list(missing) == [("landing.transactions", "2017-12-25")]
    row = missing["landing.transactions", "2017-12-25"]
    assert row["status"] == "missing"
    assert "landing.transactions has no partition 2017-12-25" in row["reason"]


def test_a_torn_file_harms_its_own_partition_alone(lake: Path) -> None:
    path = lake / "transactions" / "ds=2017-12-30" / "part-0.parquet"
    path.write_bytes(path.read_bytes()[:1000])
    bad = {key: row for key, row in _rows(_discover()).items() if row["status"] == "unreadable"}
    assert list(bad) == [("landing.transactions", "2017-12-30")]
    assert "transactions/ds=2017-12-30/part-0.parquet can't be read" in bad["landing.transactions", "2017-12-30"]["reason"]


def test_a_partition_without_a_file_is_missing_and_one_without_rows_is_not(lake: Path) -> None:
    (lake / "transactions" / "ds=2017-12-29" / "part-0.parquet").unlink()
    path = lake / "transactions" / "ds=2017-12-30" / "part-0.parquet"
    pq.write_table(pq.read_table(path, partitioning=None).slice(0, 0), path)
    rows = _rows(_discover())
    assert rows["landing.transactions", "2017-12-29"]["status"] == "missing"
    assert "holds no file of a format that is read" in rows["landing.transactions", "2017-12-29"]["reason"]
    empty = rows["landing.transactions", "2017-12-30"]
    assert (empty["status"], empty["row_count"]) == ("ok", 0)


def test_drift_is_described_and_a_retyped_column_refused(lake: Path) -> None:
    path = lake / "demographics" / "ds=2017-12-25" / "part-0.parquet"
    table = pq.read_table(path, partitioning=None)
    place = table.column_names.index("household_id")
    retyped = table.set_column(place, "household_id", table.column("household_id").cast(pa.string()))
    pq.write_table(retyped.append_column("city", pa.array(["x"] * table.num_rows)), path)
    rows = _rows(_discover())
    row = rows["landing.demographics", "2017-12-25"]
    assert row["schema_change"] == "added city; household_id was BIGINT, is VARCHAR"
    assert row["status"] == "unreadable"
    assert "column 'household_id' of" in row["reason"]
    assert [key for key, other in rows.items() if other["status"] == "unreadable"] == [("landing.demographics", "2017-12-25")]


def test_a_table_that_is_gone_stays_known_by_the_manifest(lake: Path) -> None:
    shutil.rmtree(lake / "promotions")
    rows = _rows(_discover())
    row = rows["landing.promotions", ""]
    assert row["status"] == "missing"
    assert "restore the table" in row["reason"]


def test_column_groups_are_the_assets_of_a_wide_table(lake: Path) -> None:
    night = _discover("german_credit")
    rows = _rows(night)
    assert night.partition == "1994-11-17"
    groups = ("account", "history", "loan", "outcome", "person")
    assert sorted(asset for asset, _ in rows) == [f"landing.applications.{group}" for group in groups]
    assert list(json.loads(rows["landing.applications.outcome", "1994-11-17"]["schema"])) == [
        "application_id", "creditability", "credit_amount"]
    whole = (lake.parent / "german_credit" / "applications" / "ds=1994-11-17" / "part-0.parquet").stat().st_size
    assert 0 < rows["landing.applications.outcome", "1994-11-17"]["bytes"] < whole


@pytest.mark.parametrize(("key", "error", "says"), [
    ("31.12.2017", PartitionError, "write it as YYYY-MM-DD"),
    ("2017-02-30", PartitionError, "is no date"),
    ("2017-03-26", PartitionError, "first day of the source, 2017-03-27"),
    ("2018-01-01", SourceEnded, "last day of the source, 2017-12-31"),
])
def test_an_impossible_partition_is_one_sentence_and_publishes_nothing(
        lake: Path, tmp_path: Path, key: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says) as raised:
        _discover(key=key)
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "storage").exists()


def test_unknown_names_are_refused(lake: Path) -> None:
    with pytest.raises(UnknownPlatform, match="unknown platform 'nobody'"):
        _discover("nobody")
    with pytest.raises(ConfigError, match="unknown use case 'weather'.*next_week_purchase"):
        _discover(cases=["weather"])


def test_a_missing_landing_folder_on_the_first_run_is_an_error(lake: Path, tmp_path: Path) -> None:
    shutil.rmtree(lake)
    with pytest.raises(SourceUnavailable, match=r"small_journey can't be listed \(no such folder\)"):
        _discover()
    assert not (tmp_path / "storage").exists()


def test_an_outage_goes_on_with_what_was_found_before(lake: Path) -> None:
    before = _rows(_discover(key="2017-12-20"))
    lake.rename(lake.with_name("away"))
    night = _discover(key="2017-12-21")
    rows = _rows(night)
    assert sorted({asset for asset, _ in rows}) == TABLES
    assert {row["status"] for row in rows.values()} == {"outage"}
    last = ("landing.transactions", "2017-12-20")
    assert rows[last]["fingerprint"] == before[last]["fingerprint"]
    assert "small_journey can't be listed" in rows[last]["reason"]
    lake.with_name("away").rename(lake)
    assert _rows(_discover(key="2017-12-21"))["landing.transactions", "2017-12-21"]["status"] == "ok"


def test_what_changed_after_a_night_is_told_until_it_is_run_again(lake: Path) -> None:
    def late() -> list[dict[str, Any]]:
        store = open_store()
        return store.read(store.get(LATE_DATA, "small_journey", "2017-12-31")).to_pylist()

    _discover(form="2017-12-29")
    _discover(form="2017-12-31")
    assert late() == []
    path = lake / "transactions" / "ds=2017-12-28" / "part-0.parquet"
    table = pq.read_table(path)
    pq.write_table(table.slice(0, len(table) - 1), path)
    _discover(form="2017-12-31")
    assert late() == [{"asset_id": "landing.transactions", "source_partition": "2017-12-28", "kind": "changed",
                       "affected": ["2017-12-29"]}]
    _discover(form="2017-12-29")
    _discover(form="2017-12-31")
    assert late() == []


def test_the_artifact_meets_its_contract_in_a_fixed_order(lake: Path) -> None:
    table = open_store().read(_discover().discovered)
    assert table.schema.equals(DISCOVERED.schema)
    keys = list(zip(table.column("asset_id").to_pylist(), table.column("source_partition").to_pylist(), strict=True))
    assert keys == sorted(set(keys))


def test_what_a_database_declares_of_a_table_is_declared_of_its_column_groups(tmp_path: Path,
                                                                              monkeypatch: pytest.MonkeyPatch) -> None:
    with duckdb.connect(str(tmp_path / "crm.duckdb")) as base:
        base.execute("create table people (id integer primary key, age integer, spent double)")
        base.execute("insert into people values (1, 30, 2.5)")
        base.execute("comment on table people is 'Who buys'; comment on column people.age is 'In years'")
    groups = {"key": "id", "groups": {"who": ["age"], "money": ["spent"]}}
    manifest = {"platform": "crm", "currency": "EUR", "sources": [{"name": "base", "type": "sql", "connection": "crm"}],
                "assets": {"base.people": groups}}
    (tmp_path / "platforms" / "crm").mkdir(parents=True)
    (tmp_path / "platforms" / "crm" / "platform.yaml").write_text(yaml.safe_dump(manifest), encoding="utf-8")
    monkeypatch.setenv("ASSAY_PLATFORMS", str(tmp_path / "platforms"))
    monkeypatch.setenv("ASSAY_STORAGE", (tmp_path / "storage").as_uri())
    monkeypatch.setenv("AIRFLOW_CONN_CRM", f"duckdb:///{tmp_path / 'crm.duckdb'}")
    night = _discover("crm", form="2017-12-31")
    rows = open_store().read(open_store().get(DECLARED, "crm", night.partition)).to_pylist()
    assert {(row["asset_id"], row["column"], row["comment"], row["key_position"]) for row in rows} == {
        ("base.people.who", None, "Who buys", None), ("base.people.who", "id", None, 0),
        ("base.people.who", "age", "In years", None),
        ("base.people.money", None, "Who buys", None), ("base.people.money", "id", None, 0)}
