"""One night through the real scheduler: started, triggered by REST, waited for, every artifact checked, stopped."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pyarrow.parquet as pq
import pytest

from assay.contracts.schemas import CONTRACTS
from assay.steps.cli.client import AirflowClient
from assay.steps.cli.home import ServerHome

PARTITION = "2017-12-31"
DAG = "inventory_small_journey"
OF_OTHERS = {"snapshot", "profile_states", "partition_checks", "window_features", "labels",  # lie under the dates they are of
             "text_vectors",  # only where a step reads texts
             "notifications", "exports",  # only where the manifest names somebody to tell, or a format
             "decisions"}  # only where a person has answered
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def _assay(home: ServerHome, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    where = ("--home", str(home.folder), "--port", str(home.port))
    return subprocess.run([sys.executable, "-m", "assay", command, *where, *arguments], capture_output=True, text=True,
                          env=os.environ | {"PYTHONPATH": "include"}, check=False)


@pytest.fixture(scope="module")
def airflow(small_environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHome]:
    """A running Airflow of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = ServerHome(tmp_path_factory.mktemp("server"), port)
    try:
        started = _assay(home, "up", "--platform", "small_journey")
        assert started.returncode == 0, started.stderr
        assert "password" in started.stdout
        yield home
    finally:
        pids = [entry["pid"] for entry in json.loads(home.pid_file.read_text()).values()] if home.pid_file.exists() else []
        _assay(home, "down")
        assert not [pid for pid in pids if psutil.pid_exists(pid)]


@pytest.fixture(scope="module")
def night(airflow: ServerHome) -> str:
    """What make trigger says of a whole night."""
    done = _assay(airflow, "trigger", "--platform", "small_journey", "--partition", PARTITION, "--note", "a test")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _published(storage: Path) -> list[tuple[Path, dict[str, Any]]]:
    folder = storage / "small_journey" / f"ds={PARTITION}"
    return [(path.parent, json.loads(path.read_text())) for path in sorted(folder.rglob("_manifest.json"))]


def test_every_task_succeeds_and_is_reported(night: str, airflow: ServerHome) -> None:
    for task in ("discover", "ingest", "train", "publish"):
        assert f"  {task:<16}success" in night
    (run,) = [r for r in AirflowClient(airflow).runs(DAG, "manual") if r["partition_key"] == PARTITION]
    assert run["state"] == "success"
    assert run["conf"]["note"] == "a test"


def test_every_artifact_meets_its_contract(night: str, small_environment: Path) -> None:
    published = _published(small_environment)
    assert {manifest["contract"] for _, manifest in published} | OF_OTHERS == set(CONTRACTS)
    for folder, manifest in published:
        contract = CONTRACTS[manifest["contract"]]
        assert manifest["version"] == contract.version
        tables = [pq.read_table(folder / file["name"], partitioning=None) for file in manifest["files"]
                  if file["name"].endswith(".parquet") and file["name"].startswith("part-")]
        assert sum(table.num_rows for table in tables) == manifest["rows"]
        for table in tables:
            known = table.select(contract.schema.names) if contract.open else table
            assert known.schema.equals(contract.schema, check_metadata=False), folder
            assert [field.metadata for field in known.schema] == [field.metadata for field in contract.schema], folder


def test_nothing_is_left_half_written(night: str, small_environment: Path) -> None:
    assert list(small_environment.rglob("*.draft")) == []
    for folder, manifest in _published(small_environment):
        assert all((folder / file["name"]).stat().st_size == file["bytes"] for file in manifest["files"])


def test_the_inventory_announces_itself_with_rows_and_value(night: str, airflow: ServerHome) -> None:
    events = AirflowClient(airflow)._call("GET", "/api/v2/assets/events", params={"limit": 100})["asset_events"]
    (event,) = [e for e in events if e["uri"] == "assay://small_journey/inventory"]
    assert event["partition_key"] == PARTITION
    assert event["extra"]["rows"] == 8
    assert event["extra"]["partition"] == PARTITION
    assert isinstance(event["extra"]["total_value"], float)


def test_a_partition_after_the_end_fails_with_one_sentence(airflow: ServerHome) -> None:
    done = _assay(airflow, "trigger", "--platform", "small_journey", "--partition", "2018-02-01")
    assert done.returncode == 1
    (sentence,) = done.stderr.splitlines()
    assert "task discover" in sentence
    assert "'2018-02-01' lies after the last day of the source, 2017-12-31" in sentence


def test_a_backfill_runs_both_ends_and_skips_what_a_closed_source_cannot_have(night: str, airflow: ServerHome) -> None:
    done = _assay(airflow, "backfill", "--platform", "small_journey", "--from", PARTITION, "--to", "2018-01-01")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "small_journey 2017-12-31: backfill__" in done.stdout
    assert "small_journey 2018-01-01: skipped, partition '2018-01-01' lies after the last day" in done.stdout


def test_the_form_refuses_a_date_that_is_none(airflow: ServerHome) -> None:
    client = AirflowClient(airflow)
    token = client._log_in()
    answer = httpx.post(f"{airflow.url}/api/v2/dags/{DAG}/dagRuns", headers={"Authorization": f"Bearer {token}"},
                        json={"logical_date": None, "conf": {"partition": "31.12.2017"}})
    assert answer.status_code == 400
    assert "partition" in answer.text


def test_without_a_login_nothing_is_told(airflow: ServerHome) -> None:
    assert httpx.get(f"{airflow.url}/api/v2/dags").status_code == 401


def test_nothing_listens_to_other_machines(airflow: ServerHome) -> None:
    started = [psutil.Process(entry["pid"]) for entry in json.loads(airflow.pid_file.read_text()).values()]
    family = [member for process in started for member in [process, *process.children(recursive=True)]]
    heard = {connection.laddr.ip for process in family for connection in process.net_connections("inet")
             if connection.status == psutil.CONN_LISTEN}
    assert heard == {"127.0.0.1"}


def test_a_second_up_says_so(airflow: ServerHome) -> None:
    again = _assay(airflow, "up", "--platform", "small_journey")
    assert again.returncode == 0
    assert "is up already" in again.stdout
    assert "password" not in again.stdout
