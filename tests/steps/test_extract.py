from __future__ import annotations

from pathlib import Path

import pytest
from tests.steps import valued as v

from assay.contracts.refs import CaseRef
from assay.contracts.schemas import EMBEDDINGS
from assay.steps.extract import extract
from assay.storage import open_store

pytestmark = pytest.mark.slow


@pytest.fixture
def storage(small_environment: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return v.use_storage(small_environment, monkeypatch)


def rows(night: v.Valued) -> list[dict]:
    return EMBEDDINGS.conform(open_store().read(night.embeddings[0].ref)).to_pylist()


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


def test_a_second_run_makes_nothing_again(storage: Path) -> None:
    night = v.valued(v.JOURNEY, storage)
    before = v.manifests(storage)
    assert extract(night.begun.night, night.features, night.models) == night.embeddings
    assert v.manifests(storage) == before


def test_a_use_case_without_a_model_hands_its_reason_on(storage: Path) -> None:
    night = v.valued(v.JOURNEY, storage)
    stopped = [CaseRef(v.CASES[v.JOURNEY], None, "one class")]
    assert extract(night.begun.night, night.features, stopped) == stopped
