from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.models.calibration import Calibration, at_level, calibrate, with_amounts
from assay.models.metrics import calibration_error, log_loss


def outcomes(true_logits: np.ndarray, seed: int = 0) -> np.ndarray:
    return (np.random.default_rng(seed).random(len(true_logits)) < 1 / (1 + np.exp(-true_logits))).astype(np.float32)


def test_probability_is_the_logistic_of_the_scaled_logit() -> None:
    found = Calibration(2.0, -1.0).probability(np.array([0.5, 1.0, -300, 400], np.float32))
    assert found[:2] == pytest.approx([0.5, 1 / (1 + np.exp(-1))])
    assert found.dtype == np.float64 and 0 < found[2] < 1e-100 and found[3] == 1.0


def test_a_shifted_and_stretched_logit_is_mended() -> None:
    true = np.random.default_rng(1).normal(-1, 1.5, 40_000)
    said = ((true + 2.0) * 2).astype(np.float32)
    y = outcomes(true)
    found = calibrate(said, y)
    assert (found.scale, found.shift) == pytest.approx((0.5, -2.0), abs=0.06)
    before, after = Calibration(1, 0).probability(said), found.probability(said)
    assert log_loss(y, after) < log_loss(y, before) - 0.2
    assert calibration_error(y, after) < 0.01 < calibration_error(y, before)


def test_what_is_calibrated_already_stays() -> None:
    true = np.random.default_rng(2).normal(-2, 1, 40_000)
    found = calibrate(true, outcomes(true))
    assert (found.scale, found.shift) == pytest.approx((1, 0), abs=0.06)


@pytest.mark.parametrize("y", [np.zeros(50), np.ones(50)])
def test_one_class_gives_a_finite_calibration(y: np.ndarray) -> None:
    found = calibrate(np.linspace(-2, 2, 50), y)
    assert np.isfinite([found.scale, found.shift]).all()
    assert (found.probability(np.array([0.0]))[0] > 0.5) == bool(y[0])


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.floats(-3, 3), st.floats(0.1, 3), st.integers(20, 400))
def test_calibration_is_monotone_and_never_hurts_on_its_own_window(seed: int, shift: float, scale: float, rows: int) -> None:
    true = np.random.default_rng(seed).normal(-1, 1.5, rows)
    said, y = scale * true + shift, outcomes(true, seed)
    found = calibrate(said, y)
    ordered = found.probability(np.sort(said))
    assert (np.diff(ordered) >= 0).all() and found.scale > 0
    assert log_loss(y, found.probability(said)) <= log_loss(y, Calibration(1, 0).probability(said)) + 1e-3


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_an_inverted_model_keeps_its_order_and_gets_the_base_rate(seed: int) -> None:
    true = np.random.default_rng(seed).normal(-1, 2, 300)
    y = outcomes(true, seed)
    found = calibrate(3 - true, y)
    assert found.scale > 0
    assert found.probability(3 - true).mean() == pytest.approx(y.mean(), abs=1e-3)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.floats(0.05, 20), st.floats(-20, 20))
def test_the_mean_probability_is_the_base_rate_however_far_off_the_logits_are(seed: int, scale: float, shift: float) -> None:
    true = np.random.default_rng(seed).normal(-1, 1.5, 500)
    y = outcomes(true, seed)
    said = scale * true + shift
    assert calibrate(said, y).probability(said).mean() == pytest.approx(y.mean(), abs=2e-3)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.floats(0.3, 3), st.floats(-2, 2))
def test_the_level_is_that_of_the_rows_given_and_the_spread_stays(seed: int, scale: float, shift: float) -> None:
    rng = np.random.default_rng(seed)
    logits, weight = rng.normal(-2, 1, 2000), rng.uniform(0.5, 6, 2000)
    y = outcomes(logits, seed)
    found = at_level(Calibration(scale, shift), logits, y, weight)
    assert found.scale == scale
    assert np.average(found.probability(logits), weights=weight) == pytest.approx(np.average(y, weights=weight), rel=1e-3)


def amounts(true: np.ndarray, seed: int = 0) -> np.ndarray:
    """Skewed amounts of these means."""
    return true * np.random.default_rng(seed).exponential(1.0, len(true))


def test_amounts_that_lie_too_close_to_their_mean_are_stretched() -> None:
    log = np.random.default_rng(3).normal(1.0, 0.8, 40_000)
    came = amounts(np.exp(log))
    said = 0.7 * log + 0.1
    found = with_amounts(Calibration(2.0, -1.0), said, came)
    assert (found.scale, found.shift) == (2.0, -1.0)
    assert found.amount_scale == pytest.approx(1 / 0.7, rel=0.05)
    assert found.amount(said).mean() == pytest.approx(came.mean(), rel=0.01)
    top = said > np.quantile(said, 0.9)
    assert found.amount(said)[top].mean() == pytest.approx(came[top].mean(), rel=0.05)
    assert np.exp(said)[top].mean() < 0.8 * came[top].mean()


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.floats(1e-3, 1e4))
def test_the_currency_of_amounts_changes_nothing(seed: int, factor: float) -> None:
    log = np.random.default_rng(seed).normal(0, 1, 300)
    came = amounts(np.exp(log), seed)
    once, abroad = with_amounts(Calibration(1, 0), log, came), log + np.log(factor)
    other = with_amounts(Calibration(1, 0), abroad, factor * came)
    assert other.amount(abroad) == pytest.approx(factor * once.amount(log), rel=1e-6)


@pytest.mark.parametrize("came", [[], [0.0, 0.0], [-3.0]])
def test_without_any_amount_they_stay_as_they_are(came: list[float]) -> None:
    found = with_amounts(Calibration(1, 0, 3.0, 2.0), np.zeros(len(came)), np.array(came))
    assert (found.amount_scale, found.amount_shift) == (1.0, 0.0)


def test_few_outcomes_move_amounts_little_and_never_turn_them_round() -> None:
    few = with_amounts(Calibration(1, 0), np.array([0.0, 1.0]), np.array([9.0, 0.1]))
    assert 0 < few.amount_scale < 1 and few.amount(np.array([0.5]))[0] < 2
    many = with_amounts(Calibration(1, 0), np.linspace(0, 3, 900), np.linspace(20, 1, 900))
    assert many.amount_scale > 0 and np.isfinite(many.amount(np.array([-1e6, 1e6]))).all()
