from __future__ import annotations

from tests.inventory.builders import CASE, manifest, table, value_row

from assay.config.manifest import UseCase
from assay.contracts.schemas import FORECASTS, VALUES
from assay.forecasting.forecasts import forecast_case

TABLES = {
    "2017-12-16": table(VALUES, [value_row("a", 90.0, 80.0, 100.0), value_row("gone", 5.0, 4.0, 6.0)]),
    "2017-12-23": table(VALUES, [value_row("a", 100.0, 90.0, 110.0), value_row("gone", None, reason="missing")]),
}


def test_each_valued_asset_gets_every_horizon_and_an_unvalued_one_none() -> None:
    made = FORECASTS.conform(forecast_case(manifest().use_case(CASE), TABLES, "2017-12-23", [7, 14])).to_pylist()
    assert [(r["asset_id"], r["horizon"], r["target_partition"], r["p50"]) for r in made] == [
        ("a", 7, "2017-12-30", 100.0), ("a", 14, "2018-01-06", 100.0)]
    assert {r["model"] for r in made} == {"naive (history of 2 windows)"}


def test_an_outcome_without_time_has_no_next_window() -> None:
    case = UseCase.model_validate({
        "name": CASE, "entity": {"customer": "id"}, "outcome": {"asset": "landing.x", "label": "y", "positive": "bad"},
        "payoff": {"type": "cost_matrix", "gain_accept": 0.15, "loss_accept": 0.75}})
    assert forecast_case(case, TABLES, "2017-12-23", [7]).num_rows == 0
