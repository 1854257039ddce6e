"""Ingest on the small landing zone, whole and damaged."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assay.contracts.refs import ArtifactRef, Night
from assay.contracts.schemas import HISTORY, SNAPSHOT
from assay.steps.discover import discover
from assay.steps.ingest import ingest
from assay.storage import open_store

PARTITION = "2017-04-30"


@pytest.fixture
def lake(small_landing: Path, small_environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Five weeks of the landing zone that a test may damage, with storage of its own."""
    zone = tmp_path / "landing" / "small_journey"
    for folder in sorted((small_landing / "small_journey").glob("*/ds=*")):
        if folder.name <= f"ds={PARTITION}":
            shutil.copytree(folder, zone / folder.parent.name / folder.name)
    shutil.copytree(small_landing / "german_credit", tmp_path / "landing" / "german_credit")
    monkeypatch.setenv("ASSAY_LANDING", str(tmp_path / "landing"))
    monkeypatch.setenv("ASSAY_STORAGE", (tmp_path / "storage").as_uri())
    return zone


def _night(platform: str = "small_journey", key: str | None = PARTITION) -> Night:
    return discover(platform, partition_key=key, requested=None, use_cases=[], retrain=False, note="")


def _ingest(night: Night) -> dict[str, ArtifactRef]:
    return {ref.uri.rsplit("/", 1)[-1]: ref for batch in night.batches for ref in ingest(night, batch)}


def _rows(ref: ArtifactRef) -> dict[str, dict[str, Any]]:
    return {row["source_partition"]: row for row in open_store().read(ref).to_pylist()}


def _snapshot(row: dict[str, Any]) -> pa.Table:
    return open_store().read(ArtifactRef(SNAPSHOT.name, row["uri"], row["row_count"], row["fingerprint"]))


def test_every_visible_partition_becomes_a_snapshot_under_its_label(lake: Path) -> None:
    histories = _ingest(_night())
    assert len(histories) == 8
    for asset, ref in histories.items():
        table = open_store().read(ref)
        assert table.schema.equals(HISTORY.schema)
        labels = sorted(path.name.removeprefix("ds=") for path in (lake / asset.removeprefix("landing.")).iterdir())
        assert table.column("source_partition").to_pylist() == labels
        for label, row in _rows(ref).items():
            assert row["uri"].endswith(f"small_journey/ds={label}/snapshot/{asset}")


def test_a_snapshot_is_the_source_cleaned(lake: Path) -> None:
    source = pq.read_table(lake / "transactions" / f"ds={PARTITION}" / "part-0.parquet", partitioning=None)
    row = _rows(_ingest(_night())["landing.transactions"])[PARTITION]
    snapshot = _snapshot(row)
    assert snapshot.column_names == source.column_names
    assert snapshot.schema.field("transaction_timestamp").type == pa.timestamp("us", "UTC")
    assert snapshot.schema.field("quantity").type == pa.int64()
    assert snapshot.drop_columns("transaction_timestamp").equals(source.drop_columns("transaction_timestamp"))
    assert row["row_count"] == source.num_rows
    files = open_store().files(ArtifactRef(SNAPSHOT.name, row["uri"], row["row_count"], row["fingerprint"]))
    assert row["bytes"] == sum(Path(path).stat().st_size for path in files)


def test_a_later_night_reuses_snapshots_and_order_changes_nothing(lake: Path, tmp_path: Path,
                                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    def content(root: Path) -> dict[str, bytes]:
        return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("snapshot/*/*"))}

    _ingest(_night(key="2017-04-20"))
    written = {path: path.stat().st_mtime_ns for path in (tmp_path / "storage").rglob("snapshot/*/*")}
    _ingest(_night())
    assert written
    assert all(path.stat().st_mtime_ns == moment for path, moment in written.items())

    monkeypatch.setenv("ASSAY_STORAGE", (tmp_path / "backwards").as_uri())
    _ingest(_night())
    _ingest(_night(key="2017-04-20"))
    assert content(tmp_path / "storage") == content(tmp_path / "backwards")


