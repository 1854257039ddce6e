"""KernelSHAP with paired sampling: the Shapley value as the solution of a weighted regression.

φ = argmin Σ_S k(S) (v(S) − v(∅) − Σ_{i∈S} φᵢ)² subject to Σφ = v(N) − v(∅), with the Shapley kernel k(S) ∝ (n − 1) /
(C(n, |S|) |S| (n − |S|)). A coalition and its complement together fit h = (v(S) − v(N∖S)) / 2 by Σᵢ (1[i∈S] − 1/2) φᵢ: what is
even in S and N∖S drops out. Games of single players and of pairs of players are therefore solved exactly, whatever is drawn.

Sources: Lundberg and Lee 2017; Covert and Lee 2021, Improving KernelSHAP: practical Shapley value estimation via linear
regression. Standard errors: Kott 2001, The delete-a-group jackknife.
"""

from __future__ import annotations

from itertools import islice

import numpy as np

from assay.valuation.estimators.base import BUDGET, Estimate, Play
from assay.valuation.estimators.pairs import draw_pairs, weigh_pairs

METHOD = "kernel_shap"
ROUND = 100  # pairs played between two looks at the standard errors
GROUPS = 50  # of the jackknife
PRECISION = 0.02  # of v(N) − v(∅), half the width of a 95 % interval: enough
MOST_PLAYERS = (BUDGET - 2 * GROUPS - 2) // 2  # whose single coalitions, and pairs for the jackknife, the budget holds
_NORMAL_95 = 1.96


def kernel_shap(play: Play, players: int, *, seed: int, budget: int = BUDGET) -> Estimate:
    """Play pairs of coalitions in rounds until every value is known closely enough.

    Closely enough: 1.96 standard errors of the least certain value are less than 2 % of |v(N) − v(∅)|. Where this total is 0
    there is no such scale, and the budget is spent.

    Args:
        play: The game.
        players: At least 2.
        seed: Of the coalitions.
        budget: Coalitions to play at most.

    Raises:
        ValueError: If there are fewer than 2 players, or the budget is too small to tell how sure the values are.
    """
    least = min(2 + 2 * players + 2 * GROUPS, 2**players)
    if players < 2 or budget < least:
        raise ValueError(f"got {players} players and a budget of {budget} coalitions: sampling takes at least 2 players"
                         f" and here {least} coalitions")
    pairs = draw_pairs(players, seed)
    singles = np.array(list(islice(pairs, players)))
    coalitions = np.concatenate([np.zeros((1, players), np.int8), np.ones((1, players), np.int8), _both(singles)])
    payoffs = play(coalitions)
    while drawn := list(islice(pairs, min(ROUND, (budget - len(coalitions)) // 2))):
        new = _both(np.array(drawn))
        coalitions, payoffs = np.concatenate([coalitions, new]), np.concatenate([payoffs, play(new)])
        if _NORMAL_95 * _standard_errors(coalitions, payoffs).max() < PRECISION * abs(_total(payoffs)):
            break
    return from_payoffs(coalitions, payoffs)


def from_payoffs(coalitions: np.ndarray, payoffs: np.ndarray) -> Estimate:
    """The estimate of a game that `kernel_shap` played, without playing it again.

    Args:
        coalitions: In the order in which they were played, which tells pairs and groups.
        payoffs: Money, shape (coalitions, clusters), of the same game or another one that was played with the same coalitions.
    """
    return Estimate(coalitions, payoffs, kernel_weights(coalitions), _standard_errors(coalitions, payoffs), METHOD)


def kernel_weights(coalitions: np.ndarray) -> np.ndarray:
    """The linear map from payoffs to values.

    Args:
        coalitions: The empty and the grand one, then pairs; 0/1, shape (coalitions, players).

    Returns:
        float64, shape (players, coalitions): values = weights @ payoffs.
    """
    pairs, players = coalitions[2::2], coalitions.shape[1]
    centred = _centred(pairs)
    sides = centred.T * weigh_pairs(pairs)[0]
    slopes = _solve(sides @ centred, sides)
    out = np.empty((players, len(coalitions)))
    out[:, 2::2], out[:, 3::2] = slopes / 2, -slopes / 2
    out[:, 1] = 1 / players - slopes @ _even_shares(pairs)
    out[:, 0] = -out[:, 1]
    return out


def _standard_errors(coalitions: np.ndarray, payoffs: np.ndarray) -> np.ndarray:
    """Delete-a-group jackknife over pairs, of the values summed over clusters, shape (players,).

    Each group takes every 50th pair in the order of sizes, so that what differs between sizes, which are drawn in fixed
    proportions, is not taken for chance. A pair is deleted only as far as its size is not drawn whole (finite population
    correction): what is enumerated leaves no error.
    """
    pairs, sums, total = coalitions[2::2], payoffs.sum(axis=1), _total(payoffs)
    masses, drawn = weigh_pairs(pairs)
    centred = _centred(pairs)
    both = np.column_stack([centred, (sums[2::2] - sums[3::2]) / 2 - total * _even_shares(pairs)])

    def equations(rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Both sides of the normal equations, shape (players, players + 1)."""
        return np.asarray((centred[rows].T * weights[rows]) @ both[rows])

    by_size, chance = np.argsort(pairs.sum(axis=1), kind="stable"), masses * np.sqrt(1 - drawn)
    whole = equations(by_size, masses)
    others = whole + equations(by_size, chance) / (GROUPS - 1)
    values, moved = _solve(whole[:, :-1], whole[:, -1]), np.zeros(pairs.shape[1])
    for group in range(GROUPS):
        without = others - equations(by_size[group::GROUPS], chance) * GROUPS / (GROUPS - 1)
        moved += (_solve(without[:, :-1], without[:, -1]) - values) ** 2
    return np.asarray(np.sqrt((GROUPS - 1) / GROUPS * moved))


def _centred(pairs: np.ndarray) -> np.ndarray:
    """Columns of the regression on what players add beyond equal shares: such values sum to 0, so rows may, too."""
    return np.asarray(pairs - pairs.mean(axis=1, keepdims=True))


def _solve(moments: np.ndarray, sides: np.ndarray) -> np.ndarray:
    """Solutions that sum to 0; the ones fill in equal shares, the direction that centred moments say nothing of."""
    return np.asarray(np.linalg.solve(moments + 1.0, sides))


def _even_shares(pairs: np.ndarray) -> np.ndarray:
    """What h would be for each pair if all players had equal shares of a total of 1, shape (pairs,)."""
    return np.asarray(pairs.mean(axis=1) - 0.5)


def _both(pairs: np.ndarray) -> np.ndarray:
    """Each pair's two coalitions one after the other, shape (2 × pairs, players)."""
    return np.stack([pairs, 1 - pairs], axis=1).reshape(-1, pairs.shape[1])


def _total(payoffs: np.ndarray) -> float:
    """v(N) − v(∅) over all clusters."""
    return float(payoffs[1].sum() - payoffs[0].sum())
