"""What a model says of a decision's rows under several coalitions, one kind a target."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Prediction:
    """Whether something happens, and for how much.

    Attributes:
        probability: Of the outcome, float, shape (coalitions, rows).
        amount: Expected amount if it happens, float, shape (coalitions, rows).
    """

    probability: np.ndarray
    amount: np.ndarray

    def __len__(self) -> int:
        """Number of coalitions."""
        return len(self.probability)

    def take(self, coalitions: slice | np.ndarray) -> Prediction:
        """The same of some of the coalitions."""
        return Prediction(self.probability[coalitions], self.amount[coalitions])


@dataclass(frozen=True)
class Quantities:
    """How much there will be, so that it is at most that with a given probability.

    Attributes:
        quantity: Quantile of the demand by which is decided, not negative, float, shape (coalitions, rows).
    """

    quantity: np.ndarray

    def __len__(self) -> int:
        """Number of coalitions."""
        return len(self.quantity)

    def take(self, coalitions: slice | np.ndarray) -> Quantities:
        """The same of some of the coalitions."""
        return Quantities(self.quantity[coalitions])
