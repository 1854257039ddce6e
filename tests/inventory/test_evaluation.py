"""How good models, values, forecasts and incidents were over a range."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.contracts.contract import Contract
from assay.contracts.schemas import FORECAST_SCORES, INCIDENTS, MODEL_METRICS, VALUES
from assay.inventory.evaluation import IncidentRecord, ModelScore, Stability, evaluate, forecast_skill


def table(contract: Contract, *rows: dict[str, Any]) -> pa.Table:
    """Rows of a contract; what they don't say is empty."""
    schema = pa.schema([field.with_nullable(True) for field in contract.schema])
    return pa.Table.from_pylist([{field.name: row.get(field.name) for field in schema} for row in rows], schema=schema)


def metric(model: str, value: float, name: str = "auc") -> dict[str, Any]:
    return {"use_case": "buy", "model": model, "split": "outcome", "metric": name, "value": value}


def value(asset: str, value: float | None, low: float | None = None, high: float | None = None) -> dict[str, Any]:
    return {"use_case": "buy", "asset_id": asset, "value": value, "ci_low": low, "ci_high": high}


def score(days: int, p50: float, realised: float, naive: float, *, covered: bool = True) -> dict[str, Any]:
    return {"use_case": "buy", "asset_id": "a", "made_on": f"2024-03-{20 - days:02d}", "target_partition": "2024-03-20",
            "p50": p50, "realised": realised, "naive": naive, "covered": covered}


def incident(asset: str, day: int, status: str, opened: int, severity: str = "warning", *,
             confirmed: bool = False) -> dict[str, Any]:
    return {"asset_id": asset, "partition": f"2024-03-{day:02d}", "opened": f"2024-03-{opened:02d}", "status": status,
            "severity": severity, "confirmed": confirmed}


NOTHING = table(FORECAST_SCORES)


def test_models_are_told_by_metric_with_their_range():
    nights = {"d1": [metric("outcome", 0.8), metric("base_rate", 0.5), metric("outcome", 9, "rows")],
              "d2": [metric("outcome", 0.9), metric("outcome", 1, "ece_seeing_1_of_2"),
                     metric("outcome", 0.1, "observed_bin_1")]}
    found = evaluate({"buy": {day: table(MODEL_METRICS, *rows) for day, rows in nights.items()}}, {}, NOTHING, {})
    assert found.models == [ModelScore("buy", "base_rate", "outcome", "auc", 1, 0.5, 0.5, 0.5),
                            ModelScore("buy", "outcome", "outcome", "auc", 2, pytest.approx(0.85), 0.8, 0.9)]


def test_values_are_steady_as_far_as_intervals_do_not_tell_changes_from_none():
    nights = {"d1": [value("a", 10.0), value("b", 1.0)], "d2": [value("a", 14.0, 9.0, 19.0), value("b", None)],
              "d3": [value("a", 30.0, 25.0, 35.0)]}
    found = evaluate({}, {"buy": {day: table(VALUES, *rows) for day, rows in nights.items()}}, NOTHING, {})
    assert found.values == [Stability("buy", "a", 3, 18.0, 10.0, 0.5), Stability("buy", "b", 1, 1.0, None, None)]


def test_skill_is_told_against_the_last_known_value():
    skills = forecast_skill(table(FORECAST_SCORES, score(7, 9.0, 10.0, 6.0), score(7, 12.0, 10.0, 8.0, covered=False),
                                  score(14, 5.0, 5.0, 5.0)))
    assert [(s.days, s.forecasts, s.error, s.naive, s.skill, s.covered) for s in skills] == [
        (7, 2, 1.5, 3.0, 0.5, 0.5), (14, 1, 0.0, 0.0, None, 1.0)]


def test_incidents_are_followed_from_their_beginning_to_their_end():
    nights = [
        [incident("old", 1, "open", 20), incident("a", 1, "opened", 1)],
        [incident("a", 2, "open", 1, "critical", confirmed=True), incident("b", 2, "opened", 2)],
        [incident("a", 5, "resolved", 1), incident("b", 5, "open", 2)]]
    found = evaluate({}, {}, NOTHING, {rows[0]["partition"]: table(INCIDENTS, *rows) for rows in nights})
    assert found.incidents == IncidentRecord(opened=2, resolved=1, critical=1, confirmed=0.5, days=4.0)
    assert evaluate({}, {}, NOTHING, {}).incidents == IncidentRecord(0, 0, 0, None, None)


@given(st.lists(st.tuples(st.floats(-100, 100), st.floats(-100, 100)), min_size=1, max_size=20))
def test_a_forecast_of_the_last_known_value_has_no_skill_and_a_right_one_all(pairs):
    naive = forecast_skill(table(FORECAST_SCORES, *(score(7, last, real, last) for last, real in pairs)))[0]
    right = forecast_skill(table(FORECAST_SCORES, *(score(7, real, real, last) for last, real in pairs)))[0]
    assert naive.skill in (0.0, None) and right.skill in (1.0, None)
