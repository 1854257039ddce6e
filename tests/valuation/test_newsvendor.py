from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.valuation.payoffs import Newsvendor, Quantities

TERMS = {"margin": 0.25, "holding": 0.05, "spoilage": 0.15}


def stock(*rows: list[float]) -> Quantities:
    return Quantities(np.array(rows, float))


def test_what_sells_earns_the_margin_and_what_is_left_costs() -> None:
    """By hand: 4 × (0.25 × 2 − 0.2 × 1) = 1.2; 10 × 0.25 × 3 = 7.5 where two more would have sold; 2 × −0.2 × 1.5 = −0.6."""
    payoff = Newsvendor(np.array(["a", "b", "c"]), np.array([4.0, 10.0, 2.0]), np.array([2.0, 5.0, 0.0]), **TERMS)
    decided = payoff.decide(stock([3.0, 3.0, 1.5], [0.0, 5.0, 0.0]), np.arange(3))
    assert decided.tolist() == [[3.0, 3.0, 1.5], [0.0, 5.0, 0.0]]
    assert payoff.earn(decided, np.arange(3)) == pytest.approx(np.array([[1.2, 7.5, -0.6], [0.0, 12.5, 0.0]]))


def test_stocking_too_little_misses_the_margin() -> None:
    payoff = Newsvendor(np.array(["a"]), np.array([4.0]), np.array([2.0]), **TERMS)
    enough, less = payoff.money(stock([2.0], [1.0]), np.arange(1))[:, 0]
    assert enough - less == pytest.approx(4 * 0.25)


def test_returns_are_no_demand() -> None:
    payoff = Newsvendor(np.array(["a"]), np.array([4.0]), np.array([-3.0]), **TERMS)
    assert payoff.money(stock([1.0], [0.0]), np.arange(1)).ravel() == pytest.approx([-0.8, 0.0])


def test_rows_of_one_key_are_one_cluster_and_others_earn_nothing() -> None:
    payoff = Newsvendor(np.array(["a", "b", "a"]), np.ones(3), np.ones(3), **TERMS)
    assert payoff.clusters == ["a", "b"]
    assert payoff.money(stock([1.0, 1.0]), np.array([0, 2])) == pytest.approx(np.array([[0.5, 0.0]]))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=40), st.floats(0.05, 0.9), st.floats(0, 0.5), st.floats(0.01, 0.5))
def test_the_critical_fractile_is_the_best_stock(came: list[int], margin: float, holding: float, spoilage: float) -> None:
    """Under the true distribution, here all that came with equal chance, no other stock earns more in expectation."""
    demand = np.array(came, float)
    payoff = Newsvendor(np.arange(len(demand)), np.full(len(demand), 3.0), demand, margin=margin, holding=holding,
                        spoilage=spoilage)

    def expected(quantity: float) -> float:
        return float(payoff.money(Quantities(np.full((1, len(demand)), quantity)), np.arange(len(demand))).mean())

    fractile = margin / (margin + holding + spoilage)
    best = float(np.quantile(demand, fractile, method="inverted_cdf"))
    assert all(expected(best) >= expected(other) - 1e-9 for other in np.linspace(0, 31, 63))
