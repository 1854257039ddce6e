"""Show each user the items with the highest expected sales; earn the margin on what they then bought of these.

Sales *reached*, not caused: what a user would have bought anyway counts too. Items that the model can't tell apart are worth
their expectation over random order, so that a model that outputs one constant earns what chance would.
"""

from __future__ import annotations

import numpy as np

from assay.valuation.payoffs.base import Prediction

_NOISE_BITS = 8  # of float32's 23: closer scores are rounding noise of the network, not knowledge


class CapturedSales:
    """Payoff of a ranking of items for users.

    Args:
        users: Key of the user of each row, shape (rows,), equal ones adjacent.
        sales: Realised sales in the outcome window, money, shape (rows,).
        top_k: How many items are shown to a user.
        margin: Share of sales that is earned, 0..1.

    Raises:
        ValueError: If the rows of a user are scattered.
    """

    def __init__(self, users: np.ndarray, sales: np.ndarray, *, top_k: int, margin: float) -> None:
        starts = np.flatnonzero(np.r_[True, users[1:] != users[:-1]]) if len(users) else np.zeros(0, int)
        self._users = [str(u) for u in users[starts]]
        if len(set(self._users)) != len(self._users):
            raise ValueError("rows of a user are scattered; sort them by user")
        self._user_of = np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(users)]))
        self._sales = sales.astype(np.float64)
        self._top_k, self._margin = top_k, margin

    @property
    def clusters(self) -> list[str]:
        """The users."""
        return self._users

    def money(self, prediction: Prediction, rows: np.ndarray) -> np.ndarray:
        """Margin on the realised sales of the items shown, shape (coalitions, users)."""
        expected = np.maximum(prediction.probability * prediction.amount, 0).astype(np.float32)
        scores = (expected.view(np.uint32) >> _NOISE_BITS).astype(np.int32)  # bits of a float32 >= 0 sort like its value
        shape, place = self._layout(rows)
        out = np.zeros((len(scores), len(self._users)))
        if not len(rows):
            return out
        sales = np.zeros(shape[0] * shape[1])
        sales[place] = self._sales[rows]
        sales = sales.reshape(shape)
        for n, score in enumerate(scores):
            padded = np.full(sales.size, -1, np.int32)
            padded[place] = score
            out[n] = self._shown(padded.reshape(shape), sales)
        return self._margin * out

    def _shown(self, scores: np.ndarray, sales: np.ndarray) -> np.ndarray:
        """Sales of the `top_k` highest scores of each user, shape (users,); -1 stands for no row."""
        width = scores.shape[1]
        if width <= self._top_k:
            return np.asarray(sales.sum(axis=1))
        last = np.partition(scores, width - self._top_k, axis=1)[:, width - self._top_k, None]
        above, level = scores > last, (scores == last) & (last >= 0)
        places = self._top_k - above.sum(axis=1)
        share = np.minimum(1, places / np.maximum(level.sum(axis=1), 1))
        return np.asarray(np.where(above, sales, 0).sum(axis=1) + share * np.where(level, sales, 0).sum(axis=1))

    def _layout(self, rows: np.ndarray) -> tuple[tuple[int, int], np.ndarray]:
        """Shape (users, places) of a padded table, and where each of `rows` stands in it, flattened."""
        user = self._user_of[rows]
        count = np.bincount(user, minlength=len(self._users))
        width = int(count.max()) if len(rows) else 0
        within = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
        return (len(self._users), width), user * width + within
