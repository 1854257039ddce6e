from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest
from tests.models import builders as b
from tests.valuation import builders as vb

from assay.contracts.schemas import EXPLANATIONS
from assay.features.table import FeatureTables
from assay.models.calibration import Calibration
from assay.models.encoding import learn_codes
from assay.models.runtime import prepare_tensorflow
from assay.models.store import OutcomeModel
from assay.models.train import fit, run
from assay.valuation import explain as module
from assay.valuation.explain import explain

FEATURES = b.clinic(70, 6, seed=3)[0]


@pytest.fixture(scope="module")
def model() -> OutcomeModel:
    codes = learn_codes([b.clinic()[0]])
    return OutcomeModel(b.network(codes), codes, Calibration(0.8, -0.3), b.PLAYERS)


def explained(model: OutcomeModel, features: FeatureTables = FEATURES, top_k: int | None = 4, seed: int = 5) -> list[dict]:
    table = explain(model, features, model.encode(features), top_k=top_k, seed=seed)
    return EXPLANATIONS.conform(table.append_column("use_case", pa.repeat("x", table.num_rows))).to_pylist()


def expected_sales(model: OutcomeModel, features: FeatureTables) -> dict[tuple[str, str], float]:
    out = run(model.network, model.encode(features), np.ones((1, len(model.codes)), np.float32))
    sales = model.calibration.probability(out[:, 0]) * np.exp(out[:, 1])
    return {(str(row["user"]), str(row["item"])): value
            for row, value in zip(features.rows.select(["user", "item"]).to_pylist(), sales, strict=True)}


@pytest.mark.parametrize(("top_k", "each"), [(4, 4), (9, 6), (30, 6)])
def test_predictions_are_those_of_what_some_users_would_be_shown(model: OutcomeModel, top_k: int, each: int) -> None:
    keys = {tuple(json.loads(row["key"]).values()) for row in explained(model, top_k=top_k) if row["key"]}
    users = {user for user, _ in keys}
    assert len(users) == 200 // min(top_k, 10) and len(keys) == each * len(users) <= 200
    sales = expected_sales(model, FEATURES)
    for user in users:
        own = sorted((value for (who, _), value in sales.items() if who == user), reverse=True)[:each]
        assert sorted((sales[key] for key in keys if key[0] == user), reverse=True) == pytest.approx(own, rel=1e-3)


def test_where_nothing_is_shown_entities_are_drawn(model: OutcomeModel) -> None:
    keys = {row["key"] for row in explained(model, top_k=None) if row["key"]}
    assert len(keys) == 200 and set(json.loads(min(keys))) == {"user", "item"}
    few = b.clinic(5, 2)[0]
    assert len({row["key"] for row in explained(model, few, top_k=None) if row["key"]}) == 10


def test_a_prediction_is_the_sum_of_its_parts(model: OutcomeModel) -> None:
    rows = explained(model)
    none = None
    for key in {row["key"] for row in rows} - {None}:
        own = [row for row in rows if row["key"] == key]
        assert len({(row["probability"], row["amount"]) for row in own}) == 1
        assets = {row["asset_id"]: row["contribution"] for row in own if row["column"] is None}
        assert tuple(sorted(assets)) == b.PLAYERS
        for asset, contribution in assets.items():
            columns = [row["contribution"] for row in own if row["asset_id"] == asset and row["column"]]
            assert sum(columns) == pytest.approx(contribution, abs=1e-9)
        odds = own[0]["probability"] / (1 - own[0]["probability"])
        none = none or np.log(odds) - sum(assets.values())
        assert np.log(odds) - sum(assets.values()) == pytest.approx(none, abs=1e-4)


def test_importance_is_the_mean_size_of_contributions(model: OutcomeModel) -> None:
    """Where every row is explained one by one and in the sample, too."""
    rows = explained(model, b.clinic(20, 6)[0], top_k=None)
    sizes: dict[tuple, list[float]] = {}
    for row in rows:
        if row["key"]:
            sizes.setdefault((row["asset_id"], row["column"]), []).append(abs(row["contribution"]))
    importance = {(row["asset_id"], row["column"]): row for row in rows if row["key"] is None}
    assert importance.keys() == sizes.keys() and {len(own) for own in sizes.values()} == {120}
    for name, row in importance.items():
        assert row["contribution"] == pytest.approx(np.mean(sizes[name]), abs=1e-6)
        assert row["probability"] is None and row["amount"] is None


def test_rows_are_sorted_and_unique(model: OutcomeModel) -> None:
    keys = [(row["key"] or "", row["asset_id"], row["column"] or "") for row in explained(model)]
    assert keys == sorted(set(keys)) and keys[0] == ("", "clinic.patients", "")


def test_equal_runs_give_equal_tables_and_the_seed_draws_the_users(model: OutcomeModel) -> None:
    one, two, other = (explain(model, FEATURES, model.encode(FEATURES), top_k=4, seed=seed) for seed in (5, 5, 6))
    assert one.equals(two) and not one.equals(other)
    assert one.column("key").unique() != other.column("key").unique()


def test_the_sample_of_all_rows_is_bounded(model: OutcomeModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SAMPLE", 50)
    found = {(row["asset_id"], row["column"]): row["contribution"] for row in explained(model) if row["key"] is None}
    monkeypatch.undo()
    whole = {(row["asset_id"], row["column"]): row["contribution"] for row in explained(model) if row["key"] is None}
    assert found.keys() == whole.keys() and found != whole
    assert [found[asset, None] for asset in b.PLAYERS] == pytest.approx([whole[asset, None] for asset in b.PLAYERS], rel=0.4)


def test_no_contribution_is_nan_where_nothing_is_known(model: OutcomeModel) -> None:
    rows = explained(model, FeatureTables(FEATURES.rows, {}))
    assert np.isfinite([row["contribution"] for row in rows]).all()


def test_a_model_that_foretells_is_explained() -> None:
    model, features = vb.foretelling_clinic()
    rows = explained(model, features, top_k=2)
    assert np.isfinite([row["contribution"] for row in rows]).all()
    assert f"{vb.SEQUENCE.name}|next" in {row["column"] for row in rows if row["asset_id"] == "clinic.visits"}


@pytest.mark.slow
def test_importance_finds_the_planted_signal() -> None:
    """Visits and the patients' ward decide; age, recency, likeness and the weather say nothing."""
    prepare_tensorflow()
    codes, rows, valid = b.trainable()
    later, _ = b.clinic(200, seed=9)
    network = fit(codes, b.PLAYERS, b.spooled(rows), valid, b.SIZE, seed=7)
    found = explained(OutcomeModel(network, codes, Calibration(1, 0), b.PLAYERS), later)
    importance = {(row["asset_id"], row["column"]): row["contribution"] for row in found if row["key"] is None}
    visits, patients, weather = (importance[asset, None] for asset in ("clinic.visits", "clinic.patients", "clinic.weather"))
    assert visits > 2 * patients > 8 * weather
    silent = ("clinic.visits|user.recency", "clinic.patients.age", "clinic.weather|item.rain", f"{b.BOTH.name}.alike")
    noise = max(value for (_, column), value in importance.items() if column in silent)
    assert importance["clinic.visits", "clinic.visits|user.rows"] > 6 * noise
    assert importance["clinic.patients", "clinic.patients.ward"] > 3 * noise
