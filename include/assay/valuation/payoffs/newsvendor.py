"""Stock the critical fractile of the predicted demand; earn the margin on what sells, pay for what is left.

A unit too few forgoes the margin, one too many costs holding and spoilage: stock is best where the chance that it suffices is
margin / (margin + holding + spoilage). What is missed by stocking too little is in the money, as margin that isn't earned.
Stock is not rounded to whole units.

Sources: Edgeworth 1888, The mathematical theory of banking; Arrow, Harris and Marschak 1951, Optimal inventory policy.
"""

from __future__ import annotations

import numpy as np

from assay.models.predictions import Quantities
from assay.valuation.payoffs.base import Payoff


class Newsvendor(Payoff):
    """Payoff of stocking items for one window.

    Args:
        keys: Key of what is stocked where, of each row, shape (rows,); rows of one key are one cluster.
        price: Of a unit, money, known before the window, shape (rows,).
        demand: What was asked for in the window, units, shape (rows,); returns beyond sales count as none.
        margin: Share of the price that a sold unit earns.
        holding: Share of the price that a unit which is left costs for lying there.
        spoilage: Share of the price that such a unit loses.
    """

    done = "stocked"

    def __init__(self, keys: np.ndarray, price: np.ndarray, demand: np.ndarray, *, margin: float, holding: float,
                 spoilage: float) -> None:
        place: dict[str, int] = {}
        cluster_of = np.array([place.setdefault(str(k), len(place)) for k in keys], dtype=np.int64)
        super().__init__(list(place), cluster_of)
        self._price, self._demand = price.astype(np.float64), np.maximum(demand.astype(np.float64), 0)
        self._margin, self._left_over = margin, holding + spoilage

    def decide(self, prediction: Quantities, rows: np.ndarray) -> np.ndarray:
        """Units of each that are stocked."""
        return np.asarray(prediction.quantity, np.float64)

    def earn(self, decisions: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Margin on what sold less what the rest costs."""
        demand, price = self._demand[rows], self._price[rows]
        sold = np.minimum(demand, decisions)
        return np.asarray(price * (self._margin * sold - self._left_over * (decisions - sold)))
