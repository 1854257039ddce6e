"""Accept an entity if its risk lies below the threshold that the costs imply; refusing earns nothing.

Source: Elkan 2001, cost-sensitive classification.
"""

from __future__ import annotations

import numpy as np

from assay.valuation.payoffs.base import Payoff, Prediction


class CostMatrix(Payoff):
    """Payoff of accepting and refusing, for example loans.

    Args:
        keys: Key of each row's entity, shape (rows,); rows of one entity are one cluster.
        happened: 1 where the outcome (the default) happened, shape (rows,).
        amount: What is at stake, money, shape (rows,).
        gain_accept: Share of the amount that is earned where it didn't happen.
        loss_accept: Share of the amount that is lost where it did.
    """

    done = "accepted"

    def __init__(self, keys: np.ndarray, happened: np.ndarray, amount: np.ndarray, *, gain_accept: float,
                 loss_accept: float) -> None:
        place: dict[str, int] = {}
        cluster_of = np.array([place.setdefault(str(k), len(place)) for k in keys], dtype=np.int64)
        super().__init__(list(place), cluster_of)
        self._if_accepted = amount.astype(np.float64) * np.where(happened > 0, -loss_accept, gain_accept)
        self.threshold = gain_accept / (gain_accept + loss_accept)

    def decide(self, prediction: Prediction, rows: np.ndarray) -> np.ndarray:
        """Whether each is accepted."""
        return np.asarray(prediction.probability < self.threshold)

    def earn(self, decisions: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """What the accepted earn."""
        return np.asarray(decisions * self._if_accepted[rows])
