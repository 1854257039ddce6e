"""Antithetic permutation sampling: the mean of what players add as they join in a random order and in its reverse.

Slower to converge than KernelSHAP and resting on nothing in common with it but the game, which makes it the cross-check. A
player's weights are ≥ 0 on coalitions with it and ≤ 0 on those without: each is a mean of marginal contributions.

Its standard errors are those of a mean over pairs of permutations, of which a budget of 2,000 holds 34 at 30 players. Where
what a player adds is nearly always 0 and sometimes much, as in voting, these may see none of it: then the error said is 0.

Sources: Castro et al. 2009, Polynomial calculation of the Shapley value based on sampling; Mitchell et al. 2022, Sampling
permutations for Shapley value estimation (antithetic pairs).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assay.valuation.estimators.base import BUDGET, Estimate, Play

METHOD = "permutations"


@dataclass(frozen=True)
class Permutations:
    """Random orders and their reverses, and the coalitions that they pass through.

    Attributes:
        orders: Shape (pairs, 2, players).
        coalitions: Those passed through, each once, 0/1 int8, shape (coalitions, players).
        places: Position among them of each one on the way, shape (pairs, 2, players + 1).
        weights: As in `Estimate`.
    """

    orders: np.ndarray
    coalitions: np.ndarray
    places: np.ndarray
    weights: np.ndarray


def draw_permutations(players: int, *, seed: int, budget: int = BUDGET) -> Permutations:
    """As many pairs of permutations as fit in the budget.

    Args:
        players: At least 2.
        seed: Of the permutations.
        budget: Coalitions to pass through at most.

    Raises:
        ValueError: If there are fewer than 2 players, or the budget does not hold two pairs.
    """
    least = 2 + 4 * (players - 1)
    if players < 2 or budget < least:
        raise ValueError(f"got {players} players and a budget of {budget} coalitions: sampling takes at least 2 players"
                         f" and here {least} coalitions")
    pairs = (budget - 2) // (2 * (players - 1))
    rng = np.random.default_rng(seed)
    orders = rng.permuted(np.tile(np.arange(players), (pairs, 1)), axis=1)
    orders = np.stack([orders, orders[:, ::-1]], axis=1)
    passed = np.argsort(orders, axis=2)[:, :, None, :] < np.arange(players + 1)[:, None]  # (pairs, 2, players + 1, players)
    coalitions, places = _distinct(passed.reshape(-1, players).astype(np.int8))
    places = places.reshape(pairs, 2, players + 1)
    weights = np.zeros((players, len(coalitions)))
    np.add.at(weights, (orders, places[..., 1:]), 1 / (2 * pairs))
    np.add.at(weights, (orders, places[..., :-1]), -1 / (2 * pairs))
    return Permutations(orders, coalitions, places, weights)


def sample_permutations(play: Play, players: int, *, seed: int, budget: int = BUDGET) -> Estimate:
    """Play the coalitions of `draw_permutations`; those that several permutations pass through are played once.

    Args:
        play: The game.
        players: At least 2.
        seed: Of the permutations.
        budget: Coalitions to play at most.

    Raises:
        ValueError: If there are fewer than 2 players, or the budget does not hold two pairs.
    """
    drawn = draw_permutations(players, seed=seed, budget=budget)
    payoffs = play(drawn.coalitions)
    added = np.empty(drawn.orders.shape)
    np.put_along_axis(added, drawn.orders, np.diff(payoffs.sum(axis=1)[drawn.places], axis=2), axis=2)
    errors = added.mean(axis=1).std(axis=0, ddof=1) / np.sqrt(len(added))
    return Estimate(drawn.coalitions, payoffs, drawn.weights, errors, METHOD)


def _distinct(passed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coalitions in the order in which they first occur, and the place of each that was passed among them."""
    index: dict[bytes, int] = {}
    places = np.array([index.setdefault(row.tobytes(), len(index)) for row in passed])
    return np.array([np.frombuffer(row, np.int8) for row in index]), places
