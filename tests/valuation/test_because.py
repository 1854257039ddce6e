from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.valuation.builders import AdditiveModel

from assay.valuation.because import by_thing, difference, spread
from assay.valuation.game import Game
from assay.valuation.payoffs import CapturedSales

USERS, ITEMS = np.array(["u1", "u1", "u1", "u2", "u2", "u2"]), ["a", "b", "c"] * 2
SALES = np.array([10.0, 4.0, 0.0, 0.0, 8.0, 2.0])


def game(channels: dict[str, tuple[str, ...]] | None = None, found_by: dict[str, np.ndarray] | None = None) -> Game:
    """The log knows what each wants most; the list prefers b to a, and a to c."""
    told = np.array([[9.0, 0, 0, 0, 9, 0], [1.0, 2, 0, 1, 2, 0]])
    payoff = CapturedSales(USERS, SALES, top_k=1, margin=0.5)
    return Game(AdditiveModel(told), payoff, ["shop.log", "shop.list"], channels or {}, found_by or {}, 6)


def test_which_decisions_and_what_money_an_asset_changes() -> None:
    found = difference(game(), "shop.log")
    assert found.decided.tolist() == [1, -1, 0, 0, 0, 0]  # without it the first user is shown b and not a
    assert found.earned.tolist() == [5.0, -2.0, 0, 0, 0, 0]
    assert found.changed.tolist() == [True, True, False, False, False, False] and not found.only.any()
    assert [(c.key, c.more, c.less, c.earned) for c in by_thing(found, ITEMS)] == [("a", 1, 0, 5.0), ("b", 0, 1, -2.0)]


def test_what_nobody_else_finds_is_told_apart() -> None:
    seen = {"bought": np.array([1, 0, 0, 0, 1, 0], bool), "random": np.array([0, 1, 1, 1, 1, 1], bool)}
    found = difference(game({"bought": ("shop.log",), "random": ()}, seen), "shop.log")
    assert found.only.tolist() == [True, False, False, False, False, False]
    assert found.decided.tolist() == [1, -1, 0, 0, 0, 0]


def test_an_asset_without_which_nothing_is_found() -> None:
    seen = {"bought": np.ones(6, bool)}
    found = difference(game({"bought": ("shop.log",)}, seen), "shop.log")
    assert found.only.all() and found.decided.sum() == 2 and found.earned.sum() == 9.0


def test_spread() -> None:
    found = spread(np.array([5.0, 0.0, -1.0, 3.0, 2.0, 1e-12]))
    assert (found.gaining, found.losing, found.untouched, found.half) == (3, 1, 2, 1)
    nothing = spread(np.zeros(3))
    assert (nothing.gaining, nothing.losing, nothing.untouched, nothing.half) == (0, 0, 3, 0)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_differences_are_removal_losses_and_add_up_over_things(seed: int, top_k: int) -> None:
    rng = np.random.default_rng(seed)
    users, rows = np.repeat([f"u{n}" for n in range(5)], 4), 20
    played = Game(AdditiveModel(rng.integers(0, 4, (3, rows)).astype(float)), CapturedSales(
        users, rng.gamma(1.0, 5.0, rows), top_k=top_k, margin=0.3), ["a", "b", "c"], {}, {}, rows)
    payoffs = played.play(np.array([[1, 1, 1], [1, 0, 1]], np.int8)).sum(axis=1)
    found = difference(played, "b")
    assert found.earned.sum() == pytest.approx(payoffs[0] - payoffs[1], abs=1e-9)
    assert found.decided.sum() == pytest.approx(0, abs=1e-9)  # every place is filled either way
    changes = by_thing(found, list(rng.integers(0, 6, rows)))
    assert sum(c.more - c.less for c in changes) == pytest.approx(0, abs=1e-9)
    assert [c.earned for c in changes] == sorted((c.earned for c in changes), reverse=True)
