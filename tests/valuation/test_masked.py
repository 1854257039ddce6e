from __future__ import annotations

import numpy as np
import pytest
from tests.models import builders as b
from tests.valuation.builders import play

from assay.models.calibration import Calibration
from assay.models.encoding import encode, learn_codes
from assay.models.outcome import token_visibility
from assay.models.store import OutcomeModel
from assay.models.train import run
from assay.valuation import masked
from assay.valuation.masked import masked_model
from assay.valuation.payoffs import CapturedSales

FEATURES, HAPPENED = b.clinic(20, 6, seed=3)
CALIBRATION = Calibration(0.8, -0.3)


@pytest.fixture(scope="module")
def codes():
    return learn_codes([b.clinic()[0]])


@pytest.fixture(scope="module")
def network(codes):
    return b.network(codes)


def asked(network, codes, encoded):
    return masked_model(OutcomeModel(network, codes, CALIBRATION, b.PLAYERS), encoded)


def ask(network, codes, encoded, coalitions, rows=None):
    model = asked(network, codes, encoded)
    return model.predict(coalitions, np.arange(len(encoded)) if rows is None else rows)


def test_it_says_what_the_network_says_under_each_coalition(network, codes) -> None:
    encoded, coalitions = encode(codes, FEATURES), b.every_coalition()
    found = ask(network, codes, encoded, coalitions)
    for n, coalition in enumerate(coalitions):
        out = run(network, encoded, token_visibility(codes, coalition[None], b.PLAYERS))
        assert found.probability[n] == pytest.approx(CALIBRATION.probability(out[:, 0]), abs=1e-5)
        assert found.amount[n] == pytest.approx(np.exp(np.clip(out[:, 1], -20, 20)), rel=1e-4, abs=1e-5)


def test_permuting_the_rows_of_an_asset_outside_the_coalition_changes_no_payoff(network, codes) -> None:
    """v(S) sees S alone: the columns of every token that reads the asset are permuted and turned over."""
    encoded, coalitions = encode(codes, FEATURES), b.every_coalition()
    payoff = CapturedSales(FEATURES.rows.column("user").to_numpy(), 5 * HAPPENED, top_k=2, margin=0.5)
    before = play(asked(network, codes, encoded), payoff, b.PLAYERS, {}, {}, len(encoded))
    for n, asset in enumerate(b.PLAYERS):
        changed = encoded
        for code, columns in zip(codes, b.columns_of(codes), strict=True):
            changed = b.overwritten(changed, *columns) if asset in code.assets else changed
        after = play(asked(network, codes, changed), payoff, b.PLAYERS, {}, {}, len(encoded))
        outside = coalitions[:, n] == 0
        assert np.array_equal(after[outside], before[outside])
        assert not np.array_equal(after[~outside], before[~outside])
        one, two = (ask(network, codes, rows, coalitions) for rows in (encoded, changed))
        assert np.array_equal(one.probability[outside], two.probability[outside])
        assert np.array_equal(one.amount[outside], two.amount[outside])
        assert all((one.probability[~outside] != two.probability[~outside]).any(axis=1))


def test_passes_and_chosen_rows_change_nothing(network, codes, monkeypatch: pytest.MonkeyPatch) -> None:
    encoded, coalitions = encode(codes, FEATURES), b.every_coalition()
    whole = ask(network, codes, encoded, coalitions)
    monkeypatch.setattr(masked, "_CELLS", 40)
    rows = np.array([3, 17, 18, 60, 119])
    part = ask(network, codes, encoded, coalitions[[6, 1, 6]], rows)
    assert part.probability == pytest.approx(whole.probability[[6, 1, 6]][:, rows], abs=1e-5)
    assert part.amount == pytest.approx(whole.amount[[6, 1, 6]][:, rows], rel=1e-4, abs=1e-5)
    assert ask(network, codes, encoded, coalitions, np.zeros(0, int)).probability.shape == (8, 0)


def test_amounts_are_never_negative_nor_out_of_bounds(network, codes) -> None:
    loud = b.network(codes, seed=6)
    loud.set_weights([20 * weight for weight in loud.get_weights()])
    found = ask(loud, codes, encode(codes, FEATURES), b.every_coalition())
    assert np.isfinite(found.amount).all() and found.amount.min() >= 0
    assert ((found.probability >= 0) & (found.probability <= 1)).all()
