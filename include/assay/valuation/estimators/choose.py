"""Which estimator a game is solved with: exact as long as all coalitions can be played."""

from __future__ import annotations

import numpy as np

from assay.valuation.coalitions import EXACT_PLAYERS, all_coalitions
from assay.valuation.estimators import kernel_shap
from assay.valuation.estimators.base import BUDGET, Estimate, Play
from assay.valuation.shapley import shapley_weights

EXACT = "exact"


def estimate(play: Play, players: int, *, seed: int, budget: int = BUDGET) -> Estimate:
    """Shapley values of a game, with no coalition played twice.

    Args:
        play: The game; it is asked for many coalitions at once.
        players: Any number; up to `EXACT_PLAYERS` all coalitions are played, whatever the budget.
        seed: Of the coalitions where they are sampled.
        budget: Coalitions to play at most where they are sampled.

    Raises:
        ValueError: If there are too many players for the budget.
    """
    if players > EXACT_PLAYERS:
        return kernel_shap.kernel_shap(play, players, seed=seed, budget=budget)
    coalitions = all_coalitions(players)
    return estimate_again(coalitions, play(coalitions))


def estimate_again(coalitions: np.ndarray, payoffs: np.ndarray) -> Estimate:
    """What `estimate` found, from the coalitions that it played and their payoffs, without playing.

    Args:
        coalitions: In the order in which they were played, 0/1 int8, shape (coalitions, players).
        payoffs: Money, shape (coalitions, clusters).
    """
    players = coalitions.shape[1]
    if players > EXACT_PLAYERS:
        return kernel_shap.from_payoffs(coalitions, payoffs)
    return Estimate(coalitions, payoffs, shapley_weights(players), np.zeros(players), EXACT)
