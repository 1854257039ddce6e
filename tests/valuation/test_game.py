from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.valuation.builders import AdditiveModel, SumOfScores, play

from assay.valuation import game
from assay.valuation.coalitions import all_coalitions
from assay.valuation.payoffs import CapturedSales
from assay.valuation.shapley import shapley_values

PLAYERS = ["shop.ads", "shop.orders", "shop.weather"]


def test_an_additive_game_is_solved_exactly() -> None:
    told = np.array([[1.0, 2.0, 4.0], [0.0, 8.0, 0.0], [0.5, 0.25, 0.0]])
    money = play(AdditiveModel(told), SumOfScores(["a", "a", "b"]), PLAYERS, {}, {}, 3)
    assert money.shape == (8, 2)
    assert money[0].tolist() == [0, 0] and money[-1].tolist() == [11.75, 4]
    assert shapley_values(money) == pytest.approx(np.array([[3, 4], [8, 0], [0.75, 0]]), abs=1e-12)


def test_without_any_asset_the_ranking_is_that_of_chance() -> None:
    """The empty coalition's constant shows two of four items at random."""
    told = np.array([[9.0, 1.0, 5.0, 2.0]])
    sales = np.array([10.0, 0.0, 4.0, 2.0])
    payoff = CapturedSales(np.array(["u"] * 4), sales, top_k=2, margin=0.5)
    money = play(AdditiveModel(told), payoff, ["shop.orders"], {}, {}, 4)
    assert money[:, 0].tolist() == [0.5 * 2 * sales.mean(), 0.5 * 14]


def test_a_coalition_reaches_only_what_its_assets_find() -> None:
    """The item on offer sells best and every model knows it, but only who has the offers can show it."""
    sales = np.array([100.0, 7.0, 3.0])
    channels = {"announced": ("shop.ads",), "bought_before": ("shop.orders",), "random": ()}
    found_by = {"announced": np.array([True, False, False]), "bought_before": np.array([False, True, False]),
                "random": np.array([False, False, True])}
    payoff = CapturedSales(np.array(["u"] * 3), sales, top_k=1, margin=1.0)
    oracle = AdditiveModel(np.tile(sales, (3, 1)))
    money = play(oracle, payoff, PLAYERS, channels, found_by, 3)[:, 0]
    expected = [100.0 if ads else 7.0 if orders else 3.0 for ads, orders, _ in all_coalitions(3)]
    assert money.tolist() == expected
    assert shapley_values(money) == pytest.approx([95, 2, 0], abs=1e-12)


def test_rows_out_of_reach_are_not_even_scored() -> None:
    model = AdditiveModel(np.ones((3, 2)))
    channels = {"announced": ("shop.ads",), "random": ()}
    found_by = {"announced": np.array([True, False]), "random": np.array([False, True])}
    play(model, SumOfScores(["u", "u"]), PLAYERS, channels, found_by, 2)
    assert sorted(model.asked) == [(4, (0, 1)), (4, (1,))]


def test_a_channel_through_an_asset_that_does_not_play_is_closed() -> None:
    channels = {"announced": ("shop.unknown",), "random": ()}
    found_by = {"announced": np.array([True, False]), "random": np.array([False, True])}
    money = play(AdditiveModel(np.ones((3, 2))), SumOfScores(["a", "b"]), PLAYERS, channels, found_by, 2)
    assert money[:, 0].tolist() == [0.0] * 8 and money[-1, 1] == 3.0


def test_where_no_channel_is_open_nothing_is_earned() -> None:
    money = play(AdditiveModel(np.ones((3, 2))), SumOfScores(["a", "b"]), PLAYERS, {"bought_before": ("shop.orders",)},
                 {"bought_before": np.array([True, True])}, 2)
    assert [row.tolist() for row, seen in zip(money, all_coalitions(3)) if not seen[1]] == [[0.0, 0.0]] * 4
    assert money[-1].tolist() == [3.0, 3.0]


@st.composite
def games(draw: st.DrawFn) -> tuple[int, np.ndarray, list[str], dict[str, tuple[str, ...]], dict[str, np.ndarray]]:
    players, users = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    each = draw(st.integers(1, 4))
    rows = users * each
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    names = [f"asset.{n}" for n in range(players)]
    needs = draw(st.lists(st.sets(st.sampled_from(names), max_size=2), max_size=3))
    channels = {f"channel_{n}": tuple(sorted(assets)) for n, assets in enumerate(needs)}
    found_by = {name: rng.random(rows) < 0.6 for name in channels}
    told = rng.integers(0, 9, (players, rows)).astype(float)
    return players, told, [f"u{n // each}" for n in range(rows)], channels, found_by


@settings(deadline=None, max_examples=80)
@given(games(), st.integers(1, 5))
def test_playing_together_gives_what_playing_one_by_one_gives(drawn, at_once: int) -> None:
    players, told, users, channels, found_by = drawn
    names = [f"asset.{n}" for n in range(players)]
    sales = np.random.default_rng(told.shape[1]).integers(0, 20, told.shape[1]).astype(float)
    payoff = CapturedSales(np.array(users), sales, top_k=2, margin=0.3)
    model = AdditiveModel(told)
    naive = []
    for row in all_coalitions(players):
        members = {name for name, seen in zip(names, row) if seen}
        working = [found_by[c] for c, needed in channels.items() if members >= set(needed)]
        reach = np.flatnonzero(np.any(working, axis=0)) if working else np.zeros(0, int)
        reach = reach if channels else np.arange(len(users))
        naive.append(payoff.money(model.predict(row[None], reach), reach)[0])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(game, "_AT_ONCE", at_once)
        found = play(model, payoff, names, channels, found_by, len(users))
    assert found == pytest.approx(np.array(naive), abs=1e-12)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1))
def test_two_payoffs_added_are_worth_the_sum_of_their_values(seed: int) -> None:
    """Linearity through the whole game: margins of 0.2 and 0.3 are worth together what 0.5 is."""
    rng = np.random.default_rng(seed)
    told, sales, users = rng.random((3, 12)), rng.random(12) * 10, np.repeat(["a", "b"], 6)
    values = {m: shapley_values(play(AdditiveModel(told), CapturedSales(users, sales, top_k=2, margin=m), PLAYERS, {}, {}, 12))
              for m in (0.2, 0.3, 0.5)}
    assert values[0.2] + values[0.3] == pytest.approx(values[0.5], rel=1e-9, abs=1e-9)


def test_a_copy_of_a_table_shares_its_value_evenly() -> None:
    """Either of two equal tables tells all there is to know."""
    class Copies(AdditiveModel):
        def predict(self, coalitions, rows):
            either = coalitions[:, :1] | coalitions[:, 1:2]
            return super().predict(np.hstack([either, 0 * either, coalitions[:, 2:]]), rows)

    told = np.array([[9.0, 1.0, 4.0], [9.0, 1.0, 4.0], [0.0, 0.5, 0.0]])
    payoff = CapturedSales(np.array(["u"] * 3), np.array([10.0, 1.0, 4.0]), top_k=1, margin=1.0)
    values = shapley_values(play(Copies(told), payoff, PLAYERS, {}, {}, 3)[:, 0])
    assert values[0] == pytest.approx(values[1], abs=1e-12) and values[0] > 0
