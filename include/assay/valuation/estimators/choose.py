"""Which estimator a game is solved with: exact as long as all coalitions can be played."""

from __future__ import annotations

import numpy as np

from assay.valuation.coalitions import EXACT_PLAYERS, all_coalitions
from assay.valuation.estimators import kernel_shap
from assay.valuation.estimators.base import BUDGET, Estimate, Play
from assay.valuation.estimators.permutations import draw_permutations
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


def ways_to_join(players: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Coalitions and weights of a linear map from payoffs to Shapley values that is a mean over ways in which players join.

    That is, a player's weights are ≥ 0 on coalitions with it and ≤ 0 on those without, so that what is known of each way, such
    as gradients along it, can be weighted alike.

    Args:
        players: Any number; up to `EXACT_PLAYERS` all ways are taken, beyond those of some permutations.
        seed: Of the permutations.

    Returns:
        0/1 int8, shape (coalitions, players), and float64, shape (players, coalitions).
    """
    if players <= EXACT_PLAYERS:
        return all_coalitions(players), shapley_weights(players)
    drawn = draw_permutations(players, seed=seed)
    return drawn.coalitions, drawn.weights
