from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.steps import valued as v

from assay.contracts.refs import CaseRef
from assay.contracts.schemas import EMBEDDINGS, EXPLANATIONS
from assay.steps.extract import extract
from assay.storage import open_store

pytestmark = pytest.mark.slow


@pytest.fixture
def storage(small_environment: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return v.use_storage(small_environment, monkeypatch)


def rows(night: v.Valued) -> list[dict]:
    return EMBEDDINGS.conform(open_store().read(night.embeddings[0].ref)).to_pylist()


def explanations(night: v.Valued) -> list[dict]:
    where = night.begun.night
    ref = open_store().get(EXPLANATIONS, where.platform, where.partition, v.CASES[where.platform])
    return EXPLANATIONS.conform(open_store().read(ref)).to_pylist()


def keys_of(found: list[dict]) -> set[tuple[str, ...]]:
    return {tuple(json.loads(row["key"]).values()) for row in found if row["key"]}


def sums_by(found: list[dict], *names: str) -> dict[tuple, float]:
    sums: dict[tuple, float] = {}
    for row in found:
        by = tuple(row[name] for name in names)
        sums[by] = sums.get(by, 0.0) + row["contribution"]
    return sums


def test_the_newest_users_items_and_every_asset_have_vectors(storage: Path) -> None:
    night = v.valued(v.JOURNEY, storage)
    newest = v.tables_of(open_store().read(night.features[0].ref).to_pylist()[-1])
    found = rows(night)
    keys = {entity: [row["key"] for row in found if row["entity"] == entity] for entity in ("user", "item", "asset")}
    assert sum(map(len, keys.values())) == len(found)
    for role in ("user", "item"):
        assert keys[role] == [str(key) for key in sorted(set(newest.rows.column(role).to_pylist()))]
    assert len(keys["asset"]) == 8 == len(set(keys["asset"]))
    assert all(len({len(row["vector"]) for row in found if row["entity"] == entity}) == 1 for entity in keys)


def test_vectors_tell_things_apart(storage: Path) -> None:
    found = rows(v.valued(v.JOURNEY, storage))
    users = {tuple(row["vector"]) for row in found if row["entity"] == "user"}
    assert len(users) > 100


def test_without_time_the_entities_of_the_held_out_window_have_vectors(storage: Path) -> None:
    found = rows(v.valued(v.CREDIT, storage))
    assert {row["entity"] for row in found} == {"customer", "asset"}
    assert 200 < sum(row["entity"] == "customer" for row in found) < 300


def test_what_twenty_users_would_be_shown_is_explained(storage: Path) -> None:
    night = v.valued(v.JOURNEY, storage)
    newest = v.tables_of(open_store().read(night.features[0].ref).to_pylist()[-1]).rows
    keys = keys_of(explanations(night))
    assert len(keys) == 200 and len({user for user, _ in keys}) == 20
    candidates = zip(*(map(str, newest.column(role).to_pylist()) for role in ("user", "item")), strict=True)
    assert keys <= set(candidates)


def test_without_users_held_out_entities_are_explained(storage: Path) -> None:
    assert len(keys_of(explanations(v.valued(v.CREDIT, storage)))) == 200


@pytest.mark.parametrize("platform", [v.JOURNEY, v.CREDIT])
def test_columns_add_up_to_assets_in_every_prediction(platform: str, storage: Path) -> None:
    found = [row for row in explanations(v.valued(platform, storage)) if row["key"]]
    assets = sums_by([row for row in found if row["column"] is None], "key", "asset_id")
    columns = sums_by([row for row in found if row["column"]], "key", "asset_id")
    assert columns == pytest.approx(assets, abs=1e-9) and len(assets) == 200 * len({row["asset_id"] for row in found})
    assert all(0 < row["probability"] < 1 and row["amount"] > 0 for row in found)


def test_purchases_matter_most_to_purchases(storage: Path) -> None:
    importance = {row["asset_id"]: row["contribution"] for row in explanations(v.valued(v.JOURNEY, storage))
                  if row["key"] is None and row["column"] is None}
    assert len(importance) == 8 and max(importance, key=importance.__getitem__) == "landing.transactions"


def test_a_second_run_makes_nothing_again(storage: Path) -> None:
    night = v.valued(v.JOURNEY, storage)
    before = v.manifests(storage)
    assert extract(night.begun.night, night.features, night.models) == night.embeddings
    assert v.manifests(storage) == before


def test_a_use_case_without_a_model_hands_its_reason_on(storage: Path) -> None:
    night = v.valued(v.JOURNEY, storage)
    stopped = [CaseRef(v.CASES[v.JOURNEY], None, "one class")]
    assert extract(night.begun.night, night.features, stopped) == stopped
