from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.quality.distance import jensen_shannon, stability_index

ROWS = 10**12  # so many that chance puts nothing between two samples
COUNTS = st.lists(st.integers(0, 1000), min_size=2, max_size=12)


def test_the_distance_of_two_coins():
    """Of (1/2, 1/2) from (1, 0): the divergence is 1 - 3/4 log2(3), by hand."""
    distance, _ = jensen_shannon(np.array([0.5, 0.5]) * ROWS, np.array([1.0, 0.0]) * ROWS)
    assert distance == pytest.approx(math.sqrt((0.5 * math.log2(2 / 3) + 0.5 + math.log2(4 / 3)) / 2), abs=1e-5)


def test_disjoint_histograms_are_one_apart_and_equal_ones_nothing():
    assert jensen_shannon(np.array([ROWS, 0]), np.array([0, ROWS]))[0] == pytest.approx(1.0, abs=1e-5)
    assert jensen_shannon(np.array([30, 70]), np.array([3, 7])) == (0.0, pytest.approx(math.sqrt(
        math.sqrt(2) * (1 / 100 + 1 / 10) / (8 * math.log(2)))))


@given(COUNTS, st.randoms(use_true_random=False))
def test_it_is_the_same_in_both_directions_and_from_nought_to_one(counts: list[int], random):
    others = [random.randint(0, 1000) for _ in counts]
    here, there = np.array(counts) + np.eye(len(counts), dtype=int)[0], np.array(others) + np.eye(len(counts), dtype=int)[0]
    distance, spread = jensen_shannon(here, there)
    assert 0 <= distance <= 1 and spread > 0
    assert jensen_shannon(there, here) == (pytest.approx(distance, abs=1e-6), pytest.approx(spread))


def test_what_chance_puts_there_is_taken_off():
    draw = np.random.default_rng(3)
    shares = np.full(20, 1 / 20)
    seen = [jensen_shannon(draw.multinomial(400, shares), draw.multinomial(4000, shares))[0] for _ in range(200)]
    assert np.mean(np.square(seen)) < 0.006 and np.median(seen) < 0.06


def test_the_stability_index_of_two_coins():
    """Of (1/2, 1/2) and (3/4, 1/4): 1/4 ln(3/2) + 1/4 ln 2, by hand; half a row more matters little among so many."""
    index = stability_index(np.array([0.5, 0.5]) * ROWS, np.array([0.75, 0.25]) * ROWS)
    assert index == pytest.approx(math.log(3) / 4, rel=1e-9)


def test_a_bin_that_one_leaves_empty_counts_by_how_sure_that_is():
    """9 and 1 rows become 9.5 and 1.5 of 11, 10 and 0 become 10.5 and 0.5, by hand."""
    few = stability_index(np.array([9, 1]), np.array([10, 0]))
    assert few == pytest.approx((10.5 - 9.5) / 11 * math.log(10.5 / 9.5) + (1.5 - 0.5) / 11 * math.log(3))
    assert few < stability_index(np.array([900, 100]), np.array([1000, 0]))
    assert stability_index(np.array([3, 0, 7]), np.array([3, 0, 7])) == 0.0  # the empty bin is none


@given(COUNTS, st.randoms(use_true_random=False))
def test_the_stability_index_is_the_same_in_both_directions(counts: list[int], random):
    others = [random.randint(0, 1000) for _ in counts]
    here, there = np.array(counts) + 1, np.array(others) + 1
    assert stability_index(here, there) == pytest.approx(stability_index(there, here)) and stability_index(here, there) >= 0
