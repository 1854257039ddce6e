from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from assay.contracts.enums import Forecaster, ForecastKind
from assay.contracts.schemas import FORECAST_BACKTESTS, FORECAST_TRIALS
from assay.forecasting.backtest import FEWEST_ORIGINS, Place, backtest, backtest_table, chosen
from assay.forecasting.history import shift

FIRST, PLACE = "2017-01-01", Place("case", ForecastKind.ASSET, 7)
ORIGINS = 14


def day(week: int) -> str:
    return shift(FIRST, 7 * week)


def trial(origin: str, model: Forecaster, p50: float, *, asset: str = "a", column: str | None = None) -> dict:
    return {"use_case": "case", "asset_id": asset, "column": column, "horizon": 7, "target_partition": shift(origin, 7),
            "model": model.value, "p10": p50 - 1, "p50": p50, "p90": p50 + 1}


def history(values: list[float]) -> dict[str, dict[tuple[str, str, str], float]]:
    return {day(week): {("case", "a", ""): value} for week, value in enumerate(values)}


def tried(values: list[float], mean_until: int = ORIGINS) -> dict[str, pa.Table]:
    """A naive forecaster, and one that says 0 until a week and then what is farther off than the last value."""
    out = {}
    for week, value in enumerate(values[:ORIGINS]):
        said = 0.0 if week < mean_until else values[week + 1] + 38
        rows = [trial(day(week), Forecaster.NAIVE, value), trial(day(week), Forecaster.MOVING_AVERAGE, said)]
        out[day(week)] = pa.Table.from_pylist(rows, schema=FORECAST_TRIALS.schema)
    return out


SHAKING = [10.0 * (-1) ** week for week in range(ORIGINS + 1)]


def test_errors_are_those_of_paper_and_pencil() -> None:
    records = backtest(tried(SHAKING), history(SHAKING), 1)[PLACE]
    mean, naive = records[Forecaster.MOVING_AVERAGE], records[Forecaster.NAIVE]
    assert (mean.error, mean.naive_error, mean.ratio, mean.recent) == (10.0, 20.0, 0.5, 0.5)
    assert (naive.ratio, naive.origins, naive.forecasts) == (1.0, ORIGINS, ORIGINS)
    assert (mean.low, mean.high) == (0.5, 0.5)
    assert chosen(records) == Forecaster.MOVING_AVERAGE
    assert mean.misses == pytest.approx(np.full(ORIGINS, 9.0))  # 10 away, a half range of 1


def test_a_forecaster_that_has_begun_to_lose_is_put_aside() -> None:
    records = backtest(tried(SHAKING, mean_until=ORIGINS - 4), history(SHAKING), 1)[PLACE]
    mean = records[Forecaster.MOVING_AVERAGE]
    assert mean.ratio is not None
    assert mean.recent is not None
    assert mean.ratio < 1 < mean.recent
    assert chosen(records) == Forecaster.NAIVE


def test_few_nights_decide_nothing() -> None:
    few = dict(list(tried(SHAKING).items())[-(FEWEST_ORIGINS - 1):])
    records = backtest(few, history(SHAKING), 1)[PLACE]
    assert records[Forecaster.MOVING_AVERAGE].ratio == 0.5
    assert chosen(records) == Forecaster.NAIVE


def test_what_has_not_come_yet_is_not_compared_and_columns_stand_apart() -> None:
    only = {day(0): pa.Table.from_pylist([
        trial(day(0), Forecaster.NAIVE, 1.0), trial(day(0), Forecaster.NAIVE, 2.0, column="price"),
        trial(day(0), Forecaster.NAIVE, 3.0, asset="b")], schema=FORECAST_TRIALS.schema)}
    came = {day(1): {("case", "a", ""): 5.0, ("case", "a", "price"): 6.0}}
    found = backtest(only, came, 1)
    assert {place: records[Forecaster.NAIVE].forecasts for place, records in found.items()} == {
        PLACE: 1, Place("case", ForecastKind.COLUMN, 7): 1}
    assert backtest({}, came, 1) == {}
    assert backtest(only, {}, 1) == {}


def test_the_table_names_one_forecaster_in_use_for_each_place() -> None:
    rows = FORECAST_BACKTESTS.conform(backtest_table(backtest(tried(SHAKING), history(SHAKING), 1))).to_pylist()
    assert [(row["model"], row["in_use"]) for row in rows] == [("naive", False), ("moving_average", True)]
    assert rows[0]["ratio"] == 1.0


def test_a_last_value_that_was_always_right_can_not_be_beaten() -> None:
    still = [7.0] * (ORIGINS + 1)
    records = backtest(tried(still), history(still), 1)[PLACE]
    assert records[Forecaster.NAIVE].ratio is None
    assert chosen(records) == Forecaster.NAIVE
