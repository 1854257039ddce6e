from __future__ import annotations

import math
from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.valuation.estimators.pairs import draw_pairs, weigh_pairs


def drawn(players: int, seed: int, count: int) -> np.ndarray:
    return np.array(list(islice(draw_pairs(players, seed), count)))


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 9), st.integers(0, 2**32 - 1))
def test_every_pair_comes_once(players: int, seed: int) -> None:
    pairs = np.array(list(draw_pairs(players, seed)))
    assert len(pairs) == 2 ** (players - 1) - 1
    assert len(np.unique(np.concatenate([pairs, 1 - pairs]), axis=0)) == 2**players - 2
    assert (2 * pairs.sum(axis=1) <= players).all()


@settings(deadline=None, max_examples=20)
@given(st.integers(13, 40), st.integers(0, 2**32 - 1), st.integers(1, 300), st.integers(0, 300))
def test_more_pairs_continue_fewer(players: int, seed: int, few: int, more: int) -> None:
    assert np.array_equal(drawn(players, seed, few), drawn(players, seed, few + more)[:few])


@pytest.mark.parametrize("players", [3, 13, 30])
def test_every_single_player_comes_first(players: int) -> None:
    assert drawn(players, 1, players).tolist() == np.eye(players).tolist()


@settings(deadline=None, max_examples=20)
@given(st.integers(2, 9), st.integers(0, 2**32 - 1))
def test_all_pairs_weigh_as_the_kernel_does(players: int, seed: int) -> None:
    pairs = np.array(list(draw_pairs(players, seed)))
    weights, part = weigh_pairs(pairs)
    kernel = np.array([1 / (math.comb(players, s) * s * (players - s)) for s in pairs.sum(axis=1)])
    assert weights == pytest.approx(kernel / kernel.sum(), rel=1e-12)
    assert part.tolist() == [1] * len(pairs)


@pytest.mark.parametrize(("players", "count"), [(13, 900), (30, 999), (60, 999), (400, 999), (1100, 1200)])
def test_sizes_come_in_the_proportions_of_the_kernel(players: int, count: int) -> None:
    pairs = drawn(players, 3, count)
    weights, part = weigh_pairs(pairs)
    sizes = pairs.sum(axis=1)
    assert weights.sum() == pytest.approx(1)
    assert part[sizes == 1].tolist() == [1] * players
    masses = {s: (1 if 2 * s == players else 2) / (s * (players - s)) for s in range(1, players // 2 + 1)}
    whole = set(sizes[part == 1].tolist())
    rest = sum(mass for size, mass in masses.items() if size not in whole)
    for size in sorted(set(masses) - whole):
        expected = (part < 1).sum() * masses[size] / rest
        assert (sizes == size).sum() == pytest.approx(expected, rel=0.1, abs=2)  # sizes drop out between two draws


def test_members_of_a_size_are_drawn_evenly() -> None:
    """Each of 14 players is in as many halves as any other, and with player 0, after which pairs of halves are named."""
    pairs = np.concatenate([drawn(14, seed, 600) for seed in range(20)])
    halves = pairs[pairs.sum(axis=1) == 7]
    assert (halves[:, 0] == 1).all()
    assert halves[:, 1:].mean(axis=0) == pytest.approx(np.full(13, 6 / 13), abs=4 * math.sqrt(0.25 / len(halves)))
