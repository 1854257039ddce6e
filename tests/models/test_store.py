from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.models import builders as b

from assay.models.calibration import Calibration
from assay.models.encoding import encode, learn_codes
from assay.models.store import FACTS, WEIGHTS, OutcomeModel, from_files, identity, to_files
from assay.models.train import run


@pytest.fixture(scope="module")
def model() -> OutcomeModel:
    codes = learn_codes([b.clinic()[0]])
    return OutcomeModel(b.network(codes), codes, Calibration(0.5, -1.25), b.PLAYERS)


@pytest.fixture(scope="module")
def loaded(model: OutcomeModel) -> OutcomeModel:
    files = to_files(model)
    assert set(files) == {WEIGHTS, FACTS}
    return from_files(files.__getitem__)


def test_what_is_loaded_equals_what_was_saved(model: OutcomeModel, loaded: OutcomeModel) -> None:
    assert (loaded.codes, loaded.calibration, loaded.players) == (model.codes, model.calibration, model.players)
    assert identity(loaded) == identity(model)
    rows = encode(model.codes, b.clinic(30, seed=2)[0])
    for visible in (np.ones((1, 4), np.float32), np.array([[1, 0, 1, 0]], np.float32)):
        assert np.array_equal(run(loaded.network, rows, visible), run(model.network, rows, visible))


def test_a_loaded_model_can_be_saved_again(model: OutcomeModel, loaded: OutcomeModel) -> None:
    files = to_files(loaded)
    assert files[FACTS] == to_files(model)[FACTS]
    assert identity(from_files(files.__getitem__)) == identity(model)


def test_identity_follows_everything_that_predicting_takes(model: OutcomeModel) -> None:
    same = identity(model)
    assert identity(replace(model, calibration=Calibration(0.5, -1.24))) != same
    assert identity(replace(model, codes=model.codes[::-1])) != same
    assert identity(replace(model, players=model.players[:2])) != same
    weights = model.network.get_weights()
    try:
        model.network.set_weights([weights[0] + np.float32(1e-6), *weights[1:]])
        assert identity(model) != same
    finally:
        model.network.set_weights(weights)
    assert identity(model) == same
