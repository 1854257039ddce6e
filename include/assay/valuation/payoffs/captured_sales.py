"""Show each user the items with the highest expected sales; earn the margin on what they then bought of these.

Sales *reached*, not caused: what a user would have bought anyway counts too. Items that the model can't tell apart are worth
their expectation over random order, so that a model that outputs one constant earns what chance would.
"""

from __future__ import annotations

import numpy as np

from assay.valuation.payoffs.base import Payoff, Prediction
from assay.valuation.payoffs.ranking import chance_shown, users_of


class CapturedSales(Payoff):
    """Payoff of a ranking of items for users.

    Args:
        users: Key of the user of each row, shape (rows,), equal ones adjacent.
        sales: Realised sales in the outcome window, money, shape (rows,).
        top_k: How many items are shown to a user.
        margin: Share of sales that is earned, 0..1.

    Raises:
        ValueError: If the rows of a user are scattered.
    """

    done = "shown"

    def __init__(self, users: np.ndarray, sales: np.ndarray, *, top_k: int, margin: float) -> None:
        known = users_of(users)
        super().__init__(known.keys, known.of)
        self._earned = margin * sales.astype(np.float64)
        self._top_k = top_k

    def decide(self, prediction: Prediction, rows: np.ndarray) -> np.ndarray:
        """The chance that each is shown."""
        return chance_shown(prediction, self.cluster_of[rows], self._top_k)

    def earn(self, decisions: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Margin on the realised sales of what is shown."""
        return np.asarray(decisions * self._earned[rows])
