from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.valuation.payoffs import CostMatrix, Prediction


def payoff(happened: list[int], amount: list[float], keys: list[object] | None = None) -> CostMatrix:
    """A fifth of the amount is earned on the good, four fifths are lost on the bad: accept below a risk of 0.2."""
    names = np.array(keys if keys is not None else list(range(len(happened))), dtype=object)
    return CostMatrix(names, np.array(happened), np.array(amount), gain_accept=0.2, loss_accept=0.8)


def risk(*rows: list[float]) -> Prediction:
    p = np.array(rows, float).reshape(len(rows), -1)
    return Prediction(p, np.ones_like(p))


def test_the_accepted_earn_or_lose_and_the_refused_do_neither() -> None:
    game = payoff([0, 1, 0, 1], [100.0, 100.0, 50.0, 50.0])
    assert game.threshold == pytest.approx(0.2)
    earned = game.money(risk([0.1, 0.1, 0.9, 0.9], [0.0, 0.9, 0.0, 0.9], [0.9] * 4), np.arange(4))
    assert earned.tolist() == [[20.0, -80.0, 0.0, 0.0], [20.0, 0.0, 10.0, 0.0], [0.0] * 4]


def test_at_the_threshold_nothing_is_expected_and_nothing_done() -> None:
    game = payoff([0], [100.0])
    assert game.money(risk([game.threshold]), np.arange(1)).tolist() == [[0.0]]
    assert game.money(risk([np.nextafter(game.threshold, 0)]), np.arange(1)).tolist() == [[20.0]]


def test_rows_that_cannot_be_acted_on_earn_nothing() -> None:
    game = payoff([0, 0, 0], [10.0, 20.0, 30.0], ["a", "b", "c"])
    assert game.clusters == ["a", "b", "c"]
    assert game.money(risk([0.0, 0.0]), np.array([0, 2])).tolist() == [[2.0, 0.0, 6.0]]


def test_rows_of_one_entity_are_one_cluster() -> None:
    """A bootstrap draws whole entities, whatever the number of their decisions."""
    game = payoff([0, 1, 0], [10.0, 10.0, 30.0], ["a", "b", "a"])
    assert game.clusters == ["a", "b"]
    earned = game.money(risk([0.0, 0.0, 0.0], [0.0, 0.9, 0.9]), np.arange(3))
    assert earned == pytest.approx(np.array([[8.0, -8.0], [2.0, 0.0]]))


@settings(deadline=None, max_examples=80)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans(), st.floats(0, 1e4)), min_size=1, max_size=30),
       st.floats(0.01, 2), st.floats(0.01, 2))
def test_money_is_that_of_deciding_one_by_one(rows: list[tuple[float, bool, float]], gain: float, loss: float) -> None:
    p, happened, amount = (np.array(part) for part in zip(*rows, strict=True))
    game = CostMatrix(np.arange(len(rows)), happened, amount, gain_accept=gain, loss_accept=loss)
    expected = [0.0 if risk_ >= gain / (gain + loss) else (-loss * a if bad else gain * a) for risk_, bad, a in rows]
    assert game.money(Prediction(p[None], np.ones((1, len(rows)))), np.arange(len(rows)))[0] == pytest.approx(expected)


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**32 - 1))
def test_the_threshold_is_the_best_there_is(seed: int) -> None:
    """With true risks no other threshold has a higher expectation."""
    rng = np.random.default_rng(seed)
    p, amount = rng.random(50), rng.uniform(1, 10, 50)
    gain, loss = rng.uniform(0.05, 1, 2)
    worth = amount * ((1 - p) * gain - p * loss)
    own = worth[p < CostMatrix(np.arange(50), np.zeros(50), amount, gain_accept=gain, loss_accept=loss).threshold].sum()
    assert all(own >= worth[p < other].sum() - 1e-9 for other in np.linspace(0, 1, 41))
