"""What a damage changes, on nights that were valued: by the model, on the real window, with the damage done."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.steps import valued as v

from assay.config import load_platform
from assay.contracts.schemas import COALITION_PAYOFFS, VALUES
from assay.errors import ArtifactMissing, AssetUnknown, AssetUnused, ConfigError
from assay.features.damage import Damage
from assay.steps.whatif import Answer, what_if
from assay.storage import open_store
from assay.valuation.table import read_payoffs
from assay.valuation.whatif import Outlook

pytestmark = pytest.mark.slow


@pytest.fixture
def storage(small_environment: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return v.use_storage(small_environment, monkeypatch)


def answer(night: v.Valued, damage: Damage) -> Answer:
    platform = load_platform(night.begun.night.platform)
    (found,) = what_if(platform, damage, night.begun.night.partition, open_store())
    return found


def asked(night: v.Valued, asset: str, **damage: float) -> Outlook:
    found = answer(night, Damage(asset, **damage)).outlook
    assert found is not None
    return found


def worth(night: v.Valued) -> dict[str, dict]:
    store, of = open_store(), night.begun.night
    return {row["asset_id"]: row for row in store.read(store.get(VALUES, of.platform, of.partition,
                                                                 v.CASES[of.platform])).to_pylist()}


@pytest.mark.parametrize("platform", [v.JOURNEY, v.CREDIT])
def test_what_is_removed_costs_its_removal_loss(platform: str, storage: Path) -> None:
    night = v.valued(platform, storage)
    store = open_store()
    played = read_payoffs(store.read(store.get(COALITION_PAYOFFS, platform, night.begun.night.partition, v.CASES[platform])))
    for asset, row in worth(night).items():
        if row["value"] is not None:
            found = asked(night, asset, lost=1.0)
            assert found.earned == pytest.approx(played.gained.sum(), rel=1e-6)
            assert found.change == pytest.approx(-row["removal_loss"], rel=1e-5, abs=1e-4)
            assert found.ci_low <= found.change <= found.ci_high


@pytest.mark.parametrize("asset", ["landing.transactions", "landing.promotions", "landing.products"])
def test_so_late_that_nothing_is_known_is_as_if_removed(asset: str, storage: Path) -> None:
    """One is computed by building the window's tables without the asset, the other by masking it in the published ones."""
    night = v.valued(v.JOURNEY, storage)
    late = answer(night, Damage(asset, late_days=1000))
    assert late.remark == "nothing of it would be known"
    assert late.outlook == asked(night, asset, lost=1.0)


@pytest.mark.parametrize(("platform", "asset", "damage"), [
    (v.JOURNEY, "landing.transactions", {"late_days": 0}), (v.JOURNEY, "landing.promotions", {"lost": 0.0}),
    (v.CREDIT, "landing.applications.account", {"lost": 0.0})])
def test_no_damage_is_no_change_at_all(platform: str, asset: str, damage: dict, storage: Path) -> None:
    found = asked(v.valued(platform, storage), asset, **damage)
    assert (found.change, found.ci_low, found.ci_high) == (0.0, 0.0, 0.0) and found.earned == found.damaged != 0


def test_what_tells_most_costs_most_to_lose(storage: Path) -> None:
    night = v.valued(v.JOURNEY, storage)
    some, most, everything = (asked(night, "landing.transactions", lost=lost) for lost in (0.5, 0.9, 1.0))
    assert everything.change < most.change < some.change and most.ci_high < 0
    credit = v.valued(v.CREDIT, storage)
    assert asked(credit, "landing.applications.account", lost=0.8).change < 0


def test_asking_again_says_the_same_and_publishes_nothing(storage: Path) -> None:
    night = v.valued(v.JOURNEY, storage)
    before = v.manifests(storage)
    assert asked(night, "landing.transactions", lost=0.3) == asked(night, "landing.transactions", lost=0.3)
    assert v.manifests(storage) == before


def test_tables_of_other_code_are_made_again_on_both_sides(storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that nothing but the damage differs: tables that aren't the ones published would be compared with them."""
    night = v.valued(v.JOURNEY, storage)
    made = []
    from assay.features import table

    def counted(*arguments: object) -> object:
        made.append(arguments[-1])
        return build(*arguments)

    build = table.build_window
    monkeypatch.setattr(table, "build_window", counted)
    as_published = asked(night, "landing.products", late_days=7)
    assert len(made) == 1
    monkeypatch.setattr("assay.steps.whatif.MODULES", ("assay.features",))
    assert asked(night, "landing.products", late_days=7) == as_published
    assert made[1:] == [None, Damage("landing.products", late_days=7)]


@pytest.fixture
def noisy(storage: Path, small_landing: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[v.Valued]:
    """The small platform with a table that says something of each household, drawn by lot; and products held twice."""
    source = tmp_path / "landing" / v.JOURNEY
    shutil.copytree(small_landing / v.JOURNEY, source)
    shutil.copytree(source / "products", source / "products_old")
    days = [path for path in sorted((source / "transactions").iterdir()) if path.is_dir()]
    seen = pa.concat_tables([pq.read_table(path, columns=["household_id"], partitioning=None) for path in days])
    households = sorted(set(seen.column("household_id").to_pylist()))
    rng = np.random.default_rng(3)
    (source / "lots").mkdir()
    pq.write_table(pa.table({"household_id": households, "lot": rng.integers(0, 6, len(households)).astype(str),
                             "draw": rng.random(len(households))}), source / "lots" / "part-0.parquet")
    monkeypatch.setenv("ASSAY_LANDING", str(tmp_path / "landing"))
    shutil.copytree(storage / v.JOURNEY, tmp_path / "storage" / v.JOURNEY)
    monkeypatch.setenv("ASSAY_STORAGE", (tmp_path / "storage").as_uri())
    yield v.finish(v.begin(v.JOURNEY, v.PARTITIONS[v.JOURNEY]))


def test_noise_costs_nothing_and_a_copy_stands_in(noisy: v.Valued) -> None:
    assert worth(noisy)["landing.lots"]["value"] is not None  # it is read
    for damage in ({"lost": 0.5}, {"lost": 0.9}):
        found = asked(noisy, "landing.lots", **damage)
        assert abs(found.change) < 0.02 * found.earned and found.ci_low <= 0 <= found.ci_high
    assert asked(noisy, "landing.transactions", lost=0.9).change < -0.1 * found.earned
    copied = answer(noisy, Damage("landing.products", lost=1.0))
    assert copied.outlook is not None and copied.outlook.change == 0.0
    assert copied.remark == "landing.products_old holds the same and stands in for it"
    with pytest.raises(ConfigError, match="no dated partition that could be late in landing.lots: keep dated snapshots of it, "
                                          "or ask with --lose or --remove"):
        asked(noisy, "landing.lots", late_days=3)


def test_bad_input_is_one_sentence(storage: Path) -> None:
    night = v.valued(v.CREDIT, storage)
    with pytest.raises(AssetUnknown, match="did you mean 'landing.applications.loan'"):
        asked(night, "landing.applications.loans", lost=0.5)
    with pytest.raises(AssetUnused, match="asset 'landing.applications.outcome' feeds no use case of german_credit on .* "
                                          r"\(it holds the outcomes of default_risk, which are no player\); name an asset"):
        asked(night, "landing.applications.outcome", lost=0.5)
    with pytest.raises(ArtifactMissing, match="no values of german_credit for 1999-01-01"):
        next(what_if(load_platform(v.CREDIT), Damage("x", lost=0.5), "1999-01-01", open_store()))
