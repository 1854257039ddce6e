from __future__ import annotations

from itertools import permutations
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.valuation import owen
from assay.valuation.owen import owen_values, settled
from assay.valuation.shapley import shapley_values

COLUMNS, OTHERS = 3, 2


def game(seed: int, clusters: int = 2):
    """A random game of three columns and two other assets, and its payoffs by (columns, others)."""
    payoffs = np.random.default_rng(seed).normal(size=(2,) * (COLUMNS + OTHERS) + (clusters,))
    payoffs[(0,) * (COLUMNS + OTHERS)] = 0

    def play(seen: np.ndarray, others: np.ndarray) -> np.ndarray:
        return np.stack([payoffs[(*seen.astype(int), *row)] for row in others])

    return play, payoffs


def enumerated(play) -> np.ndarray:
    """The definition: the mean over all orders of columns, and over all coalitions of the others with Shapley's weights."""
    out = np.zeros((COLUMNS, 2))
    for others in np.array(np.meshgrid(*[[0, 1]] * OTHERS)).T.reshape(-1, OTHERS):
        size = others.sum()
        weight = factorial(size) * factorial(OTHERS - size) / factorial(OTHERS + 1)
        for order in permutations(range(COLUMNS)):
            seen = np.zeros(COLUMNS, bool)
            before = play(seen, others[None])[0]
            for column in order:
                seen[column] = True
                after = play(seen, others[None])[0]
                out[column] += weight * (after - before) / factorial(COLUMNS)
                before = after
    return out


def test_many_orders_tend_to_the_definition_whose_sum_is_the_assets_shapley_value(monkeypatch: pytest.MonkeyPatch) -> None:
    play, payoffs = game(4)
    exact = enumerated(play)
    whole = np.stack([payoffs[(*[bits & 1] * COLUMNS, bits >> 1 & 1, bits >> 2 & 1)] for bits in range(2 ** (OTHERS + 1))])
    assert exact.sum(axis=0) == pytest.approx(shapley_values(whole)[0], abs=1e-12)
    monkeypatch.setattr(owen, "_PAIRS", 1500)
    assert owen_values(play, COLUMNS, OTHERS, seed=1) == pytest.approx(exact, abs=0.08)


def test_where_columns_add_up_one_pair_of_orders_is_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owen, "_PAIRS", 1)
    each = np.array([[1.0, 2.0], [0.5, 0.0], [-1.0, 4.0]])
    found = owen_values(lambda seen, others: others @ np.ones((OTHERS, 2)) + seen @ each, COLUMNS, OTHERS, seed=3)
    assert found == pytest.approx(each, abs=1e-12)


def test_what_needs_a_column_and_another_asset_is_halved_between_the_assets() -> None:
    """Unanimity of one column and one of two others: by Owen half of it is the column's, the other columns are null players."""
    found = owen_values(lambda seen, others: np.outer(others[:, 1] * seen[2], [1.0]), COLUMNS, OTHERS, seed=0)
    assert found[:, 0] == pytest.approx([0, 0, 0.5], abs=1e-12)


def test_a_single_column_is_all_of_its_asset_and_an_asset_may_be_alone() -> None:
    assert owen_values(lambda seen, others: np.full((len(others), 1), 7.0 * seen[0]), 1, 0, seed=0).tolist() == [[7.0]]


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**16), st.integers(0, 2**16))
def test_columns_of_an_asset_add_up_to_what_it_adds(seed: int, draw: int) -> None:
    payoffs = np.random.default_rng(seed).normal(size=(2, 2, 2, 5))
    found = owen_values(lambda seen, others: np.tile(payoffs[tuple(seen.astype(int))], (len(others), 1)), 3, 0, seed=draw)
    assert found.sum(axis=0) == pytest.approx(payoffs[1, 1, 1] - payoffs[0, 0, 0], abs=1e-9)


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 2**16))
def test_a_seed_says_which_orders(draw: int) -> None:
    play, _ = game(1)
    assert np.array_equal(owen_values(play, COLUMNS, OTHERS, seed=draw), owen_values(play, COLUMNS, OTHERS, seed=draw))


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=6), st.floats(-100, 100))
def test_settled_values_add_up_and_none_moves_by_more_than_the_difference(values: list[float], total: float) -> None:
    given_, found = np.array(values), settled(np.array(values), total)
    assert found.sum() == pytest.approx(total, abs=1e-9)
    assert (np.abs(found - given_) <= abs(total - given_.sum()) + 1e-9).all()
    if given_.any():
        assert not found[given_ == 0].any()
