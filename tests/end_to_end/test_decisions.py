"""A proposal through the real scheduler: it waits without holding up a night, is answered by REST, and later nights know."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.end_to_end.servers import assay, serving

from assay.contracts.schemas import DECISIONS, INVENTORY, REPORT
from assay.inventory.report import FILE
from assay.steps.cli.client import AirflowClient
from assay.storage import open_store

FIRST, SECOND = "2017-12-24", "2017-12-31"
PLATFORM = "frugal"
ADVICE = """
rules:
- name: dear
  action: archive
  when: {fact: duplicate_of, known: false}
  reason: "Somebody wants {{{{ 7 * 7 }}}} to save {upkeep}."
  at_stake: cost
- {name: sound, action: keep, reason: "It brings {worth}.", at_stake: value}
"""
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def airflow(small_environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AirflowClient]:
    """A running Airflow of its own, with a platform that wants to archive everything."""
    with serving(tmp_path_factory.mktemp("decisions"), PLATFORM, advice=ADVICE) as client:
        yield client


def _questions(airflow: AirflowClient) -> dict[str, dict[str, Any]]:
    """Asset -> run of `decisions_frugal`."""
    return {run["conf"]["asset_id"]: run for run in airflow.runs(f"decisions_{PLATFORM}", "operator_triggered")}


def _wait(airflow: AirflowClient, run_id: str, state: str) -> None:
    """Until the task `decide` of a run is in `state`."""
    for _ in range(240):
        tasks = {task["task_id"]: task["state"] for task in airflow.tasks(f"decisions_{PLATFORM}", run_id)}
        if tasks.get("decide" if state == "awaiting_input" else "record") == state:
            return
        time.sleep(0.5)
    raise AssertionError(f"{run_id}: {tasks}, not {state}")


def _answer(airflow: AirflowClient, run_id: str, option: str, note: str) -> None:
    path = f"/api/v2/dags/decisions_{PLATFORM}/dagRuns/{run_id}/taskInstances/decide/-1/hitlDetails"
    airflow._call("PATCH", path, body={"chosen_options": [option], "params_input": {"note": note}})


def test_proposals_wait_are_answered_and_known_to_later_nights(airflow: AirflowClient) -> None:
    assay(airflow.home, "trigger", "--platform", PLATFORM, "--partition", FIRST)  # ends, though nobody has answered
    asked = _questions(airflow)
    store = open_store()
    first = {row["asset_id"]: row for row in store.read(store.get(INVENTORY, PLATFORM, FIRST)).to_pylist()}
    assert set(asked) == {asset for asset, row in first.items() if row["decision"] == "waiting"} and len(asked) > 3
    products, coupons, campaigns = "landing.products", "landing.coupons", "landing.campaigns"
    for asset in (products, coupons, campaigns):
        _wait(airflow, asked[asset]["dag_run_id"], "awaiting_input")
    detail = airflow._call("GET", f"/api/v2/dags/decisions_{PLATFORM}/dagRuns/{asked[products]['dag_run_id']}"
                                  "/taskInstances/decide/-1/hitlDetails")
    assert detail["subject"] == "Archive landing.products?"
    assert detail["body"].startswith("Somebody wants {{ 7 * 7 }} to save ")  # what data say is never run
    assert "while this holds: duplicate_of is not known" in detail["body"]
    assert list(detail["params"]) == ["note"]
    assert httpx.get(f"{airflow.home.url}/api/v2/dags/decisions_{PLATFORM}/dagRuns").status_code == 401

    time.sleep(3)  # no person is faster: see what dags/decisions.py says of the second in which a task is parked
    _answer(airflow, asked[products]["dag_run_id"], "Reject", "search reads it")
    _answer(airflow, asked[coupons]["dag_run_id"], "Approve", "")
    for asset in (products, coupons):
        _wait(airflow, asked[asset]["dag_run_id"], "success")
    (row,) = store.read(store.get(DECISIONS, PLATFORM, FIRST, f"{products}/dear")).to_pylist()
    assert (row["decision"], row["decided_by"], row["note"]) == ("rejected", "admin", "search reads it")
    assert row["decided_at"].endswith("+00:00")

    assay(airflow.home, "trigger", "--platform", PLATFORM, "--partition", SECOND)
    second = {row["asset_id"]: row for row in store.read(store.get(INVENTORY, PLATFORM, SECOND)).to_pylist()}
    assert (second[products]["action"], second[products]["decision"]) == ("keep", "rejected")
    assert "rejected by admin on " in second[products]["decided"] and "(search reads it)" in second[products]["decided"]
    assert (second[coupons]["action"], second[coupons]["decision"]) == ("archive", "approved")
    assert second[coupons]["decided"].endswith("waiting to be done.")
    assert second[campaigns]["decision"] == "waiting"
    again = _questions(airflow)
    assert {asset: run["dag_run_id"] for asset, run in again.items()} == {a: run["dag_run_id"] for a, run in asked.items()}
    assert again[campaigns]["state"] == "running"  # the same question, still open, asked once
    assert b"search reads it" in store.read_file(store.get(REPORT, PLATFORM, SECOND), FILE)
