"""Items at places: one night of a use case without users, from its features to its values and its champion."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.steps import valued as v

from assay.config import load_platform
from assay.contracts.schemas import CHAMPIONS, COALITION_PAYOFFS, COLUMN_VALUES, EXPLANATIONS, FEATURES, MODEL_METRICS, VALUES
from assay.features.candidates import PRICE
from assay.inventory.explanation import Explanation, explanation_lines
from assay.models.targets import Demand
from assay.steps.audit import audit
from assay.steps.cases import rows_of
from assay.steps.champion import choose
from assay.steps.explain import explain
from assay.steps.extract import load_model
from assay.storage import open_store
from assay.valuation.table import read_payoffs

pytestmark = pytest.mark.slow
CASE: dict[str, Any] = {
    "name": "weekly_stock", "entity": {"place": "store_id", "item": "product_id"},
    "outcome": {"asset": "landing.transactions", "time": "transaction_timestamp", "amount": "quantity", "paid": "sales_value",
                "window_days": 7},
    "known_ahead": {"landing.promotions": 7}, "exclude": "product_type = 'GASOLINE-REG UNLEADED'",
    "candidates": {"min_sale_weeks": 3}, "payoff": {"type": "newsvendor", "margin": 0.25, "holding": 0.02, "spoilage": 0.08},
    "history_days": 63, "train_windows": 2}


@pytest.fixture(scope="module")
def night(small_environment: Path, tmp_path_factory: pytest.TempPathFactory) -> v.Valued:
    with pytest.MonkeyPatch.context() as patch:
        v.other_manifest(v.JOURNEY, lambda said: said.update(use_cases=[CASE]), tmp_path_factory.mktemp("stock"), patch)
        found = v.finish(v.begin(v.JOURNEY, v.PARTITIONS[v.JOURNEY]))
        (champion,) = choose(found.begun.night, found.features, found.models)
        assert champion.ref is not None, champion.reason
        yield found


def one(contract: Any, night: v.Valued, name: str = "weekly_stock") -> Any:
    store = open_store()
    return contract.conform(store.read(store.get(contract, v.JOURNEY, night.begun.night.partition, name)))


def test_rows_are_items_at_places_with_a_price_and_nothing_of_users(night: v.Valued) -> None:
    index = one(FEATURES, night)
    assert rows_of(index, "history") == []
    (line,) = rows_of(index, "outcome")
    tables = v.tables_of(line)
    assert tables.entity == ["place", "item"] and set(tables.things) == {"place", "item"} and tables.channels == {}
    assert tables.rows.num_rows > 50 and min(tables.rows.column(PRICE).to_pylist()) >= 0
    assert not any("user" in token.keys for token in tables.tokens)
    assert PRICE not in {token.column(feature) for token in tables.tokens for feature in token.features}


def test_the_model_tells_quantiles_and_the_champion_is_chosen_by_pinball_loss(night: v.Valued) -> None:
    model = load_model(open_store(), night.models[0].ref)
    assert isinstance(model.target, Demand) and model.target.levels[model.target.decides] == pytest.approx(0.25 / 0.35)
    assert model.behaviour is None
    scores = {(row["model"], row["split"], row["metric"]): row["value"] for row in one(MODEL_METRICS, night).to_pylist()}
    assert scores["outcome", "validate", "pinball"] < scores["base_rate", "validate", "pinball"]
    (row,) = one(CHAMPIONS, night).to_pylist()
    assert (row["loss"], row["challenger_loss"]) == ("pinball", scores["outcome", "validate", "pinball"])


def test_values_are_of_pairs_and_add_up(night: v.Valued) -> None:
    played = read_payoffs(one(COALITION_PAYOFFS, night))
    (line,) = rows_of(one(FEATURES, night), "outcome")
    keys = v.tables_of(line).rows.select(["place", "item"]).to_pylist()
    assert played.clusters == [f"{key['place']}|{key['item']}" for key in keys]
    values = {row["asset_id"]: row for row in one(VALUES, night).to_pylist()}
    assert {row["unit"] for row in values.values()} == {"USD/week"}
    assert sum(values[p]["value"] for p in played.players) == pytest.approx(played.gained.sum(), abs=1e-6)
    assert values["landing.transactions"]["value"] > 0
    assert values["landing.demographics"]["status"] == "unvalued"
    assert "landing.demographics" not in played.players
    columns = [row for row in one(COLUMN_VALUES, night).to_pylist() if row["value"] is not None]
    for player in played.players:
        own = [row["value"] for row in columns if row["asset_id"] == player]
        assert sum(own) == pytest.approx(values[player]["value"], abs=1e-6)


def test_it_is_told_what_is_stocked_because_of_an_asset(night: v.Valued) -> None:
    ((_, why),) = explain(load_platform(v.JOURNEY), "landing.transactions", night.begun.night.partition, open_store())
    assert isinstance(why, Explanation) and (why.done, why.cluster) == ("stocked", "store_id|product_id")
    assert list(why.things) == ["place", "item"] and not why.found.only.any()
    assert why.found.earned.sum() == pytest.approx(why.worth["removal_loss"], rel=1e-4)
    assert any(line.startswith("By place, it earns most with") for line in explanation_lines(why))


def test_explanations_tell_what_is_stocked(night: v.Valued) -> None:
    rows = [row for row in one(EXPLANATIONS, night).to_pylist() if row["key"] is not None]
    assert rows and all(row["probability"] is None and row["amount"] >= 0 for row in rows)
    assert '"place"' in rows[0]["key"] and '"item"' in rows[0]["key"]


def test_the_audit_trains_without_an_asset(night: v.Valued) -> None:
    (found,) = audit(night.begun.night, night.features, night.models, night.values)
    assert found.ref is not None, found.reason
    rows = open_store().read(found.ref).to_pylist()
    everything = {row["value"] for row in rows if row["metric"] == "payoff"}
    everyone = read_payoffs(one(COALITION_PAYOFFS, night)).without()
    assert len(everything) == 1 and everything.pop() == pytest.approx(float(everyone.sum()))
