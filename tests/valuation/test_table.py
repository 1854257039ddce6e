from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.contracts.schemas import COALITION_PAYOFFS
from assay.valuation.coalitions import EXACT_PLAYERS, all_coalitions
from assay.valuation.table import Played, payoff_table, read_payoffs


def played(players: int, clusters: int, seed: int = 0, coalitions: np.ndarray | None = None) -> Played:
    rows = all_coalitions(players) if coalitions is None else coalitions
    return Played([f"x.{n:02}" for n in range(players)], [f"u{n}" for n in range(clusters)], rows,
                  np.random.default_rng(seed).normal(size=(len(rows), clusters)))


def same(found: Played, expected: Played) -> bool:
    return (found.players, found.clusters) == (expected.players, expected.clusters) and np.array_equal(
        found.coalitions, expected.coalitions) and np.array_equal(found.payoffs, expected.payoffs)


def test_one_row_a_coalition_and_cluster() -> None:
    table = payoff_table(Played(["x.a", "x.b"], ["u1", "u2"], all_coalitions(2), np.arange(8.0).reshape(4, 2)))
    assert COALITION_PAYOFFS.conform(table).to_pylist()[2:6] == [
        {"coalition": ["x.a"], "cluster": "u1", "payoff": 2.0}, {"coalition": ["x.a"], "cluster": "u2", "payoff": 3.0},
        {"coalition": ["x.b"], "cluster": "u1", "payoff": 4.0}, {"coalition": ["x.b"], "cluster": "u2", "payoff": 5.0}]


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 5), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_round_trip(players: int, clusters: int, seed: int) -> None:
    made = played(players, clusters, seed)
    assert same(read_payoffs(payoff_table(made)), made)


def test_sampled_coalitions_come_back_in_the_order_of_play() -> None:
    players = EXACT_PLAYERS + 1
    rows = np.random.default_rng(3).permutation(np.concatenate([np.eye(players, dtype=np.int8), np.zeros((1, players), np.int8),
                                                                np.ones((1, players), np.int8)]))
    made = played(players, 2, coalitions=rows)
    found = read_payoffs(payoff_table(made))
    assert same(found, made)
    assert np.array_equal(found.without(), made.payoffs[rows.all(axis=1)][0])
    assert np.array_equal(found.gained, (made.payoffs[rows.all(axis=1)] - made.payoffs[~rows.any(axis=1)])[0])
    with pytest.raises(LookupError, match="without x.00 was not played"):
        found.without("x.00")


@pytest.mark.parametrize(("players", "lacking"), [(2, 2), (2, 3), (EXACT_PLAYERS + 1, 3)])
def test_a_table_that_lacks_payoffs_is_refused(players: int, lacking: int) -> None:
    rows = np.concatenate([np.zeros((1, players), np.int8), np.eye(players, dtype=np.int8), np.ones((1, players), np.int8)])
    table = payoff_table(played(players, 2, coalitions=rows))
    with pytest.raises(ValueError, match=f"got {2 * len(rows) - lacking} payoffs of 2 clusters; give those of every cluster"):
        read_payoffs(table.slice(lacking))


def test_some_clusters_alone() -> None:
    made = played(2, 4)
    some = made.take(np.array([3, 1]))
    assert some.clusters == ["u3", "u1"] and np.array_equal(some.payoffs, made.payoffs[:, [3, 1]])
    assert some.solve().values == pytest.approx(made.solve().values[:, [3, 1]], abs=1e-12)
