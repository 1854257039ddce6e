from __future__ import annotations

import numpy as np
import pytest
from tests.models import builders as b

from assay.models.calibration import Calibration
from assay.models.metrics import auc
from assay.models.outcome import token_visibility
from assay.models.runtime import prepare_tensorflow
from assay.models.store import OutcomeModel, identity
from assay.models.train import draw_coalitions, fit, run


@pytest.mark.parametrize("whole", [0.5, 0.75])
def test_coalitions_are_drawn_by_size_then_by_members(whole: float) -> None:
    """A share sees all; of the others each of the sizes 0..4 is as frequent, and each member is in half of them."""
    drawn = draw_coalitions(60_000, 4, whole, np.random.default_rng(3))
    assert drawn.dtype == np.float32 and set(np.unique(drawn)) == {0.0, 1.0}
    sizes = np.bincount(drawn.sum(axis=1).astype(int), minlength=5) / len(drawn)
    assert sizes == pytest.approx([(1 - whole) / 5] * 4 + [whole + (1 - whole) / 5], abs=0.01)
    masked = drawn[drawn.sum(axis=1) < 4]
    assert masked.mean(axis=0) == pytest.approx([masked.mean()] * 4, abs=0.02)
    pairs = drawn[drawn.sum(axis=1) == 2]
    _, counts = np.unique(pairs, axis=0, return_counts=True)
    assert len(counts) == 6 and counts / len(pairs) == pytest.approx([1 / 6] * 6, abs=0.02)


@pytest.fixture(scope="module")
def trained():
    prepare_tensorflow()
    codes, rows, valid = b.trainable()
    return codes, rows, valid, fit(codes, b.PLAYERS, b.spooled(rows), valid, b.SIZE, seed=7)


def fingerprint(network, codes) -> str:
    return identity(OutcomeModel(network, codes, Calibration(1, 0), b.PLAYERS))


@pytest.mark.slow
def test_equal_seeds_give_equal_weights(trained) -> None:
    codes, rows, valid, network = trained
    again = fit(codes, b.PLAYERS, b.spooled(rows), valid, b.SIZE, seed=7)
    assert fingerprint(again, codes) == fingerprint(network, codes)
    other = fit(codes, b.PLAYERS, b.spooled(rows), valid, b.SIZE, seed=8)
    assert fingerprint(other, codes) != fingerprint(network, codes)


@pytest.mark.slow
def test_training_finds_the_signal_in_the_tables_that_have_it(trained) -> None:
    codes, _, valid, network = trained

    def score(*assets: str) -> float:
        coalition = np.array([[asset in assets for asset in b.PLAYERS]])
        return auc(valid.y, run(network, valid.encoded, token_visibility(codes, coalition, b.PLAYERS))[:, 0])

    everything = score(*b.PLAYERS)
    assert everything > 0.8
    assert score() == 0.5
    assert score("clinic.visits") > score("clinic.weather") + 0.15
    assert abs(score("clinic.weather") - 0.5) < 0.1


@pytest.mark.slow
def test_the_amount_is_learned_where_the_outcome_happened(trained) -> None:
    _, _, valid, network = trained
    out = run(network, valid.encoded, np.ones((1, 4), np.float32))
    assert np.median(np.exp(out[valid.y > 0, 1])) == pytest.approx(5, rel=0.3)


@pytest.mark.slow
def test_without_any_table_the_model_says_the_base_rate(trained) -> None:
    _, rows, valid, network = trained
    out = run(network, valid.encoded, np.zeros((1, 4), np.float32))
    assert np.ptp(out[:, 0]) == 0
    assert 1 / (1 + np.exp(-out[0, 0])) == pytest.approx(rows.y.mean(), abs=0.1)
