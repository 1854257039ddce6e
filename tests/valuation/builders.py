"""Games whose solution is known in closed form."""

from __future__ import annotations

import numpy as np

from assay.valuation.payoffs import Prediction


class AdditiveModel:
    """What each asset tells of each row simply adds up; a planted truth for any coalition.

    Args:
        told: Expected amount that each asset adds, shape (players, rows).
    """

    def __init__(self, told: np.ndarray) -> None:
        self.told = told
        self.asked: list[tuple[int, tuple[int, ...]]] = []

    def predict(self, coalitions: np.ndarray, rows: np.ndarray) -> Prediction:
        self.asked.append((len(coalitions), tuple(rows.tolist())))
        amount = (coalitions.astype(np.float64) @ self.told[:, rows]).astype(np.float32)
        return Prediction(np.ones_like(amount), amount)


class SumOfScores:
    """Each row earns its predicted amount: the Shapley value of an asset is what it tells of the rows."""

    def __init__(self, clusters: list[str]) -> None:
        self._rows = clusters

    @property
    def clusters(self) -> list[str]:
        return list(dict.fromkeys(self._rows))

    def money(self, prediction: Prediction, rows: np.ndarray) -> np.ndarray:
        names = self.clusters
        out = np.zeros((len(prediction.amount), len(names)))
        for place, row in enumerate(rows):
            out[:, names.index(self._rows[row])] += prediction.amount[:, place]
        return out
