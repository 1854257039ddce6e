"""Where an asset's money comes from: over which clusters it spreads, and which decisions differ without the asset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assay.valuation.game import Game

_NOTHING = 1e-9  # money or decisions that floating point makes of none


@dataclass(frozen=True)
class Spread:
    """How the value of an asset is made up of those of clusters.

    Attributes:
        gaining: Clusters that it earns something from.
        losing: Clusters that it costs something.
        untouched: The others.
        half: The fewest clusters from which half of all that is gained comes.
    """

    gaining: int
    losing: int
    untouched: int
    half: int


@dataclass(frozen=True)
class Difference:
    """What is done and earned with an asset less without it, all other assets being there.

    Attributes:
        decided: Of each row, shape (rows,).
        earned: Money, shape (rows,).
        only: Rows that nobody finds without the asset, bool, shape (rows,).
    """

    decided: np.ndarray
    earned: np.ndarray
    only: np.ndarray

    @property
    def changed(self) -> np.ndarray:
        """Rows of which the decision differs, bool, shape (rows,)."""
        return np.asarray(np.abs(self.decided) > _NOTHING)


@dataclass(frozen=True)
class Change:
    """What an asset changes for one thing.

    Attributes:
        key: The thing's.
        more: Decisions that it makes, summed.
        less: Decisions that it unmakes, summed; at least 0.
        earned: Money, with it less without it.
    """

    key: object
    more: float
    less: float
    earned: float


def spread(values: np.ndarray) -> Spread:
    """How a value spreads.

    Args:
        values: Of each cluster, money, shape (clusters,).
    """
    gains = -np.sort(-values[values > _NOTHING])
    losing = int((values < -_NOTHING).sum())
    half = int(np.searchsorted(np.cumsum(gains), gains.sum() / 2)) + 1 if len(gains) else 0
    return Spread(len(gains), losing, len(values) - len(gains) - losing, half)


def difference(game: Game, asset: str) -> Difference:
    """Play all assets, and all but one.

    Args:
        game: Of the use case's assets.
        asset: One of its players.
    """
    everyone = np.ones(len(game.players), np.int8)
    others = everyone.copy()
    others[list(game.players).index(asset)] = 0
    (decided, earned), (without, earned_without) = game.act(everyone), game.act(others)
    left = [game.found_by[channel] for channel, assets in game.channels.items() if asset not in assets]
    only = ~np.any(left, axis=0) if left else np.full(game.rows, bool(game.channels))
    return Difference(decided - without, earned - earned_without, only)


def by_thing(found: Difference, keys: Sequence[object]) -> list[Change]:
    """What differs, by what rows name, those of which nothing does left out; most money first, of equal ones the first key.

    Args:
        found: Of all rows.
        keys: Of each row the key of a thing that it names.
    """
    places: dict[object, int] = {}
    of = np.array([places.setdefault(key, len(places)) for key in keys], np.int64)
    more, less, earned = (np.bincount(of, weights=each, minlength=len(places)) for each in (
        np.maximum(found.decided, 0), np.maximum(-found.decided, 0), found.earned))
    changes = [Change(key, float(more[n]), float(less[n]), float(earned[n])) for key, n in places.items()
               if more[n] > _NOTHING or less[n] > _NOTHING]
    return sorted(changes, key=lambda change: (-change.earned, str(change.key)))
