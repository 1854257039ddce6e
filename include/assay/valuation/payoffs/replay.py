"""Show each user the items with the highest expected sales; earn what a log of random exposure says of showing them.

Where the platform logged what it showed and with which chance, what another policy would earn is estimated from the rows on
which both agree. With π the chance that the policy shows a row, p the chance that logging showed it, e whether it did and s
the margin on what was then sold, the money of a shown place is the self-normalised inverse-propensity estimate

    ρ = A / B,   A = Σ π·e·s / p,   B = Σ π·e / p,

over all rows of the window, and the policy earns ρ times the places P = Σ π that it fills. B is an estimate of P; to divide by
it makes the estimate move with the sales alone and not with how often logging happened to agree.

ρ is one number of all users, so no user has money of its own. What a row is given here is the estimate's linear form,

    money of a row = π·ρ + π·e/p · (s − ρ) · P/B,

whose second part sums to (A − ρ·B)·P/B = 0: the rows sum to P·ρ exactly, and those of one user to the user's influence on P·ρ
(its derivative by the user's weight). So a bootstrap that draws users sees how much the normaliser varies, too.

Source: Swaminathan & Joachims 2015, the self-normalized estimator for counterfactual learning; the linear form is that of a
ratio (Hájek) estimator.
"""

from __future__ import annotations

import numpy as np

from assay.valuation.payoffs.base import Payoff, Prediction
from assay.valuation.payoffs.ranking import chance_shown, users_of


class Replay(Payoff):
    """Payoff of a ranking of items for users, from logged exposure.

    A coalition that would show no row that logging showed earns 0: nothing in the log speaks for it. Weights are not clipped.

    Args:
        users: Key of the user of each row, shape (rows,), equal ones adjacent.
        sales: Realised sales in the outcome window, money, shape (rows,); those of rows that were not shown don't count.
        propensity: The chance with which logging showed the row in the window, shape (rows,); NaN where it did not.
        top_k: How many items are shown to a user.
        margin: Share of sales that is earned, 0..1.

    Raises:
        ValueError: If the rows of a user are scattered, or a propensity is not above 0 and at most 1.
    """

    done = "shown"

    def __init__(self, users: np.ndarray, sales: np.ndarray, propensity: np.ndarray, *, top_k: int, margin: float) -> None:
        known = users_of(users)
        super().__init__(known.keys, known.of)
        shown = ~np.isnan(propensity)
        if wrong := propensity[shown & ~((propensity > 0) & (propensity <= 1))].tolist():
            raise ValueError(f"a propensity is {wrong[0]}: it is a chance, above 0 and at most 1")
        self._earned = margin * np.where(shown, sales, 0).astype(np.float64)
        self._weight = np.where(shown, 1 / np.where(shown, propensity, 1), 0)
        self._top_k = top_k

    def decide(self, prediction: Prediction, rows: np.ndarray) -> np.ndarray:
        """The chance that each is shown."""
        return chance_shown(prediction, self.cluster_of[rows], self._top_k)

    def earn(self, decisions: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """The linear form of the estimate; it sums to the estimate over all rows."""
        agreed, earned = decisions * self._weight[rows], self._earned[rows]
        normaliser = agreed.sum(axis=1, keepdims=True)
        per_agreed = np.divide(1, normaliser, out=np.zeros_like(normaliser), where=normaliser > 0)
        per_place = (agreed @ earned)[:, None] * per_agreed
        places = decisions.sum(axis=1, keepdims=True)
        return np.asarray(decisions * per_place + agreed * (earned - per_place) * places * per_agreed)
