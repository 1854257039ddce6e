"""Play a game: every coalition's payoff from one model, encoders once per row and only the fusion head per coalition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from assay.valuation.coalitions import all_coalitions
from assay.valuation.payoffs.base import Payoff, Prediction


class CoalitionModel(Protocol):
    """A model that can be asked what it says under coalitions."""

    def predict(self, coalitions: np.ndarray, rows: np.ndarray) -> Prediction:
        """Predictions for `rows` (positions) under each of `coalitions` (0/1, shape (coalitions, players))."""
        ...


def play(model: CoalitionModel, payoff: Payoff, players: Sequence[str], channels: Mapping[str, tuple[str, ...]],
         found_by: Mapping[str, np.ndarray], rows: int, *, at_once: int = 32) -> np.ndarray:
    """The payoff of every coalition.

    Retrieval counts: a coalition acts only on rows that some channel finds whose assets are all in the coalition. Coalitions
    that find the same rows are played together, and rows that they can't find are not even scored. Without any asset the
    model outputs one constant.

    Args:
        model: Answers any coalition.
        payoff: Money per cluster.
        players: Asset ids.
        channels: Channel -> assets that it needs; empty if every row can always be acted on.
        found_by: Channel -> bool, shape (rows,).
        rows: Number of rows.
        at_once: Coalitions per pass, which bounds memory.

    Returns:
        Money, shape (2^players, clusters), in the order of `all_coalitions`.
    """
    coalitions = all_coalitions(len(players))
    index = {asset: n for n, asset in enumerate(players)}
    out = np.zeros((len(coalitions), len(payoff.clusters)))
    for open_channels, members in _by_channels(coalitions, index, channels).items():
        found = np.flatnonzero(np.any([found_by[c] for c in open_channels], axis=0)) if channels else np.arange(rows)
        for start in range(0, len(members), at_once):
            chosen = members[start:start + at_once]
            out[chosen] = payoff.money(model.predict(coalitions[chosen], found), found)
    return out


def _by_channels(coalitions: np.ndarray, index: Mapping[str, int],
                 channels: Mapping[str, tuple[str, ...]]) -> dict[tuple[str, ...], np.ndarray]:
    """Positions of the coalitions for which the same channels work, ascending."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for n, coalition in enumerate(coalitions):
        works = tuple(c for c, assets in channels.items() if all(a in index and coalition[index[a]] for a in assets))
        groups.setdefault(works, []).append(n)
    return {works: np.array(members) for works, members in groups.items()}
