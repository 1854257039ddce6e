"""What every payoff is: a decision that follows the model, and the money that it earns."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

import numpy as np

from assay.models.predictions import Prediction, Quantities

__all__ = ["Payoff", "Prediction", "Quantities"]

_AT_ONCE = 8  # coalitions whose decisions are held in memory


Said = TypeVar("Said", Prediction, Quantities)


class Payoff(ABC, Generic[Said]):
    """Money per cluster, so that intervals come by bootstrap without another prediction.

    Args:
        clusters: Keys of the clusters, in the order of every payoff array.
        cluster_of: Of each row the position of its cluster, int, shape (rows,).

    Attributes:
        done: What a decision of 1 is, in a word or two: shown, accepted.
    """

    done: ClassVar[str]

    def __init__(self, clusters: Sequence[str], cluster_of: np.ndarray) -> None:
        self.clusters = list(clusters)
        self.cluster_of = cluster_of

    @abstractmethod
    def decide(self, prediction: Said, rows: np.ndarray) -> np.ndarray:
        """What is done with each row, where 0 is nothing: the chance that it is shown, whether it is accepted, what is stocked.

        Args:
            prediction: For `rows` alone.
            rows: Positions, ascending, of the decision's rows that the coalitions can act on.

        Returns:
            Shape (coalitions, rows).
        """

    @abstractmethod
    def earn(self, decisions: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Money that decisions earn on what then happened, shape (coalitions, rows)."""

    def money(self, prediction: Said, rows: np.ndarray) -> np.ndarray:
        """What each coalition earns, shape (coalitions, clusters)."""
        out = np.zeros((len(prediction), len(self.clusters)))
        cluster_of = self.cluster_of[rows]
        for start in range(0, len(out), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            earned = self.earn(self.decide(prediction.take(part), rows), rows)
            for n, each in enumerate(earned, start):
                out[n] = np.bincount(cluster_of, weights=each, minlength=len(self.clusters))
        return out
