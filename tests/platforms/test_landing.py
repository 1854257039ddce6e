"""The landing zones of the demo platforms."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from assay.config import find_platforms, load_platform
from assay.errors import SourceUnavailable
from assay.sources import FilesSource
from platforms.complete_journey import landing as journey
from platforms.german_credit import landing as credit

SOURCE = Path(__file__).parents[1] / "data" / "complete_journey_small"
SOURCE_FILES = {table: SOURCE / f"{table}.parquet" for table in journey.TABLES}


def _labels(zone: Path, table: str) -> list[str]:
    return sorted(path.name.removeprefix("ds=") for path in (zone / table).iterdir())


def _content(zone: Path) -> dict[str, str]:
    return {str(path.relative_to(zone)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(zone.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def zone(small_landing: Path) -> Path:
    return small_landing / "small_journey"


def test_transactions_lie_in_the_local_day_on_which_they_happened(zone: Path) -> None:
    labels = _labels(zone, "transactions")
    assert (labels[0], labels[-1]) == ("2017-03-27", "2017-12-31")
    assert "2017-12-25" not in labels
    assert len(labels) == 279
    outside = duckdb.sql(f"""
        select count(*) from read_parquet('{zone}/transactions/*/*.parquet', hive_partitioning = true)
        where ds <> (transaction_timestamp at time zone 'UTC' at time zone 'America/New_York')::date""").fetchall()
    assert outside == [(0,)]


@pytest.mark.parametrize("table", ["transactions", "coupon_redemptions", "promotions"])
def test_dated_tables_keep_every_row(zone: Path, table: str) -> None:
    laid_out = sum(pq.read_metadata(path).num_rows for path in (zone / table).rglob("*.parquet"))
    wanted = "where redemption_date >= timestamp '2017-03-27'" if table == "coupon_redemptions" else ""
    assert laid_out == duckdb.sql(f"select count(*) from '{SOURCE_FILES[table]}' {wanted}").fetchall()[0][0]


def test_transactions_keep_their_columns_but_the_week(zone: Path) -> None:
    names = pq.read_schema(zone / "transactions" / "ds=2017-12-31" / "part-0.parquet").names
    assert names == [name for name in pq.read_schema(SOURCE_FILES["transactions"]).names if name != "week"]


def test_promotions_are_labelled_with_the_monday_of_their_week(zone: Path) -> None:
    labels = _labels(zone, "promotions")
    assert len(labels) == 40
    for label in labels:
        assert dt.date.fromisoformat(label).weekday() == 0
        starts = pq.read_table(zone / "promotions" / f"ds={label}" / "part-0.parquet", partitioning=None).column("week_start")
        assert pc.unique(starts).to_pylist() == [dt.date.fromisoformat(label)]


def test_snapshots_lie_on_every_monday(zone: Path) -> None:
    days = [dt.date(2017, 3, 27) + dt.timedelta(days=7 * n) for n in range(40)]
    for table in ("products", "demographics", "coupons", "campaigns", "campaign_descriptions"):
        assert _labels(zone, table) == [day.isoformat() for day in days]


def test_no_snapshot_reveals_a_campaign_earlier_than_a_week_before_it(zone: Path) -> None:
    planned = pq.read_table(SOURCE_FILES["campaign_descriptions"]).to_pylist()
    starts = {row["campaign_id"]: row["start_date"].date() for row in planned}
    for table in ("campaign_descriptions", "campaigns", "coupons"):
        source = set(pq.read_table(SOURCE_FILES[table], columns=["campaign_id"]).column(0).to_pylist())
        for label in _labels(zone, table):
            horizon = dt.date.fromisoformat(label) + dt.timedelta(days=7)
            rows = pq.read_table(zone / table / f"ds={label}" / "part-0.parquet", partitioning=None)
            assert set(rows.column("campaign_id").to_pylist()) == {c for c in source if starts[c] <= horizon}


def test_the_query_log_is_of_2017_declared_as_made_up_and_no_table(zone: Path) -> None:
    folder = zone / "_query_log"
    assert "made up" in (folder / "README.txt").read_text(encoding="utf-8")
    assert "made up" in load_platform("complete_journey").note
    rows = pa.concat_tables([pq.read_table(path) for path in sorted(folder.glob("*.parquet"))]).to_pylist()
    assert len(rows) == 500
    assert {row["start_time"].year for row in rows} == {2017}
    assert len({row["user_name"] for row in rows}) == 8
    assert not [row for row in rows if "campaign_descriptions" in row["query_text"]]
    assert {row["start_time"].month for row in rows if "demographics" in row["query_text"]} <= {3, 4, 5}
    assert "_query_log" not in {table.name for table in FilesSource(str(zone)).list_tables()}


def test_dates_are_dates(zone: Path) -> None:
    types = pq.read_schema(zone / "campaign_descriptions" / "ds=2017-12-25" / "part-0.parquet")
    assert str(types.field("start_date").type) == str(types.field("end_date").type) == "date32[day]"


def test_two_builds_are_byte_identical(zone: Path, tmp_path: Path) -> None:
    again = journey.build(tmp_path, SOURCE, platform="small_journey")
    assert _content(again) == _content(zone)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".small_journey.lock", "small_journey"]


def test_a_finished_zone_is_left_alone_and_a_stale_one_built_again(tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(SOURCE, source)
    zone = journey.build(tmp_path / "zones", source)
    (zone / "marker").touch()
    assert (journey.build(tmp_path / "zones", source) / "marker").exists()
    rows = pq.read_table(source / "demographics.parquet")
    pq.write_table(rows.slice(0, 7), source / "demographics.parquet")
    assert not (journey.build(tmp_path / "zones", source) / "marker").exists()
    assert pq.read_metadata(zone / "demographics" / "ds=2017-12-25" / "part-0.parquet").num_rows == 7


def test_a_missing_file_is_one_sentence_and_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SourceUnavailable, match="campaign_descriptions.parquet"):
        journey.build(tmp_path / "zones", tmp_path)
    assert journey.main(["--target", str(tmp_path / "zones"), "--source", str(tmp_path)]) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert not (tmp_path / "zones" / "complete_journey").exists()


def test_german_credit_is_one_wide_table_with_a_key(small_landing: Path) -> None:
    file = small_landing / "german_credit" / "applications" / "ds=1994-11-17" / "part-0.parquet"
    table = pq.read_table(file, partitioning=None)
    assert (table.num_rows, table.num_columns) == (1000, 22)
    assert table.column("application_id").to_pylist() == list(range(1, 1001))
    labels = pc.value_counts(table.column("creditability")).to_pylist()
    assert {entry["values"]: entry["counts"] for entry in labels} == {"good": 700, "bad": 300}


def test_the_groups_of_german_credit_cover_its_columns(small_landing: Path, small_environment: Path) -> None:
    groups = load_platform("german_credit").assets["landing.applications"].groups
    file = small_landing / "german_credit" / "applications" / f"ds={credit.DONATED}" / "part-0.parquet"
    assert {"application_id", *(c for columns in groups.values() for c in columns)} == set(pq.read_schema(file).names)


def test_every_manifest_can_be_read(small_environment: Path) -> None:
    for name in find_platforms():
        assert load_platform(name).platform == name
