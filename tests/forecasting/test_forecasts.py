from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from tests.inventory.builders import CASE

from assay.config.manifest import UseCase
from assay.contracts.enums import Forecaster, ForecastKind
from assay.contracts.schemas import FORECAST_TRIALS, FORECASTS
from assay.forecasting.backtest import Place, Record
from assay.forecasting.forecasts import forecasts
from assay.forecasting.history import Subject
from assay.forecasting.network import State
from assay.forecasting.trials import try_forecasters

SUBJECT, PLACE = Subject(CASE, "a", ""), Place(CASE, ForecastKind.ASSET, 7)


def trials() -> pa.Table:
    common = {"use_case": CASE, "asset_id": "a", "horizon": 7, "target_partition": "2017-12-30"}
    return pa.Table.from_pylist([common | {"model": "naive", "p10": 90.0, "p50": 100.0, "p90": 110.0},
                                 common | {"model": "local_level", "p10": 70.0, "p50": 80.0, "p90": 90.0}],
                                schema=FORECAST_TRIALS.schema)


def record(model: Forecaster, error: float, recent: float, misses: list[float]) -> Record:
    return Record(PLACE, model, 10, 20, error, 10.0, 0.5, 1.5, recent, np.array(misses))


def made(*records: Record) -> dict:
    known = {PLACE: {each.model: each for each in records}} if records else {}
    (row,) = FORECASTS.conform(forecasts(trials(), known, {SUBJECT: 12})).to_pylist()
    return row


def test_without_a_record_it_is_the_last_known_value_as_it_stands() -> None:
    row = made()
    assert (row["model"], row["p10"], row["p50"], row["p90"], row["windows"]) == ("naive", 90.0, 100.0, 110.0, 12)
    assert row["reason"] == "The last known value, while fewer than 8 nights can be compared with what came (0 can)."


def test_the_winner_speaks_with_a_range_widened_by_what_it_missed() -> None:
    row = made(record(Forecaster.NAIVE, 10.0, 1.0, [0.0]), record(Forecaster.LOCAL_LEVEL, 6.0, 0.7, [0.5] * 10))
    assert (row["model"], row["p10"], row["p50"], row["p90"]) == ("local_level", 65.0, 80.0, 95.0)
    assert row["reason"] == ("On 10 earlier nights a level seen through noise missed by 0.60 of what the last known value "
                             "missed by.")


def test_a_loser_is_named_with_the_reason_why_it_lost_its_place() -> None:
    row = made(record(Forecaster.NAIVE, 10.0, 1.0, [-0.5] * 10), record(Forecaster.LOCAL_LEVEL, 6.0, 1.2, [0.5] * 10))
    assert (row["model"], row["p10"], row["p90"]) == ("naive", 95.0, 105.0)  # its own ranges were too wide
    assert "a level seen through noise has lost to it over the last 8 nights (1.20 of its error)" in row["reason"]
    assert "no forecaster has beaten it on 10" in made(record(Forecaster.NAIVE, 10.0, 1.0, [0.0]))["reason"]


def test_an_outcome_without_time_has_no_next_window() -> None:
    case = UseCase.model_validate({
        "name": CASE, "entity": {"customer": "id"}, "outcome": {"asset": "landing.x", "label": "y", "positive": "bad"},
        "payoff": {"type": "cost_matrix", "gain_accept": 0.15, "loss_accept": 0.75}})
    values = pa.table({"use_case": [CASE], "asset_id": ["a"], "value": [1.0], "ci_low": [0.0], "ci_high": [2.0]})
    assert try_forecasters([case], {"2017-12-23": [values]}, State({}, {}), "2017-12-23", [7], 1).num_rows == 0


@pytest.mark.parametrize("gone", [True, False])
def test_only_what_has_a_value_tonight_is_forecast(gone: bool) -> None:
    from tests.inventory.builders import manifest

    day = "2017-12-16" if gone else "2017-12-23"
    values = pa.table({"use_case": [CASE], "asset_id": ["a"], "value": [1.0], "ci_low": [0.0], "ci_high": [2.0]})
    found = try_forecasters([manifest().use_case(CASE)], {day: [values]}, State({}, {}), "2017-12-23", [7, 14], 1)
    said = {row["model"] for row in FORECAST_TRIALS.conform(found).to_pylist()}
    assert said == (set() if gone else {"naive", "moving_average", "exponential_smoothing", "local_level", "combination"})
