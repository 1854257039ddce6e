"""The exact Shapley value of an enumerated game.

φᵢ = Σ_{S ⊆ N∖i} |S|! (n−|S|−1)! / n! · (v(S ∪ i) − v(S)); values add up to v(N) − v(∅).

Source: Shapley 1953.
"""

from __future__ import annotations

import math

import numpy as np

from assay.valuation.coalitions import all_coalitions


def shapley_weights(players: int) -> np.ndarray:
    """The linear map from payoffs to values.

    Returns:
        float64, shape (players, 2^players), in the order of `all_coalitions`: values = weights @ payoffs.
    """
    coalitions = all_coalitions(players).astype(bool)
    sizes = coalitions.sum(axis=1)
    factorial = [math.factorial(k) for k in range(players + 1)]
    joining = np.array([factorial[s] * factorial[players - s - 1] / factorial[players] if s < players else 0.0 for s in sizes])
    leaving = np.array([-factorial[s - 1] * factorial[players - s] / factorial[players] if s else 0.0 for s in sizes])
    return np.where(coalitions.T, -leaving[None, :], -joining[None, :])


def shapley_values(payoffs: np.ndarray) -> np.ndarray:
    """Shapley values of a game, for each cluster by itself.

    Args:
        payoffs: Money, shape (2^players,) or (2^players, clusters), in the order of `all_coalitions`.

    Returns:
        Money, shape (players,) or (players, clusters). The value is linear, so sums over clusters are the values of the
        summed game.

    Raises:
        ValueError: If the number of payoffs is no power of two.
    """
    players = len(payoffs).bit_length() - 1
    if len(payoffs) != 2**players:
        raise ValueError(f"got {len(payoffs)} payoffs; give one for each of the 2^n coalitions")
    return shapley_weights(players) @ payoffs.astype(np.float64)


def removal_losses(coalitions: np.ndarray, payoffs: np.ndarray) -> np.ndarray:
    """v(N) − v(N∖i): what would be lost tomorrow if the asset vanished; does not add up.

    Args:
        coalitions: 0/1, shape (coalitions, players), with the grand one and all that lack one player.
        payoffs: Money, shape (coalitions,) or (coalitions, clusters).

    Returns:
        Money, shape (players,) or (players, clusters).
    """
    players = coalitions.shape[1]
    lacking = np.flatnonzero(coalitions.sum(axis=1) == players - 1)
    (everyone,) = np.flatnonzero(coalitions.sum(axis=1) == players)
    out = np.empty((players, *payoffs.shape[1:]))
    out[coalitions[lacking].argmin(axis=1) if players else []] = payoffs[everyone] - payoffs[lacking if players else []]
    return out