def test_what_cannot_be_read_is_one_row_and_the_others_go_on(lake: Path) -> None:
    torn = lake / "transactions" / "ds=2017-04-29" / "part-0.parquet"
    torn.write_bytes(torn.read_bytes()[:1000])
    shutil.rmtree(lake / "transactions" / "ds=2017-04-20")
    histories = _ingest(_night())
    rows = _rows(histories["landing.transactions"])
    assert [label for label, row in rows.items() if row["uri"] is None] == ["2017-04-20", "2017-04-29"]
    assert "part-0.parquet can't be read" in rows["2017-04-29"]["reason"]
    assert "has no partition 2017-04-20" in rows["2017-04-20"]["reason"]
    for asset, ref in histories.items():
        if asset != "landing.transactions":
            assert all(row["uri"] and row["reason"] is None for row in _rows(ref).values())


def test_a_torn_column_is_found_when_it_is_read(lake: Path) -> None:
    path = lake / "products" / "ds=2017-04-24" / "part-0.parquet"
    chunk = pq.read_metadata(path).row_group(0).column(2)
    content = bytearray(path.read_bytes())
    start = min(offset for offset in (chunk.dictionary_page_offset, chunk.data_page_offset) if offset)
    content[start:start + chunk.total_compressed_size] = b"\xff" * chunk.total_compressed_size
    path.write_bytes(bytes(content))
    rows = _rows(_ingest(_night())["landing.products"])
    assert [label for label, row in rows.items() if row["uri"] is None] == ["2017-04-24"]
    assert "column 'department' of" in rows["2017-04-24"]["reason"]


def test_a_partition_without_rows_is_an_empty_snapshot(lake: Path) -> None:
    path = lake / "transactions" / f"ds={PARTITION}" / "part-0.parquet"
    pq.write_table(pq.read_table(path, partitioning=None).slice(0, 0), path)
    row = _rows(_ingest(_night())["landing.transactions"])[PARTITION]
    assert row["row_count"] == 0
    assert _snapshot(row).num_rows == 0


def test_a_changed_source_partition_is_ingested_again(lake: Path) -> None:
    before = _rows(_ingest(_night())["landing.demographics"])["2017-04-24"]
    path = lake / "demographics" / "ds=2017-04-24" / "part-0.parquet"
    pq.write_table(pq.read_table(path, partitioning=None).slice(0, 5), path)
    after = _rows(_ingest(_night())["landing.demographics"])["2017-04-24"]
    assert (after["uri"], after["row_count"]) == (before["uri"], 5)
    assert after["fingerprint"] != before["fingerprint"]


def test_a_table_without_dated_partitions_stands_under_the_runs_partition(lake: Path) -> None:
    pq.write_table(pa.table({"store_id": [1, 2]}), lake / "stores.parquet")
    rows = _rows(_ingest(_night())["landing.stores"])
    assert list(rows) == [PARTITION]
    assert _snapshot(rows[PARTITION]).to_pydict() == {"store_id": [1, 2]}


def test_column_groups_are_cut_with_their_key(lake: Path) -> None:
    histories = _ingest(_night("german_credit", None))
    row = _rows(histories["landing.applications.history"])["1994-11-17"]
    assert _snapshot(row).column_names == ["application_id", "credit_history", "number_of_existing_credits_at_this_bank",
                                           "other_installment_plans"]
    assert row["row_count"] == 1000
    assert len(histories) == 5


def test_an_outage_goes_on_with_the_published_snapshots(lake: Path) -> None:
    before = _rows(_ingest(_night(key="2017-04-29"))["landing.transactions"])
    lake.rename(lake.with_name("away"))
    histories = _ingest(_night())
    assert len(histories) == 8
    assert _rows(histories["landing.transactions"]) == before


def test_an_outage_between_discover_and_ingest_leaves_reasons(lake: Path) -> None:
    first, second = _night(key="2017-04-29"), _night()
    before = _rows(_ingest(first)["landing.transactions"])
    lake.rename(lake.with_name("away"))
    rows = _rows(_ingest(second)["landing.transactions"])
    assert {label: row for label, row in rows.items() if row["uri"]} == before
    assert "can't be listed" in rows[PARTITION]["reason"]
