"""The Owen value of the columns of one asset: the players inside it, while the other assets stay whole.

A column earns what it adds as it joins, the mean over all orders in which assets come one after the other and the columns of
the asset directly behind each other. What the columns of an asset add in one order is what the asset adds; so over all orders
they share its Shapley value. Orders are drawn in pairs, one the reverse of the other.

Sources: Owen 1977, Values of games with a priori unions; Castro et al. 2009 (sampled orders); Mitchell et al. 2022 (pairs).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

_PAIRS = 1  # of orders: each is played with as many coalitions of other assets as there are assets


def owen_values(play: Callable[[np.ndarray, np.ndarray], np.ndarray], columns: int, others: int, *,
                seed: int) -> np.ndarray:
    """Sampled Owen values, for each cluster by itself.

    An order of columns is played with a whole chain of coalitions of the others, from none to all, since what the encoders
    make of the first columns is the same for all of them.

    Args:
        play: Payoffs of a set of columns (bool, shape (columns,)) beside each of some coalitions of other assets (0/1, shape
            (coalitions, others)); shape (coalitions, clusters).
        columns: Of the asset, at least 1.
        others: Number of other assets.
        seed: Of the orders.

    Returns:
        Money, shape (columns, clusters). They add up to what the asset as a whole adds in the same orders.
    """
    rng = np.random.default_rng(seed)
    values: list[np.ndarray] = []
    for _ in range(_PAIRS):
        order, chain = rng.permutation(columns), rng.permutation(others)
        values += [_one_order(play, order, chain), _one_order(play, order[::-1], chain[::-1])]
    return np.asarray(np.mean(values, axis=0))


def _one_order(play: Callable[[np.ndarray, np.ndarray], np.ndarray], order: np.ndarray, chain: np.ndarray) -> np.ndarray:
    """What each column adds in this order, the mean over where in the chain the asset stands; shape (columns, clusters)."""
    before = np.zeros((len(chain) + 1, len(chain)), np.int8)
    for place, other in enumerate(chain, 1):
        before[place:, other] = 1
    seen, now = np.zeros(len(order), bool), play(np.zeros(len(order), bool), before)
    added = np.empty((len(order), now.shape[1]))
    for column in order:
        seen[column] = True
        then = play(seen.copy(), before)
        added[column] = (then - now).mean(axis=0)
        now = then
    return added


def settled(values: np.ndarray, total: float) -> np.ndarray:
    """Values that add up to `total`: what they are short of is shared out by their sizes, or evenly if all are 0.

    Args:
        values: Money, shape (columns,).
        total: What they are to add up to.
    """
    size = np.abs(values)
    weight = size / size.sum() if size.any() else np.full(len(values), 1 / len(values))
    return np.asarray(values + weight * (total - values.sum()))
