"""Whole trainings, on what data may be like: each ends with a finite model or a clear reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from tests.models import builders as b
from tests.models.test_behaviour import alternating_users

from assay.errors import NotEnoughData
from assay.features.table import FeatureTables
from assay.models.behaviour import states
from assay.models.embeddings import embed
from assay.models.learn import LabelledWindow, Windows, learn, learn_on
from assay.models.runtime import prepare_tensorflow
from assay.models.store import identity, to_files
from assay.models.train import run

Part = tuple[FeatureTables, np.ndarray]


def window(features: FeatureTables, y: np.ndarray) -> LabelledWindow:
    return LabelledWindow(len(y), lambda: [(features, y, 5 * y)])


def windows(train: list[Part], valid: Part, history: dict[str, pa.Table] | None = None) -> Windows:
    prepare_tensorflow()
    return Windows("clinic", [window(*part) for part in train], [window(*valid)], history, 7)


def said(model, features: FeatureTables) -> np.ndarray:
    return run(model.network, model.encode(features), np.ones((1, len(model.codes)), np.float32))


def with_column(features: FeatureTables, name: str, values: pa.Array) -> FeatureTables:
    """The users' column of that name replaced."""
    users = features.things["user"]
    return replace(features, things=features.things | {
        "user": users.set_column(users.column_names.index(name), name, values).replace_schema_metadata(users.schema.metadata)})


@pytest.mark.parametrize("happened", [0.0, 1.0])
def test_outcomes_that_are_all_the_same_teach_nothing(happened: float) -> None:
    features, y = b.clinic(30)
    with pytest.raises(NotEnoughData, match="all 240 training rows have the same outcome; train on more windows or entities"):
        learn(windows([(features, np.full_like(y, happened))], b.clinic(30, seed=1)), b.SIZE, 1)


def test_features_that_never_vary_teach_nothing() -> None:
    features, y = b.clinic(30)
    same = features.take(np.zeros(20, np.int64))
    with pytest.raises(NotEnoughData, match="no feature varies in the training windows"):
        learn(windows([(same, np.arange(20) % 2)], (features, y)), b.SIZE, 1)


@pytest.mark.slow
def test_one_user_is_enough_to_go_on() -> None:
    features, _ = b.clinic(1, 12)
    y = (np.arange(12) % 3 == 0).astype(np.float32)
    model, _ = learn(windows([(features, y)], (features, y)), b.SIZE, 1)
    assert np.isfinite(said(model, features)).all() and np.isfinite(said(model, b.clinic(20)[0])).all()


@pytest.mark.slow
def test_odd_values_later_leave_predictions_finite() -> None:
    """Infinities, words never seen, everything missing, a column that came later, a table that is gone."""
    features, y = b.clinic(60)
    model, _ = learn(windows([(features, y)], b.clinic(40, seed=1)), b.SIZE, 1)
    ward, age = (b.PATIENTS.column(feature) for feature in reversed(b.PATIENTS.features))
    users = features.things["user"]
    odd = [
        with_column(features, age, pa.array([np.inf, -np.inf, np.nan] * 20, pa.float32())),
        with_column(features, age, pa.nulls(60, pa.float32())),
        with_column(features, ward, pa.array(["west"] * 60)),
        with_column(features, ward, pa.nulls(60, pa.string())),
        replace(features, things=features.things | {"user": users.append_column("clinic.patients.new", pa.array(range(60)))}),
        replace(features, things={"item": features.things["item"]}),
    ]
    for later in odd:
        assert np.isfinite(said(model, later)).all()
    assert np.array_equal(said(model, odd[4]), said(model, features))


@pytest.mark.slow
def test_a_model_goes_on_from_its_base_the_same_way_each_time() -> None:
    base, _ = learn(windows([b.clinic(200)], b.clinic(60, seed=1)), b.SIZE, 1)
    files = to_files(base)
    later = windows([b.clinic(150, seed=2)], b.clinic(60, seed=3))
    from assay.models.store import from_files

    first, second = (learn_on(from_files(files.__getitem__), later, b.SIZE, 1)[0] for _ in range(2))
    assert identity(first) == identity(second)
    assert (first.codes, first.players) == (base.codes, base.players)


@pytest.mark.slow
def test_a_night_that_teaches_nothing_leaves_the_base_as_it_is() -> None:
    """Outcomes that are noise make the validation window worse: the weights stay, calibration is the night's own."""
    from assay.models.store import from_files

    base, _ = learn(windows([b.clinic(300)], b.clinic(150, seed=1)), replace(b.SIZE, steps=150), 1)
    files, (features, y) = to_files(base), b.clinic(150, seed=2)
    noise = np.random.default_rng(0).permutation(y)
    after, _ = learn_on(from_files(files.__getitem__), windows([(features, noise)], b.clinic(150, seed=3)), b.SIZE, 1)
    kept = from_files(files.__getitem__)
    assert all(map(np.array_equal, after.network.get_weights(), kept.network.get_weights()))


@pytest.mark.slow
def test_histories_bring_tokens_of_what_users_will_do_next() -> None:
    history = {"user": alternating_users(40), "item": b.table_of((b.GOODS,), {
        "item": ["milk", "bread"], "shop.goods.kind": ["drink", "food"]})}
    model, _ = learn(windows([b.clinic(60)], b.clinic(40, seed=1), history), b.SIZE, 1)
    assert model.behaviour is not None
    assert [(code.name, code.assets) for code in model.codes if code.head is not None] == [
        ("shop.sales|user|sequence|next", ("shop.sales",)),
        ("shop.sales|user|sequence.shop.goods.kind|next", ("shop.goods", "shop.sales"))]
    assert model.players == ("clinic.patients", "clinic.visits", "clinic.weather", "shop.goods", "shop.sales")
    later, _ = b.clinic(20, seed=5)
    assert np.isfinite(said(model, later)).all()
    found = embed(model, later, model.encode(later))
    tokens = [code.keys for code in model.codes if code.head is None]
    own = {role: tokens.count((role,)) * b.SIZE.towers * b.SIZE.token for role in ("user", "item")}
    sizes = {role: {len(row["vector"]) for row in found if row["entity"] == role} for role in own}
    assert sizes == {role: {size + b.SIZE.state} for role, size in own.items()}
    assert np.array_equal(found[0]["vector"][-b.SIZE.state:], states(model.behaviour, later.things["user"])[0])
