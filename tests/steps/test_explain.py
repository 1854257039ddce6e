from __future__ import annotations

from pathlib import Path

import pytest
from tests.steps import valued as v

from assay.config import load_platform
from assay.errors import ArtifactMissing, AssetUnknown
from assay.inventory.explanation import Explanation, explanation_lines
from assay.steps.explain import explain
from assay.storage import open_store

pytestmark = pytest.mark.slow


@pytest.fixture
def storage(small_environment: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return v.use_storage(small_environment, monkeypatch)


def explained(platform: str, asset: str, partition: str) -> Explanation | str:
    ((_, found),) = explain(load_platform(platform), asset, partition, open_store())
    return found


@pytest.mark.parametrize(("platform", "asset", "done", "roles"), [
    (v.JOURNEY, "landing.promotions", "shown", ["item"]), (v.CREDIT, "landing.applications.account", "accepted", [])])
def test_what_is_told_agrees_with_the_artifacts(platform: str, asset: str, done: str, roles: list[str], storage: Path) -> None:
    night = v.valued(platform, storage)
    found = explained(platform, asset, night.begun.night.partition)
    assert isinstance(found, Explanation) and found.worth["asset_id"] == asset
    assert sum(money for _, money in found.clusters) == pytest.approx(found.worth["value"], rel=1e-6, abs=1e-6)
    assert found.found.earned.sum() == pytest.approx(found.worth["removal_loss"], rel=1e-4, abs=1e-3)
    assert (found.done, list(found.things)) == (done, roles) and found.columns
    lines = list(explanation_lines(found))
    assert lines[0].startswith(f"{asset} is worth ")
    if roles:
        changes = found.things["item"]
        assert sum(change.earned for change in changes) == pytest.approx(found.worth["removal_loss"], rel=1e-4, abs=1e-3)
        assert "(" in found.name("item", changes[0].key)  # what the item is called stands behind its key


def test_what_has_no_value_says_why(storage: Path) -> None:
    night = v.valued(v.CREDIT, storage)
    why = explained(v.CREDIT, "landing.applications.outcome", night.begun.night.partition)
    assert why == "it holds the outcomes of default_risk, which are no player"


def test_what_is_not_there_is_one_sentence(storage: Path) -> None:
    partition = v.valued(v.CREDIT, storage).begun.night.partition
    with pytest.raises(AssetUnknown, match=r"asset 'landing.applications.loans' .*; did you mean 'landing.applications.loan'"):
        explained(v.CREDIT, "landing.applications.loans", partition)
    with pytest.raises(ArtifactMissing, match="no values of german_credit for 1999-01-01 .* run the partition again"):
        explained(v.CREDIT, "landing.applications.loan", "1999-01-01")
