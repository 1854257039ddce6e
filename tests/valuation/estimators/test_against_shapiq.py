"""Beside another implementation of paired KernelSHAP. Slow: importing it alone takes seconds."""

from __future__ import annotations

import numpy as np
import pytest
from tests.valuation import games
from tests.valuation.games import Game

from assay.valuation.estimators import estimate
from assay.valuation.estimators.kernel_shap import kernel_shap

pytestmark = pytest.mark.slow


def reference(game: Game, budget: int, seed: int) -> np.ndarray:
    from shapiq import KernelSHAP

    found = KernelSHAP(n=game.players, pairing_trick=True, random_state=seed).approximate(
        budget, lambda members: game.worth(members.astype(np.int8)) - game.worth(np.zeros((1, game.players), np.int8)))
    return np.array([found[(player,)] for player in range(game.players)])


@pytest.mark.parametrize("players", [5, 10])
def test_both_are_exact_with_all_coalitions(players: int) -> None:
    game = games.mixed(players, seed=3)
    close = 1e-5 * game.values.sum()  # it holds values to their total by a large weight, not exactly
    assert estimate(game.play, players, seed=1).values[:, 0] == pytest.approx(reference(game, 2**players, seed=1), abs=close)


@pytest.mark.parametrize("players", [13, 30])
def test_both_agree_within_their_errors(players: int) -> None:
    """Its spread over seeds, as it states no error of its own."""
    game = games.airport(np.random.default_rng(players).gamma(1, 10, players))
    ours = kernel_shap(game.play, players, seed=1, budget=1000)
    theirs = np.array([reference(game, 1000, seed) for seed in range(8)])
    error = np.hypot(ours.standard_errors, theirs.std(axis=0, ddof=1) / np.sqrt(len(theirs)))
    assert (np.abs(ours.values[:, 0] - theirs.mean(axis=0)) <= 4 * error).all()


def test_no_less_accurate_on_the_same_budget() -> None:
    game = games.airport(np.random.default_rng(5).gamma(1, 10, 30))
    ours = [kernel_shap(game.play, 30, seed=seed, budget=1000).values[:, 0] - game.values for seed in range(8)]
    theirs = [reference(game, 1000, seed) - game.values for seed in range(8)]
    assert np.linalg.norm(ours) <= 1.1 * np.linalg.norm(theirs)
