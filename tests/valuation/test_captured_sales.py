from __future__ import annotations

from itertools import groupby

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.valuation.payoffs import CapturedSales, Prediction


def payoff(users: list[str], sales: list[float], top_k: int, margin: float = 1.0) -> CapturedSales:
    return CapturedSales(np.array(users, dtype=object), np.array(sales, np.float32), top_k=top_k, margin=margin)


def prediction(*scores: list[float]) -> Prediction:
    """Expected sales: probability as given, every amount 1."""
    p = np.array(scores, np.float32).reshape(len(scores), -1)
    return Prediction(p, np.ones_like(p))


def everything(users: list[str]) -> np.ndarray:
    return np.arange(len(users))


def brute_force(users: list[str], sales: list[float], scores: list[float], rows: list[int], top_k: int) -> dict[str, float]:
    """Rank in plain Python; a tie at the last place is worth its mean over all orders."""
    found = dict.fromkeys(users, 0.0)
    for user, mine in groupby(rows, key=lambda r: users[r]):
        places, total = top_k, 0.0
        by_score = sorted(mine, key=lambda r: -scores[r])
        for _, tied in groupby(by_score, key=lambda r: scores[r]):
            level = list(tied)
            total += min(1, places / len(level)) * sum(sales[r] for r in level)
            places = max(0, places - len(level))
        found[user] = total
    return found


def test_the_margin_on_the_best_two_of_each_user() -> None:
    users, sales = ["a", "a", "a", "b", "b", "b"], [5.0, 7.0, 1.0, 10.0, 20.0, 30.0]
    game = payoff(users, sales, top_k=2, margin=0.25)
    earned = game.money(prediction([0.9, 0.1, 0.5, 0.2, 0.3, 0.4]), everything(users))
    assert game.clusters == ["a", "b"]
    assert earned.tolist() == [[0.25 * 6, 0.25 * 50]]


def test_the_amount_counts_as_much_as_the_probability() -> None:
    game = payoff(["a", "a"], [1.0, 100.0], top_k=1)
    expected = Prediction(np.array([[0.5, 0.1]], np.float32), np.array([[2.0, 50.0]], np.float32))
    assert game.money(expected, np.arange(2)).tolist() == [[100.0]]


def test_ties_are_worth_their_expectation() -> None:
    users = ["a"] * 4
    game = payoff(users, [8.0, 4.0, 2.0, 0.0], top_k=2)
    assert game.money(prediction([0.5] * 4), everything(users)).tolist() == [[7.0]]
    assert game.money(prediction([0.9, 0.5, 0.5, 0.5]), everything(users)).tolist() == [[8 + 2.0]]


def test_the_rounding_noise_of_a_network_is_a_tie() -> None:
    users, level = ["a"] * 3, np.float32(0.3)
    noise = [level, np.nextafter(level, np.float32(1)), np.nextafter(level, np.float32(0))]
    game = payoff(users, [3.0, 6.0, 9.0], top_k=1)
    assert game.money(prediction(noise), everything(users))[0, 0] == pytest.approx(6.0)


def test_a_user_with_fewer_rows_than_places_is_shown_them_all() -> None:
    users = ["a", "b", "b", "b"]
    game = payoff(users, [4.0, 1.0, 2.0, 3.0], top_k=2)
    assert game.money(prediction([0.0, 0.1, 0.2, 0.3]), everything(users)).tolist() == [[4.0, 5.0]]


def test_returns_cost_their_margin() -> None:
    users = ["a", "a"]
    game = payoff(users, [-6.0, 2.0], top_k=1, margin=0.5)
    assert game.money(prediction([0.9, 0.1], [0.1, 0.9]), everything(users)).tolist() == [[-3.0], [1.0]]


def test_a_score_of_minus_zero_is_no_score() -> None:
    game = payoff(["a"] * 20, [1.0] * 19 + [9.0], top_k=1)
    expected = Prediction(np.array([[0.5] * 20], np.float32), np.array([[-0.0] * 19 + [1.0]], np.float32))
    assert game.money(expected, np.arange(20)).tolist() == [[9.0]]


def test_only_rows_that_can_be_found_are_shown() -> None:
    """Users whom no row is found for earn nothing, and keep their place among the clusters."""
    users = ["a", "a", "b", "c", "c"]
    game = payoff(users, [1.0, 2.0, 4.0, 8.0, 16.0], top_k=5)
    rows = np.array([1, 3])
    assert game.money(prediction([0.1, 0.2]), rows).tolist() == [[2.0, 0.0, 8.0]]
    assert game.money(Prediction(np.zeros((2, 0)), np.zeros((2, 0))), np.zeros(0, int)).tolist() == [[0.0] * 3] * 2


def test_scattered_users_are_refused() -> None:
    with pytest.raises(ValueError, match="rows of a user are scattered"):
        payoff(["a", "b", "a"], [0.0] * 3, top_k=1)


def test_nobody_to_decide_about() -> None:
    game = payoff([], [], top_k=3)
    assert game.clusters == []
    assert game.money(Prediction(np.zeros((4, 0)), np.zeros((4, 0))), np.zeros(0, int)).shape == (4, 0)


@st.composite
def rankings(draw: st.DrawFn) -> tuple[list[str], list[float], list[list[float]], list[int], int]:
    counts = draw(st.lists(st.integers(1, 7), min_size=1, max_size=5))
    users = [f"u{n}" for n, count in enumerate(counts) for _ in range(count)]
    rows = len(users)
    # few levels, so that ties are the rule; all are exact in the bits that a score keeps
    level = st.sampled_from([0.0, 0.125, 0.25, 0.5, 0.75, 1.0])
    scores = draw(st.lists(st.lists(level, min_size=rows, max_size=rows), min_size=1, max_size=3))
    sales = draw(st.lists(st.integers(-50, 50).map(float), min_size=rows, max_size=rows))
    reachable = draw(st.lists(st.booleans(), min_size=rows, max_size=rows))
    return users, sales, scores, [n for n in range(rows) if reachable[n]], draw(st.integers(1, 8))


@settings(deadline=None, max_examples=150)
@given(rankings())
def test_money_is_that_of_a_ranking_in_plain_python(drawn) -> None:
    users, sales, scores, rows, top_k = drawn
    game = payoff(users, sales, top_k=top_k, margin=0.4)
    found = game.money(prediction(*[[s[r] for r in rows] for s in scores]), np.array(rows, int))
    for earned, score in zip(found, scores, strict=True):
        expected = brute_force(users, sales, score, rows, top_k)
        assert earned == pytest.approx([0.4 * expected[u] for u in game.clusters], abs=1e-9)


@settings(deadline=None, max_examples=60)
@given(rankings(), st.floats(1e-3, 1e3))
def test_only_the_order_of_scores_matters(drawn, factor: float) -> None:
    """Powers of two scale scores without rounding: a ranking doesn't hear them."""
    users, sales, scores, rows, top_k = drawn
    scale = 2.0 ** round(np.log2(factor))
    game = payoff(users, sales, top_k=top_k)
    plain = game.money(prediction(*[[s[r] for r in rows] for s in scores]), np.array(rows, int))
    scaled = game.money(prediction(*[[s[r] * scale for r in rows] for s in scores]), np.array(rows, int))
    assert np.array_equal(plain, scaled)
