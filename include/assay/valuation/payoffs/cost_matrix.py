"""Accept an entity if its risk lies below the threshold that the costs imply; refusing earns nothing.

Source: Elkan 2001, cost-sensitive classification.
"""

from __future__ import annotations

import numpy as np

from assay.valuation.payoffs.base import Prediction


class CostMatrix:
    """Payoff of accepting and refusing, for example loans.

    Args:
        keys: Key of each row's entity, shape (rows,).
        happened: 1 where the outcome (the default) happened, shape (rows,).
        amount: What is at stake, money, shape (rows,).
        gain_accept: Share of the amount that is earned where it didn't happen.
        loss_accept: Share of the amount that is lost where it did.
    """

    def __init__(self, keys: np.ndarray, happened: np.ndarray, amount: np.ndarray, *, gain_accept: float,
                 loss_accept: float) -> None:
        self._keys = [str(k) for k in keys]
        self._if_accepted = amount.astype(np.float64) * np.where(happened > 0, -loss_accept, gain_accept)
        self.threshold = gain_accept / (gain_accept + loss_accept)

    @property
    def clusters(self) -> list[str]:
        """The entities."""
        return self._keys

    def money(self, prediction: Prediction, rows: np.ndarray) -> np.ndarray:
        """What the accepted earn, shape (coalitions, entities)."""
        out = np.zeros((len(prediction.probability), len(self._keys)))
        out[:, rows] = np.where(prediction.probability < self.threshold, self._if_accepted[rows], 0)
        return out
