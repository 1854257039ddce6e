from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.steps import valued as v

from assay.contracts.refs import CaseRef
from assay.contracts.schemas import COALITION_PAYOFFS, COLUMN_VALUES, MODEL_METRICS, VALUES
from assay.steps.audit import audit
from assay.steps.value import value
from assay.storage import open_store
from assay.valuation.table import Played, read_payoffs

pytestmark = pytest.mark.slow
BOTH = pytest.mark.parametrize("platform", [v.JOURNEY, v.CREDIT])


@pytest.fixture
def storage(small_environment: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return v.use_storage(small_environment, monkeypatch)


def rows(night: v.Valued) -> dict[str, dict[str, Any]]:
    table = VALUES.conform(open_store().read(night.values[0].ref))
    return {row["asset_id"]: row for row in table.to_pylist()}


def payoffs(night: v.Valued) -> Played:
    where = night.begun.night
    ref = open_store().get(COALITION_PAYOFFS, where.platform, where.partition, v.CASES[where.platform])
    return read_payoffs(COALITION_PAYOFFS.conform(open_store().read(ref)))


@BOTH
def test_values_add_up_to_what_all_assets_earn_together(platform: str, storage: Path) -> None:
    night = v.valued(platform, storage)
    played, found = payoffs(night), rows(night)
    total = played.gained.sum()
    assert abs(total) > 1
    assert sum(found[p]["value"] for p in played.players) == pytest.approx(total, rel=1e-9)
    for player in played.players:
        lost = played.without().sum() - played.without(player).sum()
        assert found[player]["removal_loss"] == pytest.approx(lost, rel=1e-6, abs=1e-6)
        assert (found[player]["estimator"], found[player]["evaluations"]) == ("exact", 2**len(played.players))
        assert found[player]["ci_low"] <= found[player]["value"] <= found[player]["ci_high"]


def test_every_coalition_and_household_has_a_payoff(storage: Path) -> None:
    played = payoffs(v.valued(v.JOURNEY, storage))
    assert len(played.players) == 8 and played.payoffs.shape == (256, len(played.clusters)) and len(played.clusters) > 100
    assert played.clusters == sorted(played.clusters, key=int)


def test_purchases_are_what_tells_of_purchases(storage: Path) -> None:
    found = rows(v.valued(v.JOURNEY, storage))
    best = max(found.values(), key=lambda row: row["value"])
    assert (best["asset_id"], best["status"], best["unit"]) == ("landing.transactions", "valued", "USD/week")
    assert best["share"] > 0.5 and best["ci_low"] > 0
    assert sum(row["share"] for row in found.values()) == pytest.approx(1, rel=1e-6)


def test_every_asset_has_a_row_and_what_is_no_player_a_reason(storage: Path) -> None:
    night = v.valued(v.CREDIT, storage)
    found = rows(night)
    assert sorted(found) == [f"landing.applications.{group}" for group in ("account", "history", "loan", "outcome", "person")]
    outcome = found["landing.applications.outcome"]
    assert (outcome["value"], outcome["status"]) == (None, "unvalued")
    assert outcome["reason"] == "it holds the outcomes of default_risk, which are no player"
    assert outcome["unit"] == f"DEM/{len(payoffs(night).clusters)} customers"


def column_rows(night: v.Valued) -> list[dict[str, Any]]:
    where = night.begun.night
    ref = open_store().get(COLUMN_VALUES, where.platform, where.partition, v.CASES[where.platform])
    return COLUMN_VALUES.conform(open_store().read(ref)).to_pylist()


@BOTH
def test_columns_add_up_to_their_assets(platform: str, storage: Path) -> None:
    night = v.valued(platform, storage)
    found, columns = rows(night), column_rows(night)
    assert len({(row["asset_id"], row["column"]) for row in columns}) == len(columns)
    for asset, row in found.items():
        own = [column for column in columns if column["asset_id"] == asset]
        valued = [column for column in own if column["value"] is not None]
        if row["value"] is None:
            assert own and not valued and {column["reason"] for column in own} == {"its asset isn't valued"}
        else:
            assert math.fsum(column["value"] for column in valued) == pytest.approx(row["value"], rel=1e-9, abs=1e-9)
            assert all(column["ci_low"] <= column["ci_high"] for column in valued)


def test_keys_are_worth_what_rows_are_and_have_no_value_of_their_own(storage: Path) -> None:
    columns = {row["column"]: row for row in column_rows(v.valued(v.JOURNEY, storage))
               if row["asset_id"] == "landing.transactions"}
    assert columns["(rows and keys)"]["value"] is not None and columns["sales_value"]["value"] is not None
    assert columns["transaction_timestamp"]["value"] is None
    assert "part of (rows and keys)" in columns["transaction_timestamp"]["reason"]


def test_a_copy_of_a_table_shares_its_value_and_changes_no_other(storage: Path, small_landing: Path, tmp_path: Path,
                                                               monkeypatch: pytest.MonkeyPatch) -> None:
    before = rows(v.valued(v.JOURNEY, storage))
    shutil.copytree(small_landing / v.JOURNEY, tmp_path / "landing" / v.JOURNEY)
    shutil.copytree(small_landing / v.JOURNEY / "products", tmp_path / "landing" / v.JOURNEY / "products_old")
    monkeypatch.setenv("ASSAY_LANDING", str(tmp_path / "landing"))
    shutil.copytree(storage / v.JOURNEY, tmp_path / "storage" / v.JOURNEY)
    monkeypatch.setenv("ASSAY_STORAGE", (tmp_path / "storage").as_uri())
    night = v.finish(v.begin(v.JOURNEY, v.PARTITIONS[v.JOURNEY]))
    after = rows(night)
    both = [after.pop(f"landing.products{end}") for end in ("", "_old")]
    original = before.pop("landing.products")
    for row in both:
        assert row["value"] == pytest.approx(original["value"] / 2, rel=1e-9)
        assert row["removal_loss"] == 0.0 and row["reason"].endswith(
            "one of 2 copies, landing.products and landing.products_old, which share what they are worth")
    assert after == before
    columns = [row for row in column_rows(night) if row["asset_id"] == "landing.products_old" and row["value"] is not None]
    assert math.fsum(row["value"] for row in columns) == pytest.approx(original["value"] / 2, rel=1e-9)


def test_an_audit_trains_again_without_the_assets_at_both_ends(storage: Path) -> None:
    night = v.valued(v.CREDIT, storage)
    found, (case,) = rows(night), audit(night.begun.night, night.features, night.models, night.values)
    table = MODEL_METRICS.conform(open_store().read(case.ref)).to_pylist()
    played = payoffs(night)
    assert {row["model"] for row in table} == {f"without {asset}" for asset in played.players}  # four: two at each end
    for asset in played.players:
        own = {row["metric"]: row["value"] for row in table if row["model"] == f"without {asset}"}
        assert own["removal_loss_masked"] == pytest.approx(found[asset]["removal_loss"], rel=1e-6)
        assert own["payoff_masked"] == pytest.approx(played.without(asset).sum(), rel=1e-6)
        assert own["difference_ci_low"] <= own["difference"] <= own["difference_ci_high"]
        assert own["payoff_retrained"] != own["payoff_masked"]
    assert audit(night.begun.night, night.features, night.models, night.values) == [case]


@BOTH
def test_a_second_run_makes_nothing_again(platform: str, storage: Path) -> None:
    night = v.valued(platform, storage)
    before = v.manifests(storage)
    assert value(night.begun.night, night.features, night.models, night.begun.classified) == night.values
    assert v.manifests(storage) == before


def fewer_places(manifest: dict[str, Any]) -> None:
    manifest["use_cases"][0]["payoff"]["margin"] = 0.5


def test_another_margin_needs_no_other_model_and_is_worth_its_ratio(storage: Path, tmp_path: Path,
                                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    night = v.valued(v.JOURNEY, storage)
    before = rows(night)
    v.other_manifest(v.JOURNEY, fewer_places, tmp_path, monkeypatch, storage=storage)
    after = v.finish(night.begun)
    assert (after.features, after.models, after.embeddings) == (night.features, night.models, night.embeddings)
    assert after.values != night.values
    for asset, row in rows(after).items():
        assert row["value"] == pytest.approx(2 * before[asset]["value"], rel=1e-6, abs=1e-9)


def only_account_and_person(manifest: dict[str, Any]) -> None:
    (case,) = manifest["use_cases"]
    groups = ["landing.applications.account", "landing.applications.person"]
    manifest["use_cases"] = [case | {"assets": groups}, case | {"name": "misspelt", "assets": ["landing.people"]}]


def test_a_use_case_that_stopped_leaves_the_other_valued_and_says_why(storage: Path, tmp_path: Path,
                                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    v.other_manifest(v.CREDIT, only_account_and_person, tmp_path, monkeypatch)
    found = v.finish(v.begin(v.CREDIT, None))
    good, stopped = found.values
    assert (stopped.use_case, stopped.ref) == ("misspelt", None)
    assert "asset 'landing.people' is not among the assets found" in stopped.reason
    assert {refs[1].reason for refs in (found.features, found.models, found.embeddings)} == {stopped.reason}
    table = {row["asset_id"]: row for row in open_store().read(good.ref).to_pylist()}
    assert [asset for asset, row in table.items() if row["status"] != "unvalued"] == [
        "landing.applications.account", "landing.applications.person"]
    assert table["landing.applications.loan"]["reason"] == "default_risk doesn't use it"


def test_a_use_case_without_a_model_hands_its_reason_on(storage: Path) -> None:
    night = v.valued(v.JOURNEY, storage)
    stopped = [CaseRef(v.CASES[v.JOURNEY], None, "one class")]
    assert value(night.begun.night, night.features, stopped, night.begun.classified) == stopped
