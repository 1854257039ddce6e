from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.valuation.bootstrap import bootstrap_sums
from assay.valuation.payoffs import CapturedSales, Prediction, Replay
from assay.valuation.payoffs.ranking import chance_shown

HIDDEN = float("nan")


def replay(users: list[str], sales: list[float], propensity: list[float], top_k: int, margin: float = 1.0) -> Replay:
    return Replay(np.array(users, dtype=object), np.array(sales, np.float32), np.array(propensity), top_k=top_k, margin=margin)


def prediction(*scores: list[float]) -> Prediction:
    p = np.array(scores, np.float32).reshape(len(scores), -1)
    return Prediction(p, np.ones_like(p))


def test_a_log_of_two_users_by_hand() -> None:
    """The policy shows a's first two and b's first; logging showed a's first and last, and b's first."""
    game = replay(["a", "a", "a", "b", "b"], [6.0, 9.0, 7.0, 10.0, 0.0], [0.5, HIDDEN, 0.1, 0.25, HIDDEN], top_k=2, margin=0.5)
    rows = np.array([0, 1, 2, 3])
    earned = game.money(prediction([0.9, 0.8, 0.1, 0.7]), rows)
    rate = (6 / 0.5 + 10 / 0.25) * 0.5 / (1 / 0.5 + 1 / 0.25)  # money of a shown place
    each = 3 / (1 / 0.5 + 1 / 0.25)
    assert game.clusters == ["a", "b"]
    assert earned[0] == pytest.approx([2 * rate + (3 - rate) / 0.5 * each, rate + (5 - rate) / 0.25 * each])
    assert earned.sum() == pytest.approx(3 * rate)


def test_a_policy_that_logging_never_agreed_with_earns_nothing() -> None:
    game = replay(["a", "a"], [6.0, 9.0], [HIDDEN, 0.5], top_k=1)
    assert game.money(prediction([0.9, 0.1], [0.1, 0.9]), np.arange(2)).tolist() == [[0.0], [9.0]]
    assert game.money(Prediction(np.zeros((2, 0)), np.zeros((2, 0))), np.zeros(0, int)).tolist() == [[0.0]] * 2


def test_where_everything_is_shown_for_sure_it_is_what_was_sold() -> None:
    """With propensity 1 the sum is that of captured sales, whatever the policy."""
    rng = np.random.default_rng(3)
    users, sales = np.repeat([f"u{n}" for n in range(20)], 6), rng.gamma(1, 5, 120)
    scores, rows = prediction(*rng.random((5, 120))), np.arange(120)
    seen = CapturedSales(users, sales, top_k=2, margin=0.3).money(scores, rows)
    told = Replay(users, sales, np.ones(120), top_k=2, margin=0.3).money(scores, rows)
    assert told.sum(axis=1) == pytest.approx(seen.sum(axis=1))


@pytest.mark.parametrize("wrong", [0.0, -0.2, 1.5, float("inf")])
def test_what_is_no_chance_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match=f"^a propensity is {wrong}: it is a chance, above 0 and at most 1$"):
        replay(["a", "a"], [1.0, 1.0], [0.5, wrong], top_k=1)


def test_scattered_users_are_refused() -> None:
    with pytest.raises(ValueError, match="rows of a user are scattered"):
        replay(["a", "b", "a"], [0.0] * 3, [0.5] * 3, top_k=1)


def logged(users: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Keys, scores, chances of being shown, expected sales if shown, and what a log of one window saw of it."""
    items = 8
    keys = np.repeat([f"u{n:05}" for n in range(users)], items)
    worth = rng.gamma(2, 2, users * items)
    chance = rng.choice([0.1, 0.3, 0.6], users * items)
    scores = worth * rng.gamma(4, 0.25, users * items)  # a policy that knows something
    shown = rng.random(users * items) < chance
    return keys, scores, np.where(shown, chance, np.nan), worth, np.where(shown, rng.poisson(worth), 0)


def test_the_estimate_is_near_the_truth_and_its_interval_covers_it() -> None:
    """Over 200 logs: no bias beyond its standard error, and draws of users spread as logs do."""
    rng, found, spread = np.random.default_rng(11), [], []
    for _ in range(200):
        keys, scores, propensity, worth, sold = logged(150, rng)
        told = prediction(list(scores / scores.max()))
        money = Replay(keys, sold, propensity, top_k=2, margin=1.0).money(told, np.arange(len(keys)))
        truth = (chance_shown(told, np.repeat(np.arange(150), 8), 2)[0] * worth).sum()
        found.append(money.sum() / truth - 1)
        spread.append(bootstrap_sums(money, draws=200, seed=1).std() / truth)
    error = np.std(found) / np.sqrt(len(found))
    assert abs(np.mean(found)) < 3 * error + 0.002  # a ratio is biased by its variance over the number of users
    assert np.mean(np.abs(found) < 1.96 * np.array(spread)) > 0.9


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 1), st.integers(1, 9))
def test_money_of_users_sums_to_the_ratio_times_the_places(seed: int, margin: float, top_k: int) -> None:
    keys, scores, propensity, _, sold = logged(9, np.random.default_rng(seed))
    told, rows = prediction(list(scores), list(scores[::-1])), np.arange(len(keys))
    shown = chance_shown(told, np.repeat(np.arange(9), 8), top_k)
    weight = np.where(np.isnan(propensity), 0, shown / np.nan_to_num(propensity, nan=1))
    total = weight.sum(axis=1)
    ratio = np.divide((weight * sold).sum(axis=1), total, out=np.zeros(2), where=total > 0)
    earned = Replay(keys, sold, propensity, top_k=top_k, margin=margin).money(told, rows)
    assert earned.sum(axis=1) == pytest.approx(margin * ratio * 9 * min(top_k, 8))


def test_users_move_the_estimate_as_its_derivative_says() -> None:
    """A user who counts a little more moves the estimate by that share of the money that is put down to them."""
    keys, scores, propensity, _, sold = logged(40, np.random.default_rng(5))
    told, user = prediction(list(scores)), np.repeat(np.arange(40), 8)
    earned = Replay(keys, sold, propensity, top_k=2, margin=1.0).money(told, np.arange(320))[0]
    agreed = chance_shown(told, user, 2)[0] * np.nan_to_num(1 / propensity)

    def estimate(counts: np.ndarray) -> float:
        weight = agreed * counts[user]
        return float((weight * sold).sum() / weight.sum() * 2 * counts.sum())

    step = 1e-6
    for n in range(40):
        more = np.ones(40)
        more[n] += step
        assert (estimate(more) - estimate(np.ones(40))) / step == pytest.approx(earned[n], abs=1e-3)
