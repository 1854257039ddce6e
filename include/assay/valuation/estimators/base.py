"""What every estimator of the Shapley value is given and gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

# 0/1 int8, shape (coalitions, players) -> money, float64, shape (coalitions, clusters)
Play = Callable[[np.ndarray], np.ndarray]

BUDGET = 2000  # coalitions played at most where they are sampled


@dataclass(frozen=True)
class Estimate:
    """Shapley values as a linear map of the payoffs that were played.

    Linear, so that the map is found once and serves every cluster, and a bootstrap over clusters needs no further play.

    Attributes:
        coalitions: Those played, each once and in the order of play, the empty and the grand one among them; 0/1 int8, shape
            (coalitions, players).
        payoffs: Money, float64, shape (coalitions, clusters).
        weights: float64, shape (players, coalitions). Over the players they add up to 1 for the grand coalition, −1 for the
            empty one and 0 for the others: values add up to v(N) − v(∅).
        standard_errors: Of each player's value summed over clusters, by the sampling of coalitions alone; money, float64,
            shape (players,); 0 where all coalitions were played.
        method: Name of the estimator.
    """

    coalitions: np.ndarray
    payoffs: np.ndarray
    weights: np.ndarray
    standard_errors: np.ndarray
    method: str

    @property
    def values(self) -> np.ndarray:
        """Shapley values, money, shape (players, clusters)."""
        return np.asarray(self.weights @ self.payoffs)
