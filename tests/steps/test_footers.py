"""Unchanged data costs no read; changed data does."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from assay.contracts.schemas import SOURCE_VERSIONS
from assay.errors import UnreadableData
from assay.sources import FilesSource, Footer, SourcePartition
from assay.steps.discover import discover
from assay.storage import open_store

PLATFORM = "small_journey"


@pytest.fixture
def zone(small_landing: Path, small_environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A landing zone of its own."""
    shutil.copytree(small_landing, tmp_path / "landing")
    monkeypatch.setenv("ASSAY_LANDING", str(tmp_path / "landing"))
    monkeypatch.setenv("ASSAY_STORAGE", (tmp_path / "storage").as_uri())
    return tmp_path / "landing" / PLATFORM


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Places whose files are read."""
    places: list[str] = []
    real = FilesSource.footer

    def footer(source: FilesSource, partition: SourcePartition) -> Footer:
        places.append(partition.location)
        return real(source, partition)

    monkeypatch.setattr(FilesSource, "footer", footer)
    return places


def _discover(partition: str = "2017-12-31") -> list[dict[str, object]]:
    night = discover(PLATFORM, partition_key=partition, requested=None, use_cases=[], retrain=False, note="")
    rows: list[dict[str, object]] = open_store().read(night.discovered).to_pylist()
    return rows


def test_only_what_changed_is_read_again(zone: Path, read: list[str]) -> None:
    before = _discover()
    assert len(read) == sum(row["status"] == "ok" for row in before)
    read.clear()
    assert _discover() == before
    assert read == []
    path = zone / "transactions" / "ds=2017-12-30" / "part-0.parquet"
    pq.write_table(pq.read_table(path, partitioning=None).slice(1), path)
    after = {(row["asset_id"], row["source_partition"]): row for row in _discover()}
    assert read == [str(path.parent)]
    changed = [row for row in before if row != after[row["asset_id"], row["source_partition"]]]
    assert [(row["asset_id"], row["source_partition"]) for row in changed] == [("landing.transactions", "2017-12-30")]


def test_what_is_known_says_the_same_as_what_is_read(zone: Path, read: list[str]) -> None:
    first = _discover("2017-12-24")
    read.clear()
    second = _discover("2017-12-31")
    known = {row["location"] for row in first if row["status"] == "ok"}
    assert 0 < len(read) < len(known)
    assert set(read) == {row["location"] for row in second if row["status"] == "ok"} - known
    shutil.rmtree(open_store().root.removeprefix("file://"))
    assert _discover("2017-12-31") == second


def test_a_touched_file_is_read_and_the_old_version_forgotten(zone: Path, read: list[str]) -> None:
    _discover()
    read.clear()
    os.utime(zone / "transactions" / "ds=2017-12-30" / "part-0.parquet", ns=(1, 1))
    _discover()
    assert len(read) == 1
    store = open_store()
    known = store.read(store.get(SOURCE_VERSIONS, PLATFORM, "2017-12-31")).column("place").to_pylist()
    assert len(known) == len(set(known))


def test_what_cannot_be_read_is_tried_again(zone: Path, read: list[str]) -> None:
    path = zone / "transactions" / "ds=2017-12-30" / "part-0.parquet"
    path.write_bytes(b"PAR1 torn")
    with pytest.raises(UnreadableData):
        FilesSource(str(zone)).footer(SourcePartition("", str(path.parent), "parquet", (path.name,), 9))
    for _ in range(2):
        read.clear()
        _discover()
        assert str(path.parent) in read
