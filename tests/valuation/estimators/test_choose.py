from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.valuation import games
from tests.valuation.games import Game

from assay.valuation.estimators import estimate, estimate_again

SOLVED = {
    "airport": games.airport([4, 4, 9, 9.5, 20, 1, 1, 3]),
    "glove, one hand short": games.glove(4, 7),
    "glove, even hands": games.glove(5, 5),
    "voting": games.voting([5, 3, 3, 1, 1, 2, 7], 11),
    "council": games.voting([8, 8, 7, 7, 6, 5, 5, 4, 3, 2, 1, 1], 35),
    "majority": games.majority(11),
    "unanimity": games.unanimity(12, [1, 3, 4, 9]),
    "additive": games.additive([3.0, -1.0, 0.0]),
    "pairwise": games.random_pairwise(9, seed=4),
}


class Counted:
    """A game that remembers which coalitions it was asked for."""

    def __init__(self, game: Game) -> None:
        self.game, self.asked = game, np.empty((0, game.players), np.int8)

    def play(self, coalitions: np.ndarray) -> np.ndarray:
        assert coalitions.dtype == np.int8
        self.asked = np.concatenate([self.asked, coalitions])
        return self.game.play(coalitions)


@pytest.mark.parametrize("name", SOLVED)
def test_enumeration_reproduces_closed_forms(name: str) -> None:
    game = SOLVED[name]
    found = estimate(game.play, game.players, seed=1)
    assert found.method == "exact"
    assert found.values[:, 0] == pytest.approx(game.values, abs=1e-12)
    assert found.standard_errors.tolist() == [0] * game.players


@pytest.mark.parametrize(("game", "known"), [
    (games.glove(1, 2), [2 / 3, 1 / 6, 1 / 6]), (games.voting([4, 3, 2, 1], 6), [10 / 24, 6 / 24, 6 / 24, 2 / 24]),
    (games.airport([2, 1]), [1.5, 0.5]), (games.pairwise([1, 2], np.array([[0, 4], [4, 0]])), [3, 4])])
def test_closed_forms_are_those_of_the_books(game: Game, known: list[float]) -> None:
    assert game.values == pytest.approx(known, abs=1e-12)


@pytest.mark.parametrize("players", [0, 1, 2, 12, 13, 40])
def test_any_number_of_players(players: int) -> None:
    game = Counted(games.additive(np.arange(1.0, players + 1)))
    found = estimate(game.play, players, seed=1)
    assert found.values[:, 0] == pytest.approx(game.game.values, abs=1e-9)
    assert found.method == ("exact" if players <= 12 else "kernel_shap")
    assert found.weights.shape == (players, len(found.coalitions))
    assert found.coalitions.dtype == np.int8


@pytest.mark.parametrize("players", [6, 13, 30])
def test_no_coalition_is_played_twice_and_all_are_handed_back(players: int) -> None:
    game = Counted(games.mixed(players, seed=2))
    found = estimate(game.play, players, seed=3)
    assert np.array_equal(game.asked, found.coalitions)
    assert len(np.unique(game.asked, axis=0)) == len(game.asked)
    assert {0, players} <= set(game.asked.sum(axis=1).tolist())
    assert found.payoffs == pytest.approx(game.game.play(found.coalitions), rel=1e-12)


@pytest.mark.parametrize("players", [5, 13, 30])
def test_equal_seeds_give_equal_bytes_and_what_was_stored_gives_them_again(players: int) -> None:
    game = games.mixed(players, seed=5)
    first, second = (estimate(game.play, players, seed=7) for _ in range(2))
    for found in (second, estimate_again(first.coalitions, first.payoffs)):
        assert found.method == first.method
        for name in ("coalitions", "payoffs", "weights", "standard_errors"):
            assert getattr(found, name).tobytes() == getattr(first, name).tobytes()


def test_another_seed_plays_other_coalitions() -> None:
    game = games.majority(13)
    first, second = (estimate(game.play, 13, seed=seed, budget=500).coalitions for seed in (1, 2))
    assert not np.array_equal(first, second)


@settings(deadline=None, max_examples=30)
@given(st.integers(4, 8), st.integers(0, 2**32 - 1), st.randoms(use_true_random=False))
def test_names_of_players_do_not_matter(players: int, seed: int, random) -> None:
    game, order = games.mixed(players, seed), list(range(players))
    random.shuffle(order)
    # player n of the renamed game is player order[n] of the first
    back = np.argsort(order)
    renamed = estimate(lambda members: game.play(members[:, back]), players, seed=seed)
    assert renamed.values[:, 0] == pytest.approx(game.values[order], rel=1e-9, abs=1e-9)


@settings(deadline=None, max_examples=30)
@given(st.sampled_from([3, 7, 13, 20]), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_each_cluster_is_a_game_of_its_own(players: int, clusters: int, seed: int) -> None:
    """Clusters of noise: whatever they are, values of each add up to its total, and of all to that of their sum."""
    def noise(members: np.ndarray) -> np.ndarray:
        places = members.astype(np.int64) @ (1 << np.arange(players))
        return np.sin(places[:, None] * (1.0 + np.arange(clusters)) + seed % 100)

    found = estimate(noise, players, seed=seed, budget=300)
    empty, grand = (found.payoffs[found.coalitions.sum(axis=1) == size][0] for size in (0, players))
    assert found.values.shape == (players, clusters)
    assert found.values.sum(axis=0) == pytest.approx(grand - empty, abs=1e-9)
    summed = estimate(lambda members: noise(members).sum(axis=1, keepdims=True), players, seed=seed, budget=300)
    assert summed.values[:, 0] == pytest.approx(found.values.sum(axis=1), abs=1e-9)
