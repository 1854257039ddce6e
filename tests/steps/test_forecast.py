from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.inventory import builders as b
from tests.inventory.builders import Shop

from assay.contracts import schemas
from assay.contracts.refs import ArtifactRef, CaseRef
from assay.forecasting.history import shift
from assay.storage import Recipe

WEEKS = ["2017-12-09", "2017-12-16", b.PARTITION]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    made = Shop(tmp_path)
    monkeypatch.setenv("ASSAY_PLATFORMS", str(made.platforms))
    monkeypatch.setenv("ASSAY_STORAGE", made.store.root)
    return made


def run(shop: Shop, partition: str, factor: float) -> list[ArtifactRef]:
    shop.put(schemas.COLUMN_VALUES, b.column_values(), partition, b.CASE)
    return shop.forecast(shop.night(partition), [shop.value(b.values(factor), partition)])


def assets(shop: Shop, ref: ArtifactRef) -> list[dict[str, Any]]:
    return [row for row in shop.store.read(ref).to_pylist() if row["column"] is None]


def test_last_weeks_forecast_is_scored_tonight(shop: Shop) -> None:
    for week, factor in zip(WEEKS, (0.9, 0.95, 1.0)):
        forecasts, scores, _ = run(shop, week, factor)
    made = assets(shop, forecasts)
    assert {r["horizon"] for r in made} == {7, 14, 21, 28}
    assert {r["asset_id"] for r in made} == set(b.WORTH)
    assert {(r["model"], r["windows"]) for r in made} == {("naive", 3)}
    (reason,) = {r["reason"] for r in made if r["horizon"] == 7}
    assert "fewer than 8 nights can be compared with what came (2 can)" in reason
    scored = [r for r in assets(shop, scores) if r["asset_id"] == "landing.transactions"]
    assert [(r["made_on"], r["p50"], r["realised"]) for r in scored] == [
        ("2017-12-09", pytest.approx(0.9 * 8421.5), 8421.5), ("2017-12-16", pytest.approx(0.95 * 8421.5), 8421.5)]


def test_columns_are_forecast_and_scored_too(shop: Shop) -> None:
    for week in WEEKS:
        forecasts, scores, _ = run(shop, week, 1.0)
    of = {r["column"] for r in shop.store.read(forecasts).to_pylist() if r["asset_id"] == "landing.transactions"}
    assert of == {None, "(rows and keys)", "sales_value"}  # what has no value has no forecast
    assert {r["column"] for r in shop.store.read(scores).to_pylist()} == of


def test_what_shakes_around_a_level_is_soon_forecast_by_another_than_the_last_value(shop: Shop) -> None:
    rng, last = np.random.default_rng(5), 16
    for week in range(last + 1):
        forecasts, scores, tested = run(shop, shift(b.PARTITION, 7 * (week - last)), float(rng.uniform(0.8, 1.2)))
    rows = [r for r in shop.store.read(tested).to_pylist() if (r["kind"], r["horizon"]) == ("asset", 7)]
    (use,) = [r for r in rows if r["in_use"]]
    assert use["model"] != "naive"
    assert use["ratio"] < 1
    assert {r["model"] for r in assets(shop, forecasts) if r["horizon"] == 7} == {use["model"]}
    assert {r["model"] for r in rows} == {"naive", "moving_average", "exponential_smoothing", "local_level", "network",
                                          "combination"}
    covered = [r["covered"] for r in assets(shop, scores)]
    assert len(covered) == 4 * len(b.WORTH)


def test_it_lists_the_earlier_values_among_its_inputs_and_is_made_again_when_one_is_added(shop: Shop) -> None:
    late = run(shop, b.PARTITION, 1.0)
    assert run(shop, b.PARTITION, 1.0) == late
    earlier = shop.value(b.values(0.5), "2017-12-09")
    again = run(shop, b.PARTITION, 1.0)
    assert earlier.ref is not None
    assert earlier.ref.fingerprint in shop.store.manifest(again[0].uri)["inputs"]
    assert {r["windows"] for r in assets(shop, again[0])} == {2}


def test_later_partitions_are_never_read(shop: Shop) -> None:
    alone = run(shop, "2017-12-16", 1.0)
    shop.value(b.values(9.0), b.PARTITION)
    assert run(shop, "2017-12-16", 1.0) == alone


def test_an_artifact_of_an_older_contract_is_left_out(shop: Shop) -> None:
    made = {"use_case": b.CASE, "asset_id": "landing.products", "horizon": 7, "target_partition": b.PARTITION, "p10": 1.0,
            "p50": 2.0, "p90": 3.0, "model": "naive (history of 1 window)"}
    fields = [field for field in schemas.FORECASTS.schema if field.name in made]
    old = schemas.Contract("forecasts", schemas.pa.schema(fields), ledger=True, version=1)
    shop.store.publish(old, schemas.pa.Table.from_pylist([made], schema=old.schema), platform=b.PLATFORM,
                       partition="2017-12-16", recipe=Recipe((), "", "test"))
    _, scores, _ = run(shop, b.PARTITION, 1.0)
    assert scores.row_count == 0


def test_a_use_case_that_stopped_has_no_forecast(shop: Shop) -> None:
    forecasts, scores, tested = shop.forecast(shop.night(), [CaseRef(b.CASE, None, "no outcome has come yet")])
    assert (forecasts.contract, forecasts.row_count) == (schemas.FORECASTS.name, 0)
    assert (scores.contract, scores.row_count) == (schemas.FORECAST_SCORES.name, 0)
    assert tested.row_count == 0
