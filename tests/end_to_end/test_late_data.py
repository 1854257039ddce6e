"""A source partition that comes late, through the real scheduler: what was run without it is run again, once, by itself."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end.servers import assay, serving

from assay.contracts.schemas import DISCOVERED, LATE_DATA, REPORT
from assay.inventory.report import FILE
from assay.steps.cli.client import AirflowClient
from assay.steps.reconcile import reconcile
from assay.storage import open_store

FIRST, SECOND = "2017-12-24", "2017-12-31"
PLATFORM = "mending"
LATE = "2017-12-20"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def airflow(small_environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AirflowClient]:
    """A running Airflow of its own; its landing zone may be changed."""
    folder = tmp_path_factory.mktemp("late")
    shutil.copytree(Path(os.environ["ASSAY_LANDING"]) / "small_journey", folder / "landing" / "small_journey")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSAY_LANDING", str(folder / "landing"))
        with serving(folder, PLATFORM, "late_data: {mode: recompute}\n") as client:
            yield client


def _again(airflow: AirflowClient) -> list[dict[str, Any]]:
    """Runs that nights have started, when all of them have ended."""
    for _ in range(400):
        runs = airflow.runs(f"inventory_{PLATFORM}", "operator_triggered")
        if runs and all(run["state"] in ("success", "failed") for run in runs):
            return runs
        time.sleep(0.5)
    raise AssertionError(f"no end of {runs}")


def test_what_was_run_without_late_data_is_run_again_once(airflow: AirflowClient, tmp_path: Path) -> None:
    (arriving,) = Path(os.environ["ASSAY_LANDING"]).glob(f"small_journey/transactions/*={LATE}")
    shutil.move(arriving, tmp_path / "kept")
    assay(airflow.home, "trigger", "--platform", PLATFORM, "--partition", FIRST)
    store = open_store()

    def known() -> list[str]:
        rows = store.read(store.get(DISCOVERED, PLATFORM, FIRST)).to_pylist()
        return [row["status"] for row in rows if (row["asset_id"], row["source_partition"]) == ("landing.transactions", LATE)]

    assert known() != ["ok"]
    shutil.move(tmp_path / "kept", arriving)
    assay(airflow.home, "trigger", "--platform", PLATFORM, "--partition", SECOND)
    (run,) = _again(airflow)
    assert (run["state"], run["conf"]["partition"]) == ("success", FIRST)
    assert run["conf"]["note"] == f"Late data: landing.transactions {LATE} arrived"
    assert known() == ["ok"]
    assert store.get(LATE_DATA, PLATFORM, SECOND).row_count == 0
    assert b"run them again" not in store.read_file(store.get(REPORT, PLATFORM, SECOND), FILE)
    assert reconcile(PLATFORM).published == []

    assay(airflow.home, "trigger", "--platform", PLATFORM, "--partition", SECOND)
    assert len(_again(airflow)) == 1
