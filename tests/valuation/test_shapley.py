from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.valuation.coalitions import EXACT_PLAYERS, all_coalitions
from assay.valuation.shapley import removal_losses, shapley_values, shapley_weights

MONEY = st.floats(-1e6, 1e6, allow_nan=False)


def game(players: int, worth) -> np.ndarray:
    """Payoffs of a game that is given as a function of the set of its members."""
    return np.array([worth({n for n in range(players) if row[n]}) for row in all_coalitions(players)], float)


@st.composite
def payoffs(draw: st.DrawFn, least: int = 1, most: int = 6) -> np.ndarray:
    players = draw(st.integers(least, most))
    return np.array(draw(st.lists(MONEY, min_size=2**players, max_size=2**players)))


def test_coalitions_are_the_bits_of_their_place() -> None:
    assert all_coalitions(2).tolist() == [[0, 0], [1, 0], [0, 1], [1, 1]]
    assert all_coalitions(0).shape == (1, 0)


def test_more_players_than_can_be_enumerated_are_refused() -> None:
    assert len(all_coalitions(EXACT_PLAYERS)) == 4096
    with pytest.raises(ValueError, match="got 13 players.*at most 12"):
        all_coalitions(EXACT_PLAYERS + 1)


@pytest.mark.parametrize("costs", [[1.0, 2.0, 3.0], [4.0, 4.0, 9.0, 9.5, 20.0], [5.0]])
def test_airport_game(costs: list[float]) -> None:
    """Littlechild and Owen 1973: each section of the runway is shared by those who need it."""
    n, found = len(costs), shapley_values(game(len(costs), lambda s: max((costs[i] for i in s), default=0.0)))
    sections = np.diff([0.0, *costs])
    assert found == pytest.approx(np.cumsum(sections / np.arange(n, 0, -1)), abs=1e-12)


@pytest.mark.parametrize(("left", "right", "each_left", "each_right"), [
    (1, 1, 1 / 2, 1 / 2), (1, 2, 2 / 3, 1 / 6), (2, 2, 1 / 2, 1 / 2), (1, 3, 3 / 4, 1 / 12)])
def test_glove_game(left: int, right: int, each_left: float, each_right: float) -> None:
    found = shapley_values(game(left + right, lambda s: min(len([i for i in s if i < left]), len([i for i in s if i >= left]))))
    assert found == pytest.approx([each_left] * left + [each_right] * right, abs=1e-12)


def test_weighted_voting_game() -> None:
    """Weights 4, 3, 2, 1 and a quota of 6: pivotal in 10, 6, 6 and 2 of 24 orders."""
    weights = [4, 3, 2, 1]
    found = shapley_values(game(4, lambda s: float(sum(weights[i] for i in s) >= 6)))
    assert found == pytest.approx(np.array([10, 6, 6, 2]) / 24, abs=1e-12)


@pytest.mark.parametrize("players", [1, 3, 7, 12])
def test_majority_game_splits_evenly(players: int) -> None:
    found = shapley_values(game(players, lambda s: float(2 * len(s) > players)))
    assert found == pytest.approx(np.full(players, 1 / players), abs=1e-12)


def test_unanimity_game() -> None:
    found = shapley_values(game(5, lambda s: float({1, 3, 4} <= s)))
    assert found == pytest.approx([0, 1 / 3, 0, 1 / 3, 1 / 3], abs=1e-12)


def test_what_nobody_earns_is_nobodys() -> None:
    """The payoff of the empty coalition is a constant: it moves no value."""
    plain = game(3, lambda s: float(len(s) ** 2))
    assert shapley_values(plain + 1000) == pytest.approx(shapley_values(plain), abs=1e-9)
    assert shapley_values(plain).sum() == pytest.approx(9, abs=1e-12)


def test_a_game_without_players_has_no_values() -> None:
    assert shapley_values(np.array([3.0])).shape == (0,)
    assert removal_losses(all_coalitions(0), np.array([3.0])).shape == (0,)


@pytest.mark.parametrize("count", [3, 6, 1000])
def test_half_a_game_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match=f"got {count} payoffs"):
        shapley_values(np.zeros(count))


