"""Games whose Shapley values are known in closed form, for any number of players."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Game:
    """A game and its solution.

    Attributes:
        worth: 0/1, shape (coalitions, players) -> shape (coalitions,).
        values: Shapley values, shape (players,).
    """

    worth: Callable[[np.ndarray], np.ndarray]
    values: np.ndarray

    @property
    def players(self) -> int:
        return len(self.values)

    def play(self, coalitions: np.ndarray) -> np.ndarray:
        """As an estimator asks, in one cluster."""
        return self.worth(coalitions).astype(np.float64)[:, None]

    def __add__(self, other: Game) -> Game:
        return Game(lambda members: self.worth(members) + other.worth(members), self.values + other.values)


def airport(costs: Sequence[float]) -> Game:
    """Littlechild and Owen 1973: the longest runway counts; each section of it is shared by those who need it."""
    order, dear = np.argsort(costs, kind="stable"), np.asarray(costs, float)
    values = np.empty(len(dear))
    values[order] = np.cumsum(np.diff([0.0, *dear[order]]) / np.arange(len(dear), 0, -1))
    return Game(lambda members: (members * dear).max(axis=1, initial=0.0), values)


def glove(left: int, right: int) -> Game:
    """Shapley and Shubik 1969: a pair of gloves is worth 1; a glove adds 1 if more of the other hand joined before."""

    def joins_short(own: int, other: int) -> float:
        n = own + other
        return sum(math.comb(own - 1, a) * math.comb(other, b) / math.comb(n - 1, a + b) / n
                   for a in range(own) for b in range(a + 1, other + 1))

    values = [joins_short(left, right)] * left + [joins_short(right, left)] * right
    return Game(lambda members: np.minimum(members[:, :left].sum(axis=1), members[:, left:].sum(axis=1)), np.array(values))


def voting(weights: Sequence[int], quota: int) -> Game:
    """Mann and Shapley 1962: a player is worth how often it turns a losing coalition, counted by generating functions."""

    def pivotal(player: int) -> float:
        # sets of the others by size and by votes, which matter below the quota alone
        sets = [[0] * quota for _ in weights]
        sets[0][0] = 1
        for other in (w for n, w in enumerate(weights) if n != player):
            for size in range(len(weights) - 2, -1, -1):
                for votes in range(quota - other):
                    sets[size + 1][votes + other] += sets[size][votes]
        n = len(weights)
        return math.fsum(sum(of_size[max(0, quota - weights[player]):]) / math.comb(n - 1, size) / n
                         for size, of_size in enumerate(sets))

    votes = np.array(weights)
    return Game(lambda members: (members @ votes >= quota).astype(float), np.array([pivotal(n) for n in range(len(votes))]))


def majority(players: int) -> Game:
    """More than half win; all are alike."""
    return Game(lambda members: (2 * members.sum(axis=1) > players).astype(float), np.full(players, 1 / players))


def unanimity(players: int, members: Sequence[int]) -> Game:
    """Shapley 1953: all of `members` together earn 1, which they share; the others are null players."""
    needed = np.isin(np.arange(players), members)
    return Game(lambda coalitions: coalitions[:, needed].all(axis=1).astype(float), needed / needed.sum())


def additive(own: Sequence[float]) -> Game:
    """Everyone brings what it is worth."""
    return Game(lambda members: members @ np.asarray(own), np.asarray(own, float))


def pairwise(own: Sequence[float], together: np.ndarray) -> Game:
    """Everyone brings its own, and two bring what they are worth `together` (symmetric, diagonal 0), which they share."""
    return Game(lambda members: members @ np.asarray(own) + np.einsum("ci,ij,cj->c", members, together, members) / 2,
                np.asarray(own) + together.sum(axis=1) / 2)


def random_pairwise(players: int, seed: int) -> Game:
    """Positive own worths, and pairs that add or take away."""
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.normal(size=(players, players)), 1)
    return pairwise(rng.gamma(1.0, 10.0, players), upper + upper.T)


def mixed(players: int, seed: int) -> Game:
    """Of all kinds one, so that nothing is symmetric and no estimator solves it by chance; at least 4 players."""
    rng = np.random.default_rng(seed)
    three, left = rng.permutation(players)[:3].tolist(), players // 3
    return (airport(rng.gamma(1.0, 20.0, players)) + random_pairwise(players, seed) + scaled(unanimity(players, three), 30.0)
            + glove(left, players - left))


def scaled(game: Game, factor: float) -> Game:
    """The same game in another currency."""
    return Game(lambda members: factor * game.worth(members), factor * game.values)


def with_null_player(game: Game, place: int) -> Game:
    """The same game with one more player, which moves nothing."""
    return Game(lambda members: game.worth(np.delete(members, place, axis=1)), np.insert(game.values, place, 0.0))


def every_coalition(players: int) -> np.ndarray:
    """As `all_coalitions`, whatever the number of players."""
    return ((np.arange(2**players)[:, None] >> np.arange(players)) & 1).astype(np.int8)


def listed(worth: np.ndarray) -> Game:
    """Any game, by the formula over subsets.

    Args:
        worth: Of each coalition, in the order of `every_coalition`.
    """
    players = len(worth).bit_length() - 1
    sizes = every_coalition(players).sum(axis=1)
    values = []
    for player in range(players):
        without = np.flatnonzero(np.arange(2**players) >> player & 1 == 0)
        share = np.array([1 / (players * math.comb(players - 1, size)) for size in range(players)])
        values.append(share[sizes[without]] @ (worth[without | 1 << player] - worth[without]))
    return Game(lambda members: worth[members.astype(np.int64) @ (1 << np.arange(players))], np.array(values))
