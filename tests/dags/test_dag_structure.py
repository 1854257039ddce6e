"""The exact shape of `inventory_<platform>`, as the scheduler and the trigger form see it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
NIGHT = {"ingest", "profile", "classify", "usage", "check", "gate", "build_features", "train", "extract", "value", "forecast",
         "publish", "propose"}
EDGES = {
    "discover": NIGHT,
    "ingest": {"profile", "check", "gate"},
    "profile": {"classify"},
    "classify": {"build_features", "value", "forecast", "publish"},
    "usage": {"forecast", "publish"},
    "check": {"gate"},
    "gate": {"build_features", "forecast", "publish"},
    "build_features": {"train", "extract", "value"},
    "train": {"extract", "value"},
    "extract": set(),
    "value": {"forecast", "publish"},
    "forecast": {"publish"},
    "publish": {"propose"},
    "propose": {"ask"},
    "ask": set(),
}


@pytest.fixture(params=["inventory_complete_journey", "inventory_german_credit", "inventory_small_journey",
                        "inventory_synthetic_shop"])
def dag(parsed: dict[str, Any], request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = parsed["dags"][request.param]
    return found


def test_tasks_and_edges(dag: dict[str, Any]) -> None:
    assert {task: set(below) for task, below in dag["edges"].items()} == EDGES
    assert dag["mapped"] == ["ask", "check", "ingest", "profile"]


def test_limits(dag: dict[str, Any]) -> None:
    assert dag["catchup"] is False
    assert dag["max_active_runs"] == 1
    assert dag["start"] == "2000-01-01"
    assert set(dag["retries"].values()) == {2}


def test_outages_are_retried_and_bad_input_fails_at_once(dag: dict[str, Any]) -> None:
    assert dag["decisions"] == {"SourceUnavailable": "retry", "OSError": "retry", "PartitionError": "fail",
                                "UnreadableData": "fail", "RuntimeError": "default"}


def test_everything_is_documented(dag: dict[str, Any]) -> None:
    assert set(dag["docs"]) == {*EDGES, ""}
    assert all(dag["docs"].values())


def test_outlets(parsed: dict[str, Any]) -> None:
    assert parsed["dags"]["inventory_small_journey"]["outlets"] == {
        "discover": ["assay://small_journey/discovered"], "gate": ["assay://small_journey/checks"],
        "value": ["assay://small_journey/values"], "forecast": ["assay://small_journey/forecasts"],
        "publish": ["assay://small_journey/inventory"]}


def test_a_night_works_on_the_local_day_before(parsed: dict[str, Any]) -> None:
    dag = parsed["dags"]["inventory_complete_journey"]
    assert dag["scheduled"] == [["2018-01-01T07:00:00+00:00", "2017-12-31"], ["2018-01-02T07:00:00+00:00", "2018-01-01"]]


def test_a_backfill_over_the_change_to_summer_time_leaves_no_day_out(parsed: dict[str, Any]) -> None:
    assert parsed["dags"]["inventory_complete_journey"]["backfilled"] == ["2017-03-11", "2017-03-12", "2017-03-13"]


def test_trigger_form(dag: dict[str, Any], parsed: dict[str, Any]) -> None:
    form = dag["params"]
    assert list(form) == ["partition", "use_cases", "retrain", "retune", "audit", "note"]
    assert all(field["description"] and field["schema"]["title"] for field in form.values())
    assert form["partition"]["schema"] | {"format": "date", "type": ["null", "string"]} == form["partition"]["schema"]
    assert {form[name]["schema"]["type"] for name in ("retrain", "retune", "audit")} == {"boolean"}
    assert form["retrain"]["value"] is form["retune"]["value"] is form["audit"]["value"] is False
    assert form["note"]["schema"]["type"] == ["null", "string"]
    cases = parsed["dags"]["inventory_german_credit"]["params"]["use_cases"]
    assert cases["value"] == cases["schema"]["examples"] == cases["schema"]["items"]["enum"] == ["default_risk"]


def test_somebody_is_told_behind_the_inventory_where_the_manifest_names_them(
        parse_dags: Callable[..., dict[str, Any]], small_environment: Path, tmp_path: Path) -> None:
    text = (ROOT / "tests" / "data" / "platforms" / "small_journey" / "platform.yaml").read_text(encoding="utf-8")
    (tmp_path / "told").mkdir()
    (tmp_path / "told" / "platform.yaml").write_text(
        text.replace("platform: small_journey", "platform: told") + "\nnotify:\n- connection: chat\n", encoding="utf-8")
    found = parse_dags(ASSAY_PLATFORMS=str(tmp_path))["dags"]["inventory_told"]
    assert {task: set(below) for task, below in found["edges"].items()} == EDGES | {
        "discover": NIGHT | {"notify"}, "publish": {"propose", "notify"}, "notify": set()}
    assert found["docs"]["notify"]


def test_nothing_that_data_say_is_read_as_a_template(dag: dict[str, Any]) -> None:
    assert dag["templates"] == {"ask": []}


def test_each_proposal_is_a_run_of_its_own_that_waits_for_a_person(parsed: dict[str, Any]) -> None:
    found = parsed["decisions"]["decisions_small_journey"]
    assert found["edges"] == {"decide": ["record"], "record": []}
    assert found["options"] == ["Approve", "Reject"]
    assert found["timetable"] == "NullTimetable"
    assert found["max_active_runs"] >= 1000
    assert all(found["docs"].values())
    assert {"partition", *("asset_id", "action", "rule", "grounds", "reason")} <= set(found["form"])
    assert all(found["form"].values())


def test_late_data_are_run_again_where_the_manifest_says_so(
        parse_dags: Callable[..., dict[str, Any]], small_environment: Path, tmp_path: Path) -> None:
    text = (ROOT / "tests" / "data" / "platforms" / "small_journey" / "platform.yaml").read_text(encoding="utf-8")
    (tmp_path / "mending").mkdir()
    (tmp_path / "mending" / "platform.yaml").write_text(
        text.replace("platform: small_journey", "platform: mending") + "\nlate_data: {mode: recompute}\n", encoding="utf-8")
    found = parse_dags(ASSAY_PLATFORMS=str(tmp_path))["dags"]["inventory_mending"]
    assert {task: set(below) for task, below in found["edges"].items()} == EDGES | {
        "discover": NIGHT | {"late", "reconcile"}, "publish": {"propose", "late", "reconcile"}, "late": {"rerun"},
        "reconcile": set(), "rerun": set()}
    assert found["mapped"] == ["ask", "check", "ingest", "profile", "rerun"]
    assert found["templates"] == {"ask": [], "rerun": []}
    assert found["docs"]["late"] and found["docs"]["reconcile"] and found["docs"]["rerun"]


def test_the_inventory_is_exported_where_the_manifest_names_a_format(
        parse_dags: Callable[..., dict[str, Any]], small_environment: Path, tmp_path: Path) -> None:
    text = (ROOT / "tests" / "data" / "platforms" / "small_journey" / "platform.yaml").read_text(encoding="utf-8")
    (tmp_path / "told").mkdir()
    (tmp_path / "told" / "platform.yaml").write_text(
        text.replace("platform: small_journey", "platform: told") + "\nexports: [csv]\n", encoding="utf-8")
    found = parse_dags(ASSAY_PLATFORMS=str(tmp_path))["dags"]["inventory_told"]
    assert {task: set(below) for task, below in found["edges"].items()} == EDGES | {
        "discover": NIGHT | {"export"}, "publish": {"propose", "export"}, "export": set()}
    assert found["docs"]["export"]
