"""Pairs of a coalition and its complement, drawn for the Shapley kernel without drawing any twice.

The kernel gives all coalitions of size s together a mass of 1 / (s (n − s)), and each of them the same. A pair is named after
its smaller coalition. Sizes come in the kernel's proportions, pairs of a size uniformly among those not drawn yet; a size that
is drawn whole drops out, as its part of the kernel is known exactly from then on. Pairs of size 1 come first: they make every
regression solvable, and hold v(N∖i) of each player.

How much a pair counts follows from which pairs there are, not from the random numbers that led to them, so stored coalitions
are weighted again without a generator that would have to draw the same numbers for ever.

Sources: Covert and Lee 2021, Improving KernelSHAP (pairs); Fumagalli et al. 2023, SHAP-IQ (whole sizes).
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

_STEP = (math.sqrt(5) - 1) / 2  # multiples of the golden ratio spread evenly over the unit interval, however many there are


def draw_pairs(players: int, seed: int) -> Iterator[np.ndarray]:
    """The smaller coalition of one pair after the other, 0/1 int8, shape (players,), until all pairs are drawn.

    Args:
        players: At least 2.
        seed: Equal seeds give equal pairs; how many are taken does not change them.
    """
    masses, left = _masses(players), _pairs_of_size(players)
    singles = np.eye(players, dtype=np.int8)[:left[1]]
    yield from singles
    left[1] = 0
    rng = np.random.default_rng(seed)
    place, drawn = rng.random(), set[bytes]()
    while any(left):
        place = (place + _STEP) % 1
        upto = np.cumsum(masses * [n > 0 for n in left])
        size = int(np.searchsorted(upto, place * upto[-1], side="right"))
        pair = _draw(rng, players, size)
        while pair.tobytes() in drawn:
            pair = _draw(rng, players, size)
        drawn.add(pair.tobytes())
        left[size] -= 1
        yield pair


def weigh_pairs(pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How much each drawn pair counts in the regression.

    Args:
        pairs: As drawn, shape (pairs, players).

    Returns:
        Mass of the Shapley kernel that each pair stands for, adding up to 1, and which part of all pairs of its size is drawn;
        float64, shape (pairs,).
    """
    players = pairs.shape[1]
    sizes, masses, there = pairs.sum(axis=1), _masses(players), _pairs_of_size(players)
    counts = np.bincount(sizes, minlength=len(masses))
    drawn = np.array([int(count) / max(n, 1) for count, n in zip(counts, there, strict=True)])
    whole = drawn == 1
    of_sampled = masses[~whole].sum() / max(1, counts[~whole].sum())
    of_whole = masses / np.maximum(counts, 1)
    return np.where(whole, of_whole, of_sampled)[sizes], drawn[sizes]


def _masses(players: int) -> np.ndarray:
    """Mass of the kernel on all pairs of each size from 0 to players // 2, adding up to 1; 0 for size 0, which is no pair."""
    sizes = np.arange(1, players // 2 + 1)
    masses = np.where(2 * sizes == players, 1, 2) / (sizes * (players - sizes))
    return np.concatenate([[0.0], masses / masses.sum()])


def _pairs_of_size(players: int) -> list[int]:
    """Number of pairs of each size from 0 to players // 2; as Python integers, which don't overflow."""
    counts = [math.comb(players, size) // (2 if 2 * size == players else 1) for size in range(players // 2 + 1)]
    return [0, *counts[1:]]


def _draw(rng: np.random.Generator, players: int, size: int) -> np.ndarray:
    """A uniform coalition of a size; of two that are each other's complement the one with the first player."""
    pair = np.zeros(players, np.int8)
    pair[rng.permutation(players)[:size]] = 1
    return np.asarray(1 - pair, np.int8) if 2 * size == players and not pair[0] else pair
