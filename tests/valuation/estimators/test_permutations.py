from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.valuation import games

from assay.valuation.estimators import estimate, sample_permutations

SEEDS = st.integers(0, 2**32 - 1)


@settings(deadline=None, max_examples=30)
@given(st.integers(2, 16), SEEDS)
def test_weights_are_those_of_marginal_contributions(players: int, seed: int) -> None:
    found = sample_permutations(games.additive(np.ones(players)).play, players, seed=seed, budget=200)
    inside = found.coalitions.T == 1
    assert (found.weights[inside] >= 0).all()
    assert (found.weights[~inside] <= 0).all()
    assert np.where(inside, found.weights, 0).sum(axis=1) == pytest.approx(np.ones(players))
    assert found.values[:, 0] == pytest.approx(np.ones(players))


def test_weights_are_the_mean_over_the_orders_drawn() -> None:
    """Written out, with the same generator: what each player adds in each order and its reverse."""
    worth = np.random.default_rng(2).normal(size=2**5)
    found = sample_permutations(lambda members: worth[members @ (1 << np.arange(5)), None], 5, seed=9, budget=2 + 8 * 3)
    orders = np.random.default_rng(9).permuted(np.tile(np.arange(5), (3, 1)), axis=1).tolist()
    added = np.zeros((3, 5))
    for n, order in enumerate(orders):
        for way in (order, order[::-1]):
            seen = [sum(1 << player for player in way[:k]) for k in range(6)]
            for player, (before, after) in zip(way, pairwise(seen), strict=True):
                added[n, player] += (worth[after] - worth[before]) / 2
    assert found.values[:, 0] == pytest.approx(added.mean(axis=0), abs=1e-12)
    assert found.standard_errors == pytest.approx(added.std(axis=0, ddof=1) / np.sqrt(3), abs=1e-12)


@settings(deadline=None, max_examples=20)
@given(st.integers(4, 20), SEEDS)
def test_efficiency_within_the_budget_and_equal_bytes(players: int, seed: int) -> None:
    game = games.mixed(players, seed)
    found, again = (sample_permutations(game.play, players, seed=seed, budget=400) for _ in range(2))
    assert found.values.sum() == pytest.approx(game.values.sum(), rel=1e-9)
    assert len(found.coalitions) <= 400
    assert len(np.unique(found.coalitions, axis=0)) == len(found.coalitions)
    assert all(getattr(found, name).tobytes() == getattr(again, name).tobytes() for name in ("coalitions", "weights"))


def test_truth_lies_within_the_errors() -> None:
    game = games.airport(np.random.default_rng(1).gamma(4, 10, 13))
    found = [sample_permutations(game.play, 13, seed=seed) for seed in range(20)]
    z = np.array([(one.values[:, 0] - game.values) / one.standard_errors for one in found])
    assert np.mean(np.abs(z) <= 3) >= 0.98
    assert 0.8 < np.sqrt(np.mean(z**2)) < 1.2


@pytest.mark.parametrize("players", [13, 30])
def test_kernel_shap_and_permutations_agree(players: int) -> None:
    """Two estimators that have nothing in common but the game."""
    game = games.mixed(players, seed=8)
    kernel, mean = (by(game.play, players, seed=3) for by in (estimate, sample_permutations))
    error = np.hypot(kernel.standard_errors, mean.standard_errors)
    assert (np.abs(kernel.values - mean.values)[:, 0] <= 3.5 * error).all()


@pytest.mark.parametrize(("players", "budget", "least"), [(1, 2000, 2), (30, 117, 118)])
def test_a_budget_without_two_pairs_is_refused(players: int, budget: int, least: int) -> None:
    with pytest.raises(ValueError, match=f"got {players} players and a budget of {budget} coalitions.* {least} coalitions"):
        sample_permutations(games.additive(np.ones(players)).play, players, seed=1, budget=budget)
