"""Masked answers and explanations of a model that predicts quantiles."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc
import pytest
from tests.models import builders as b
from tests.valuation.builders import play

from assay.models.encoding import learn_codes
from assay.models.outcome import build_network, token_visibility
from assay.models.runtime import prepare_tensorflow
from assay.models.store import OutcomeModel
from assay.models.targets import Demand
from assay.models.targets.demand import Shifts
from assay.models.train import run
from assay.valuation.contributions import contributions
from assay.valuation.explain import explain
from assay.valuation.masked import masked_model
from assay.valuation.payoffs import Newsvendor

FEATURES, HAPPENED = b.clinic(20, 6, seed=3)
TARGET = Demand.deciding_by(0.6)
SHIFTS = Shifts((0.1, -0.4, 0.0, 0.2, 0.3, -0.2), TARGET.decides)


@pytest.fixture(scope="module")
def model() -> OutcomeModel:
    prepare_tensorflow()
    codes = learn_codes([b.clinic()[0]])
    return OutcomeModel(b.stirred(build_network(codes, b.SIZE, TARGET)), codes, SHIFTS, b.PLAYERS, target=TARGET)


def under(model: OutcomeModel, coalition: np.ndarray) -> np.ndarray:
    visible = token_visibility(model.codes, coalition[None], b.PLAYERS)
    return run(model.network, model.encode(FEATURES), visible)


def test_each_coalition_is_told_the_quantile_by_which_is_decided(model: OutcomeModel) -> None:
    encoded, coalitions = model.encode(FEATURES), b.every_coalition()
    found = masked_model(model, encoded).predict(coalitions, np.arange(len(encoded)))
    for n, coalition in enumerate(coalitions):
        expected = SHIFTS.quantiles(under(model, coalition))
        assert found.quantity[n] == pytest.approx(expected[:, TARGET.decides], rel=1e-4, abs=1e-5)
    assert np.ptp(found.quantity[0]) == 0 < np.ptp(found.quantity[-1])


def test_without_any_asset_one_constant_quantity_is_stocked(model: OutcomeModel) -> None:
    encoded, price, demand = model.encode(FEATURES), np.full(120, 2.0), 3 * HAPPENED
    payoff = Newsvendor(np.arange(120), price, demand, margin=0.3, holding=0.1, spoilage=0.1)
    money = play(masked_model(model, encoded), payoff, b.PLAYERS, {}, {}, len(encoded))
    constant = SHIFTS.quantiles(under(model, np.zeros(3, np.int8)))[0, TARGET.decides]
    sold = np.minimum(demand, constant)
    assert money[0] == pytest.approx(2 * (0.3 * sold - 0.2 * (constant - sold)), abs=1e-4)


def test_contributions_add_up_to_what_the_logarithm_gains(model: OutcomeModel) -> None:
    encoded = model.encode(FEATURES)
    found = contributions(model, encoded, np.arange(len(encoded)))
    nothing, everything = (under(model, np.full(3, seen, np.int8))[:, TARGET.decides] for seen in (0, 1))
    assert found.assets.sum(axis=1) == pytest.approx(everything - nothing, abs=1e-4)
    assert found.none == pytest.approx(nothing + SHIFTS.shift, abs=1e-5)
    for n, player in enumerate(model.players):
        own = [asset == player for asset, _ in found.names]
        assert found.columns[:, own].sum(axis=1) == pytest.approx(found.assets[:, n], abs=1e-6)


def test_explanations_tell_the_quantity_and_no_probability(model: OutcomeModel) -> None:
    encoded = model.encode(FEATURES)
    table = explain(model, FEATURES, encoded, top_k=None, seed=1)
    assert table.column("probability").null_count == table.num_rows
    single = table.filter(pc.is_valid(table.column("key")))
    expected = SHIFTS.quantiles(under(model, np.ones(3, np.int8)))[:, TARGET.decides]
    assert sorted(set(single.column("amount").to_pylist())) == pytest.approx(sorted(set(expected)), rel=1e-4, abs=1e-5)
