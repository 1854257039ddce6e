from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.contracts.schemas import COALITION_PAYOFFS
from assay.valuation.coalitions import all_coalitions
from assay.valuation.table import payoff_matrix, payoff_table


def test_one_row_a_coalition_and_cluster() -> None:
    table = payoff_table(all_coalitions(2), ["x.a", "x.b"], ["u1", "u2"], np.arange(8.0).reshape(4, 2))
    assert COALITION_PAYOFFS.conform(table).to_pylist()[2:6] == [
        {"coalition": ["x.a"], "cluster": "u1", "payoff": 2.0}, {"coalition": ["x.a"], "cluster": "u2", "payoff": 3.0},
        {"coalition": ["x.b"], "cluster": "u1", "payoff": 4.0}, {"coalition": ["x.b"], "cluster": "u2", "payoff": 5.0}]


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 5), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_round_trip(players: int, clusters: int, seed: int) -> None:
    names, users = [f"x.{n}" for n in range(players)], [f"u{n}" for n in range(clusters)]
    money = np.random.default_rng(seed).normal(size=(2**players, clusters))
    found = payoff_matrix(payoff_table(all_coalitions(players), names, users, money))
    assert found[:2] == (names, users)
    assert np.array_equal(found[2], money)


def test_a_table_that_lacks_a_coalition_is_refused() -> None:
    table = payoff_table(all_coalitions(2), ["x.a", "x.b"], ["u1", "u2"], np.zeros((4, 2)))
    with pytest.raises(ValueError, match="got 6 payoffs of 2 clusters; give every coalition of 2 players"):
        payoff_matrix(table.slice(2))
