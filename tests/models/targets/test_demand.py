from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models import builders as b

from assay.models.metrics import coverage, pinball
from assay.models.rows import Rows
from assay.models.runtime import prepare_tensorflow
from assay.models.store import OutcomeModel, from_files, identity, to_files
from assay.models.targets import PURCHASE, Demand, Seen, target_from_json, target_to_json
from assay.models.targets.demand import LEVELS, Shifts
from assay.models.train import calibrated, fit, run

TARGET = Demand.deciding_by(0.6)
NOTHING_SEEN = Seen(np.zeros((0, 6), np.float32), np.zeros(0), np.zeros(0), 0)


def of_visits(users: int, seed: int, codes=None) -> tuple[tuple, Rows]:
    """Every drug is asked for as often as the patient came, by chance; the other tables say nothing of it."""
    features, _ = b.clinic(users, seed=seed)
    came = features.things["user"].column("clinic.visits|user.rows").fill_null(0).to_numpy()
    amount = np.random.default_rng(seed).poisson(came[features.rows.column("user").to_numpy()]).astype(np.float32)
    codes, rows = b.rows(features, (amount > 0).astype(np.float32), codes)
    return codes, replace(rows, amount=amount)


@pytest.fixture(scope="module")
def trained() -> tuple[OutcomeModel, Rows]:
    prepare_tensorflow()
    codes, rows = of_visits(300, 1)
    _, valid = of_visits(200, 2, codes)
    train = b.spooled(rows)
    network = fit(codes, b.PLAYERS, train, valid, replace(b.SIZE, steps=150), 7, target=TARGET)
    return OutcomeModel(network, codes, calibrated(network, train, valid, 1, TARGET), b.PLAYERS, target=TARGET), rows


def test_the_level_that_decides_is_one_of_the_levels() -> None:
    assert (TARGET.levels, TARGET.decides) == ((0.1, 0.25, 0.5, 0.6, 0.75, 0.9), 3)
    assert Demand.deciding_by(0.5) == Demand(LEVELS, 2)
    assert target_from_json(target_to_json(TARGET)) == TARGET and target_from_json(target_to_json(PURCHASE)) == PURCHASE


def test_numbers_become_quantities_by_hand() -> None:
    """The second shift lets two levels cross: the upper one stays where the lower one is. Nobody asks for less than nothing."""
    shifts = Shifts((0.0, -1.0, 0.5), 1)
    out = np.log1p(np.array([[1.0, 2.0, 3.0], [0.5, 9.0, 9.0]]))
    found = shifts.quantiles(out)
    assert found == pytest.approx(np.array([[1.0, 1.0, 4 * math.exp(0.5) - 1], [0.5, 10 / math.e - 1, 10 * math.exp(0.5) - 1]]))
    assert shifts.quantiles(np.full((1, 3), -5.0)).tolist() == [[0.0, 0.0, 0.0]]
    assert shifts.predict(out[None]).quantity == pytest.approx(found[None, :, 1])
    assert np.isnan(shifts.told(out)[0]).all() and shifts.shift == -1.0


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.floats(0.02, 0.98))
def test_what_is_calibrated_keeps_its_promise_and_no_other_shift_has_a_smaller_loss(seed: int, level: float) -> None:
    rng = np.random.default_rng(seed)
    target = Demand((level,), 0)
    amount = rng.gamma(2, 3, 120).astype(np.float32)
    out = rng.normal(1, 0.5, (120, 1)).astype(np.float32)
    rows = Rows(None, np.ones(120), amount, np.ones(120, np.float32))  # type: ignore[arg-type]
    (shift,) = target.calibrate(out, rows, NOTHING_SEEN).shifts
    logs, out = np.log1p(amount.astype(np.float64)), out.astype(np.float64)
    assert coverage(logs, out + shift + 1e-9)[0] == pytest.approx(level, abs=1 / 120)
    best = pinball(logs, out + shift, [level], rows.weight)[0]
    assert all(best <= pinball(logs, out + other, [level], rows.weight)[0] + 1e-9 for other in np.linspace(-3, 3, 61))


def test_returns_count_as_no_demand() -> None:
    rows = Rows(None, np.ones(3), np.array([-4.0, 0.0, 2.0], np.float32), np.ones(3, np.float32))  # type: ignore[arg-type]
    zeros = replace(rows, amount=np.array([0.0, 0.0, 2.0], np.float32))
    said = np.ones((3, 6))
    assert TARGET.scores(rows, said) == TARGET.scores(zeros, said)
    assert np.array_equal(TARGET.constant(rows), TARGET.constant(zeros))
    out = np.zeros((3, 6), np.float32)
    assert TARGET.calibrate(out, rows, NOTHING_SEEN) == TARGET.calibrate(out, zeros, NOTHING_SEEN)
    assert TARGET.validation_loss(out, rows) == TARGET.validation_loss(out, zeros)


def test_scores_by_hand() -> None:
    """One unit too little at 0.9 costs 0.9, one too much 0.1; half of what came is no more than what was said."""
    target = Demand((0.5, 0.9), 1)
    rows = Rows(None, np.ones(2), np.array([1.0, 3.0], np.float32), np.ones(2, np.float32))  # type: ignore[arg-type]
    found = target.scores(rows, np.array([[1.0, 2.0], [1.0, 2.0]]))
    assert found == pytest.approx({"pinball": 0.5, "miscoverage": 0.2, "mean": 2.0, "rows": 2.0, "pinball_p50": 0.5,
                                   "below_p50": 0.5, "pinball_p90": 0.5, "below_p90": 0.5})
    assert target.constant(rows).tolist() == [[1.0, 3.0]] * 2


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 2**31 - 1))
def test_quantiles_never_cross_whatever_the_weights(seed: int) -> None:
    from assay.models.outcome import build_network

    prepare_tensorflow()
    codes, rows = of_visits(20, 3)
    network = b.stirred(build_network(codes, b.SIZE, TARGET), seed)
    visible = (np.random.default_rng(seed).random((len(rows.y), len(codes))) < 0.5).astype(np.float32)
    out = run(network, rows.encoded, visible)
    assert out.shape == (len(rows.y), 6) and (np.diff(out, axis=1) >= 0).all() and np.ptp(out) > 0


@pytest.mark.slow
def test_training_finds_who_asks_for_much_and_says_the_base_rate_without_any_table(trained) -> None:
    model, rows = trained
    _, later = of_visits(200, 4, model.codes)
    everything, nothing = (run(model.network, later.encoded, np.full((1, 4), seen, np.float32)) for seen in (1, 0))
    found, constant = (TARGET.scores(later, TARGET.said(model.calibration, out)) for out in (everything, nothing))
    assert found["pinball"] < 0.8 * TARGET.scores(later, TARGET.constant(later))["pinball"]
    assert found["miscoverage"] < 0.1  # many demands are alike: more than promised lies on a quantile
    assert np.ptp(nothing, axis=0).max() == 0
    assert constant["pinball"] == pytest.approx(TARGET.scores(later, TARGET.constant(rows)[:len(later.y)])["pinball"], rel=0.1)


@pytest.mark.slow
def test_what_is_loaded_predicts_what_was_saved(trained) -> None:
    model, rows = trained
    loaded = from_files(to_files(model).__getitem__)
    assert (loaded.target, loaded.calibration, identity(loaded)) == (model.target, model.calibration, identity(model))
    ours, theirs = (run(of.network, rows.encoded, np.ones((1, 4), np.float32)) for of in (model, loaded))
    assert theirs == pytest.approx(ours, abs=1e-6)
    assert identity(replace(model, target=Demand(TARGET.levels, 2))) != identity(model)
