"""What every payoff is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np


@dataclass(frozen=True)
class Prediction:
    """What the model says of the decision's rows under several coalitions.

    Attributes:
        probability: Of the outcome, float, shape (coalitions, rows).
        amount: Expected amount if it happens, float, shape (coalitions, rows).
    """

    probability: np.ndarray
    amount: np.ndarray


class Payoff(Protocol):
    """Money per cluster, so that intervals come by bootstrap without another prediction."""

    @property
    def clusters(self) -> list[str]:
        """Keys of the clusters, in the order of every payoff array."""
        ...

    def money(self, prediction: Prediction, rows: np.ndarray) -> np.ndarray:
        """What each coalition earns.

        Args:
            prediction: For `rows` alone.
            rows: Positions, ascending, of the decision's rows that the coalitions can act on.

        Returns:
            Money, shape (coalitions, clusters).
        """
        ...
