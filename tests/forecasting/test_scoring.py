from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.inventory.builders import CASE, forecast_row, table

from assay.contracts.schemas import FORECAST_SCORES, FORECASTS
from assay.forecasting.scoring import score_forecasts

A, B = (CASE, "a", ""), (CASE, "b", "")


def test_only_an_exact_target_is_scored() -> None:
    made = {"2017-12-16": table(FORECASTS, [forecast_row("a", 7, 80, 90, 99, target="2017-12-23"),
                                            forecast_row("a", 14, 70, 90, 110)]),
            "2017-12-09": table(FORECASTS, [forecast_row("a", 14, 60, 85, 110, target="2017-12-23")])}
    came = {"2017-12-23": {A: 100.0}, "2017-12-16": {A: 90.0}, "2017-12-09": {A: 85.0}}
    scores = FORECAST_SCORES.conform(score_forecasts(made, came, "2017-12-23")).to_pylist()
    assert [(s["made_on"], s["p50"], s["realised"], s["naive"], s["covered"]) for s in scores] == [
        ("2017-12-09", 85.0, 100.0, 85.0, True), ("2017-12-16", 90.0, 100.0, 90.0, False)]


def test_a_column_is_scored_by_its_own_value() -> None:
    row = forecast_row("a", 7, 1, 2, 3, target="2017-12-23") | {"column": "price"}
    came = {day: {A: 100.0, (CASE, "a", "price"): value} for day, value in (("2017-12-16", 2.0), ("2017-12-23", 2.5))}
    (score,) = score_forecasts({"2017-12-16": table(FORECASTS, [row])}, came, "2017-12-23").to_pylist()
    assert (score["column"], score["realised"], score["naive"], score["covered"]) == ("price", 2.5, 2.0, True)


def test_an_unvalued_asset_is_not_scored_as_zero() -> None:
    made = {"2017-12-16": table(FORECASTS, [forecast_row("a", 7, 80, 90, 99, target="2017-12-23"),
                                            forecast_row("b", 7, 80, 90, 99, target="2017-12-23")])}
    came = {"2017-12-23": {B: 1.0}, "2017-12-16": {A: 90.0}}
    assert score_forecasts(made, came, "2017-12-23").num_rows == 0
    assert score_forecasts(made, {}, "2017-12-23").num_rows == 0


@settings(deadline=None)
@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3), st.floats(0, 1e3))
def test_covered_means_within_the_range(p50: float, realised: float, width: float) -> None:
    made = {"2017-12-16": table(FORECASTS, [forecast_row("a", 7, p50 - width, p50, p50 + width, target="2017-12-23")])}
    came = {day: {A: value} for day, value in (("2017-12-16", p50), ("2017-12-23", realised))}
    (score,) = score_forecasts(made, came, "2017-12-23").to_pylist()
    assert score["covered"] == (p50 - width <= realised <= p50 + width)
    assert score["realised"] == realised
