"""The payoffs that a game's coalitions earned: as the artifact `coalition_payoffs`, and back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from assay.valuation.coalitions import EXACT_PLAYERS
from assay.valuation.estimators import Estimate, estimate_again


@dataclass(frozen=True)
class Played:
    """What a game's coalitions earned.

    Attributes:
        players: Asset ids.
        clusters: Keys.
        coalitions: In the order of play, the empty and the grand one among them; 0/1 int8, shape (coalitions, players).
        payoffs: Money, float64, shape (coalitions, clusters).
    """

    players: list[str]
    clusters: list[str]
    coalitions: np.ndarray
    payoffs: np.ndarray

    def without(self, *assets: str) -> np.ndarray:
        """What all assets but these earn, money, shape (clusters,).

        Raises:
            LookupError: If that coalition was not played.
        """
        seen = np.array([player not in assets for player in self.players], np.int8)
        places = np.flatnonzero((self.coalitions == seen).all(axis=1))
        if not len(places):
            raise LookupError(f"the coalition of all players without {', '.join(assets)} was not played")
        return np.asarray(self.payoffs[places[0]])

    @property
    def gained(self) -> np.ndarray:
        """What all assets earn together less what none earns, money, shape (clusters,)."""
        return np.asarray(self.without() - self.without(*self.players))

    def take(self, clusters: np.ndarray) -> Played:
        """The same of some clusters alone."""
        return Played(self.players, [self.clusters[n] for n in clusters], self.coalitions, self.payoffs[:, clusters])

    def solve(self) -> Estimate:
        """Its Shapley values."""
        return estimate_again(self.coalitions, self.payoffs)


def payoff_table(played: Played) -> pa.Table:
    """One row a coalition and cluster."""
    members = pa.array([_members(played.players, row) for row in played.coalitions], pa.list_(pa.string()))
    coalitions, clusters = played.payoffs.shape
    which = np.repeat(np.arange(coalitions), clusters)
    return pa.table({
        "coalition": members.take(pa.array(which)),
        "cluster": pa.array(played.clusters, pa.string()).take(pa.array(np.tile(np.arange(clusters), coalitions))),
        "payoff": pa.array(played.payoffs.ravel().astype(np.float64)),
    })


def read_payoffs(table: pa.Table) -> Played:
    """Inverse of `payoff_table`.

    Raises:
        ValueError: If the table lacks coalitions or clusters.
    """
    size = len(table.column("cluster").unique())
    clusters = table.column("cluster").slice(0, size).to_pylist()
    seen = table.column("coalition").take(pa.array(np.arange(0, table.num_rows, max(1, size)))).to_pylist()
    players: list[str] = max(seen, key=len, default=[])
    few = len(players) <= EXACT_PLAYERS
    if table.num_rows != size * len(seen) or not all(members in seen for members in ([], players)) or (
            few and len(seen) != 2**len(players)):
        raise ValueError(f"got {table.num_rows} payoffs of {size} clusters; give those of every cluster for "
                         f"{'every coalition' if few else 'all coalitions that were played'} of {len(players)} players")
    coalitions = np.array([[player in members for player in players] for members in map(set, seen)], np.int8)
    payoffs = table.column("payoff").to_numpy().reshape(len(seen), size).astype(np.float64)
    return Played(players, clusters, coalitions.reshape(len(seen), len(players)), payoffs)


def _members(players: Sequence[str], coalition: Collection[int]) -> list[str]:
    return [player for player, seen in zip(players, coalition, strict=True) if seen]
