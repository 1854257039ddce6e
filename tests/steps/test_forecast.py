from __future__ import annotations

from pathlib import Path

import pytest
from tests.inventory import builders as b
from tests.inventory.builders import Shop

from assay.contracts import schemas
from assay.contracts.refs import ArtifactRef, CaseRef
from assay.steps.forecast import forecast

WEEKS = ["2017-12-09", "2017-12-16", b.PARTITION]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    made = Shop(tmp_path)
    monkeypatch.setenv("ASSAY_PLATFORMS", str(made.platforms))
    monkeypatch.setenv("ASSAY_STORAGE", made.store.root)
    return made


def run(shop: Shop, partition: str, factor: float) -> list[ArtifactRef]:
    return forecast(shop.night(partition), [shop.value(b.values(factor), partition)], [])


def test_last_weeks_forecast_is_scored_tonight(shop: Shop) -> None:
    for week, factor in zip(WEEKS, (0.9, 0.95, 1.0)):
        forecasts, scores = run(shop, week, factor)
    made = shop.store.read(forecasts).to_pylist()
    assert {r["horizon"] for r in made} == {7, 14, 21, 28}
    assert {r["asset_id"] for r in made} == set(b.WORTH)
    assert {r["model"] for r in made} == {"naive (history of 3 windows)"}
    scored = [r for r in shop.store.read(scores).to_pylist() if r["asset_id"] == "landing.transactions"]
    assert [(r["made_on"], r["p50"], r["realised"]) for r in scored] == [
        ("2017-12-09", pytest.approx(0.9 * 8421.5), 8421.5), ("2017-12-16", pytest.approx(0.95 * 8421.5), 8421.5)]


def test_it_lists_the_earlier_values_among_its_inputs_and_is_made_again_when_one_is_added(shop: Shop) -> None:
    late = run(shop, b.PARTITION, 1.0)
    assert run(shop, b.PARTITION, 1.0) == late
    earlier = shop.value(b.values(0.5), "2017-12-09")
    again = run(shop, b.PARTITION, 1.0)
    assert earlier.ref is not None
    assert earlier.ref.fingerprint in shop.store.manifest(again[0].uri)["inputs"]
    assert {r["model"] for r in shop.store.read(again[0]).to_pylist()} == {"naive (history of 2 windows)"}


def test_later_partitions_are_never_read(shop: Shop) -> None:
    alone = run(shop, "2017-12-16", 1.0)
    shop.value(b.values(9.0), b.PARTITION)
    assert run(shop, "2017-12-16", 1.0) == alone


def test_a_use_case_that_stopped_has_no_forecast(shop: Shop) -> None:
    forecasts, scores = forecast(shop.night(), [CaseRef(b.CASE, None, "no outcome has come yet")], [])
    assert (forecasts.contract, forecasts.row_count) == (schemas.FORECASTS.name, 0)
    assert (scores.contract, scores.row_count) == (schemas.FORECAST_SCORES.name, 0)
