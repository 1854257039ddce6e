"""Play a game: any coalition's payoff from one model, encoders once per row and only the fusion head per coalition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from assay.models.predictions import Prediction, Quantities
from assay.valuation.payoffs.base import Payoff

_AT_ONCE = 32  # coalitions per pass, which bounds memory


class CoalitionModel(Protocol):
    """A model that can be asked what it says under coalitions."""

    def predict(self, coalitions: np.ndarray, rows: np.ndarray) -> Prediction | Quantities:
        """Predictions for `rows` (positions) under each of `coalitions` (0/1, shape (coalitions, players))."""
        ...


@dataclass(frozen=True)
class Game:
    """A decision on the rows of one window, and what it earns.

    Attributes:
        model: Answers any coalition.
        payoff: Money per cluster.
        players: Asset ids.
        channels: Channel -> assets that it needs; empty if every row can always be acted on.
        found_by: Channel -> bool, shape (rows,).
        rows: Number of rows.
    """

    model: CoalitionModel
    payoff: Payoff
    players: Sequence[str]
    channels: Mapping[str, tuple[str, ...]]
    found_by: Mapping[str, np.ndarray]
    rows: int

    def play(self, coalitions: np.ndarray) -> np.ndarray:
        """The payoff of each coalition.

        Retrieval counts: a coalition acts only on rows that some channel finds whose assets are all in the coalition.
        Coalitions that find the same rows are played together, and rows that they can't find are not even scored. Without any
        asset the model outputs one constant.

        Args:
            coalitions: 0/1, shape (coalitions, players).

        Returns:
            Money, shape (coalitions, clusters).
        """
        out = np.zeros((len(coalitions), len(self.payoff.clusters)))
        for open_channels, members in self._by_channels(coalitions).items():
            found = self._found(open_channels)
            for start in range(0, len(members), _AT_ONCE):
                chosen = members[start:start + _AT_ONCE]
                out[chosen] = self.payoff.money(self.model.predict(coalitions[chosen], found), found)
        return out

    def act(self, coalition: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What one coalition does with each row, and what that earns.

        Args:
            coalition: 0/1, shape (players,).

        Returns:
            Decisions as its payoff makes them, 0 for rows that the coalition can't find, and money; each of shape (rows,).
        """
        ((open_channels, _),) = self._by_channels(coalition[None]).items()
        found, out = self._found(open_channels), np.zeros((2, self.rows))
        decided = self.payoff.decide(self.model.predict(coalition[None], found), found)
        out[:, found] = decided[0], self.payoff.earn(decided, found)[0]
        return out[0], out[1]

    def _found(self, open_channels: Sequence[str]) -> np.ndarray:
        """Positions of the rows that these channels find, ascending."""
        if not self.channels:
            return np.arange(self.rows)
        return np.flatnonzero(np.any([self.found_by[channel] for channel in open_channels], axis=0))

    def _by_channels(self, coalitions: np.ndarray) -> dict[tuple[str, ...], np.ndarray]:
        """Positions of the coalitions for which the same channels work, ascending."""
        index = {asset: n for n, asset in enumerate(self.players)}
        groups: dict[tuple[str, ...], list[int]] = {}
        for n, coalition in enumerate(coalitions):
            works = tuple(channel for channel, assets in self.channels.items()
                          if all(a in index and coalition[index[a]] for a in assets))
            groups.setdefault(works, []).append(n)
        return {works: np.array(members) for works, members in groups.items()}
