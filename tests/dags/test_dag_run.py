"""The whole DAG on the small platform through `dag.test()`, as make run does it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from assay.contracts.schemas import FORECASTS, INVENTORY
from assay.storage import ArtifactStore

STEPS = ("discover", "ingest", "profile", "classify", "usage", "check", "gate", "build_features", "train", "extract", "value",
         "forecast", "publish", "propose")
pytestmark = pytest.mark.slow


def _run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "assay", "run", "--home", str(folder / "home"), "--logs", str(folder / "logs"), "--report",
               str(folder / "index.html"), *arguments]
    return subprocess.run(command, env=os.environ | {"PYTHONPATH": "include"} | settings, capture_output=True, text=True,
                          check=False)


@pytest.mark.timeout(600)
def test_two_nights_end_in_an_inventory(small_environment: Path, tmp_path: Path) -> None:
    done = _run(tmp_path, "--platform", "small_journey", "--earlier", "1")
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line.split() for line in done.stdout.splitlines()]
    reported = [line[1] for line in lines if line[:1] == ["✓"]]
    assert sorted(reported) == sorted(STEPS * 2)
    assert reported[0] == "discover"
    assert reported[-1] == "propose"
    assert [line[1] for line in lines if line[:1] == ["small_journey"]] == ["2017-12-24", "2017-12-31"]

    store = ArtifactStore(small_environment.as_uri())
    inventory = store.read(store.get(INVENTORY, "small_journey", "2017-12-31")).to_pylist()
    assert len(inventory) == 8
    assert all(row["asset_id"] in done.stdout for row in inventory)
    assert store.read(store.get(FORECASTS, "small_journey", "2017-12-31")).num_rows > 0
    assert b"landing.transactions" in (tmp_path / "index.html").read_bytes()


@pytest.mark.timeout(600)
def test_one_wide_table_without_time_takes_the_same_way(small_environment: Path, tmp_path: Path) -> None:
    done = _run(tmp_path, "--platform", "german_credit")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("✓") == len(STEPS)  # it has one partition, so there are no earlier nights
    assert "landing.applications.account" in done.stdout


@pytest.mark.timeout(120)
def test_a_failed_task_is_one_sentence_and_its_traceback_is_in_the_log(small_environment: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    done = _run(tmp_path, "--platform", "small_journey", ASSAY_STORAGE=(tmp_path / "file" / "storage").as_uri())
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "task discover" in done.stderr
    assert "run-small_journey.log" in done.stderr
    assert "Traceback" not in done.stdout
    assert "Traceback" in (tmp_path / "logs" / "run-small_journey.log").read_text(encoding="utf-8")
