"""What a night says of a query log, and that it says nothing of what came later."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assay.contracts.refs import Night
from assay.steps.discover import discover
from assay.steps.usage import usage
from assay.storage import open_store

PLATFORM = "small_journey"
STATEMENTS = [
    ("select household_id, sum(sales_value) from transactions where store_id = 7 group by 1", "ann", "2017-12-20 08:00:00"),
    ("create table weekly as select product_id, quantity from transactions", "etl", "2017-12-21 02:00:00"),
    ("select brand from products", "bob", "2017-12-30 09:00:00"),
    ("select from where", "bob", "2017-12-30 09:01:00"),
]


@pytest.fixture
def zone(small_landing: Path, small_environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A landing zone with a log."""
    shutil.copytree(small_landing, tmp_path / "landing")
    monkeypatch.setenv("ASSAY_LANDING", str(tmp_path / "landing"))
    monkeypatch.setenv("ASSAY_STORAGE", (tmp_path / "storage").as_uri())
    _write(tmp_path / "landing" / PLATFORM, STATEMENTS)
    return tmp_path / "landing" / PLATFORM


def _write(zone: Path, statements: list[tuple[str, str, str]]) -> None:
    path = zone / "_query_log" / "part-0.parquet"
    shutil.rmtree(path.parent, ignore_errors=True)  # the demo brings a log along
    path.parent.mkdir()
    sql, user, time = zip(*statements, strict=True)
    pq.write_table(pa.table({"sql": list(sql), "user": list(user), "time": pa.array(time).cast(pa.timestamp("us"))}), path)


def _night(partition: str = "2017-12-31") -> Night:
    return discover(PLATFORM, partition_key=partition, requested=None, use_cases=[], retrain=False, note="")


def _tables(night: Night) -> list[list[dict]]:
    store = open_store()
    return [store.read(ref).to_pylist() for ref in usage(night)]


def test_reads_users_lineage_and_unused_assets(zone: Path) -> None:
    used, lineage, coverage = _tables(_night())
    by_asset = {row["asset_id"]: row for row in used if row["column"] is None}
    transactions = by_asset["landing.transactions"]
    assert (transactions["status"], transactions["reads"], transactions["distinct_users"]) == ("used", 2, 2)
    assert transactions["last_used"] == "2017-12-20"
    assert by_asset["landing.coupons"]["status"] in ("unused", "unclear")
    assert {(row["from_asset"], row["to_asset"]) for row in lineage} == {("landing.transactions", "weekly")}
    assert any(row["kind"] == "unparsed" and row["statements"] == 1 for row in coverage)
    assert "7" not in "".join(str(row["name"]) for row in coverage)


def test_what_comes_after_the_partition_changes_nothing(zone: Path) -> None:
    before = _tables(_night("2017-12-25"))
    _write(zone, [*STATEMENTS, ("select * from coupons", "cy", "2017-12-28 10:00:00")])
    assert _tables(_night("2017-12-25")) == before
    assert _tables(_night("2017-12-31")) != before


def test_without_a_log_there_is_no_row_of_usage(zone: Path) -> None:
    shutil.rmtree(zone / "_query_log")
    used, lineage, coverage = _tables(_night())
    assert lineage == []
    assert [row["kind"] for row in coverage] == ["unreadable_log"]
    assert used == []