def test_weights_are_those_of_all_orders() -> None:
    """The mean marginal contribution over the 24 orders of four players, written out."""
    v = np.random.default_rng(1).normal(size=16)
    mean = np.zeros(4)
    for order in permutations(range(4)):
        seen = 0
        for player in order:
            mean[player] += (v[seen | 1 << player] - v[seen]) / 24
            seen |= 1 << player
    assert shapley_weights(4) @ v == pytest.approx(mean, abs=1e-12)


@settings(deadline=None, max_examples=60)
@given(payoffs())
def test_efficiency(v: np.ndarray) -> None:
    assert shapley_values(v).sum() == pytest.approx(v[-1] - v[0], rel=1e-9, abs=1e-9 * np.abs(v).max())


@settings(deadline=None, max_examples=60)
@given(payoffs(least=2), st.data())
def test_symmetry(v: np.ndarray, data: st.DataObject) -> None:
    """Two players made interchangeable are worth the same."""
    players = len(v).bit_length() - 1
    a, b = data.draw(st.lists(st.integers(0, players - 1), min_size=2, max_size=2, unique=True))
    rows = all_coalitions(players)
    swapped = rows.copy()
    swapped[:, [a, b]] = rows[:, [b, a]]
    alike = (v + v[swapped @ (1 << np.arange(players))]) / 2
    found = shapley_values(alike)
    assert found[a] == pytest.approx(found[b], rel=1e-9, abs=1e-9 * max(1, np.abs(v).max()))


@settings(deadline=None, max_examples=60)
@given(payoffs(most=5), st.data())
def test_a_null_player_is_worth_nothing_and_moves_nobody(v: np.ndarray, data: st.DataObject) -> None:
    players = len(v).bit_length() - 1
    place = data.draw(st.integers(0, players))
    rows = np.delete(all_coalitions(players + 1), place, axis=1)
    found = shapley_values(v[rows @ (1 << np.arange(players))])
    tolerance = 1e-9 * max(1, np.abs(v).max())
    assert found[place] == pytest.approx(0, abs=tolerance)
    assert np.delete(found, place) == pytest.approx(shapley_values(v), abs=tolerance)


@settings(deadline=None, max_examples=60)
@given(payoffs(), MONEY, st.integers(0, 2**32 - 1))
def test_linearity(v: np.ndarray, factor: float, seed: int) -> None:
    other = np.random.default_rng(seed).normal(size=len(v))
    expected = shapley_values(v) + factor * shapley_values(other)
    largest = max(1, np.abs(v).max(), abs(factor))
    assert shapley_values(v + factor * other) == pytest.approx(expected, rel=1e-9, abs=1e-8 * largest)


@settings(deadline=None, max_examples=60)
@given(payoffs(), st.randoms(use_true_random=False))
def test_the_order_of_players_does_not_matter(v: np.ndarray, random) -> None:
    players = len(v).bit_length() - 1
    order = list(range(players))
    random.shuffle(order)
    # player n of the turned game is player order[n] of the first
    turned = v[all_coalitions(players) @ (1 << np.array(order))]
    assert shapley_values(turned) == pytest.approx(shapley_values(v)[order], rel=1e-9, abs=1e-9 * max(1, np.abs(v).max()))


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 4), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_values_of_clusters_add_up_to_the_value_of_their_sum(players: int, clusters: int, seed: int) -> None:
    money = np.random.default_rng(seed).normal(scale=50, size=(2**players, clusters))
    assert shapley_values(money).sum(axis=1) == pytest.approx(shapley_values(money.sum(axis=1)), rel=1e-9, abs=1e-9)
    seen = all_coalitions(players)
    assert removal_losses(seen, money).sum(axis=1) == pytest.approx(removal_losses(seen, money.sum(axis=1)), rel=1e-9, abs=1e-9)


def test_removal_losses_do_not_add_up() -> None:
    """Two copies of one table: each can go without loss, both can't; the third player stands alone."""
    v = game(3, lambda s: 10.0 * bool(s & {0, 1}) + 4.0 * (2 in s))
    assert removal_losses(all_coalitions(3), v).tolist() == [0, 0, 4]
    assert shapley_values(v) == pytest.approx([5, 5, 4], abs=1e-12)
