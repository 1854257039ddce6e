"""What a game makes of input that leaves little to value: defined, no division by zero, no silent zero."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.valuation.builders import AdditiveModel

from assay.valuation.appraise import appraise
from assay.valuation.estimators import estimate
from assay.valuation.game import CoalitionModel, Game
from assay.valuation.payoffs import CapturedSales, CostMatrix, Payoff, Prediction
from assay.valuation.table import Played, payoff_table, read_payoffs

NOTHING = "nothing is earned with it that isn't without: there are no outcomes, or it changes no decision"
pytestmark = pytest.mark.filterwarnings("error")  # a division by zero is one


def appraised(model: CoalitionModel, payoff: Payoff, players: list[str], rows: int) -> dict[str, dict[str, Any]]:
    """Played, kept as an artifact and appraised, as the step does."""
    game = Game(model, payoff, players, {}, {}, rows)
    found = estimate(game.play, len(players), seed=0)
    played = read_payoffs(payoff_table(Played(players, payoff.clusters, found.coalitions, found.payoffs)))
    return {row["asset_id"]: row for row in appraise(played, unit="USD/week")}


def sales(users: list[str], amounts: list[float], top_k: int = 1) -> CapturedSales:
    return CapturedSales(np.array(users), np.array(amounts), top_k=top_k, margin=0.5)


def test_no_usable_asset_leaves_a_game_without_players() -> None:
    assert appraised(AdditiveModel(np.zeros((0, 2))), sales(["u", "u"], [1.0, 2.0]), [], 2) == {}


def test_one_asset_is_worth_all_that_is_earned() -> None:
    found = appraised(AdditiveModel(np.array([[1.0, 2, 2, 1]])), sales(["u", "u", "v", "v"], [1.0, 9, 5, 3]), ["a"], 4)
    # without it either item is shown with equal chance
    assert found["a"]["value"] == pytest.approx(0.5 * (9 + 5) - 0.5 * (5 + 4), abs=1e-12)
    assert (found["a"]["share"], found["a"]["removal_loss"]) == (1.0, found["a"]["value"])


@pytest.mark.parametrize("payoff", [
    sales(["u", "u", "v"], [0.0, 0.0, 0.0]),
    CostMatrix(np.array(["u", "v", "w"]), np.zeros(3), np.zeros(3), gain_accept=0.1, loss_accept=0.9)])
def test_a_window_without_outcomes_gives_zero_with_its_reason(payoff: Payoff) -> None:
    found = appraised(AdditiveModel(np.array([[1.0, 2, 3], [3.0, 1, 2]])), payoff, ["a", "b"], 3)
    for row in found.values():
        assert (row["value"], row["ci_low"], row["ci_high"], row["share"]) == (0, 0, 0, None)
        assert (row["status"], row["reason"]) == ("not_distinguishable", NOTHING)


def test_an_asset_that_changes_nothing_says_so_beside_one_that_does() -> None:
    found = appraised(AdditiveModel(np.array([[1.0, 2.0, 2.0, 1.0], [0.0] * 4])), sales(["u", "u", "v", "v"], [1.0, 9, 5, 3]),
                      ["a", "b"], 4)
    assert found["a"]["status"] == "valued" or found["a"]["value"] > 0
    assert (found["b"]["value"], found["b"]["reason"]) == (0, NOTHING)


def test_negative_sales_are_losses_and_values_still_add_up() -> None:
    users, amounts = ["u", "u", "v", "v"], [-8.0, 2.0, -6.0, 4.0]
    found = appraised(AdditiveModel(np.array([[2.0, 1, 2, 1], [0, 3, 0, 3]])), sales(users, amounts), ["a", "b"], 4)
    assert found["a"]["value"] < 0 < found["b"]["value"]
    total = 0.5 * (2 + 4) - 0.5 * (-3 - 1)
    assert found["a"]["value"] + found["b"]["value"] == pytest.approx(total, abs=1e-12)


def test_a_coalition_under_which_the_model_outputs_a_constant_earns_what_chance_would() -> None:
    class Flat(AdditiveModel):
        def predict(self, coalitions: np.ndarray, rows: np.ndarray) -> Prediction:
            found = super().predict(coalitions, rows)
            return Prediction(found.probability, np.where(coalitions.all(axis=1)[:, None], found.amount, np.float32(0.25)))

    found = appraised(Flat(np.array([[1.0, 2.0, 2.0, 1.0], [1.0, 2.0, 2.0, 1.0]])), sales(["u", "u", "v", "v"], [1.0, 9, 5, 3]),
                      ["a", "b"], 4)
    assert found["a"]["value"] == found["b"]["value"] == pytest.approx((0.5 * (9 + 5) - 0.5 * (5 + 4)) / 2, abs=1e-12)


@pytest.mark.slow
def test_a_hundred_thousand_users_with_one_row_each() -> None:
    """Whatever is known, each is shown the one item there is: nothing is worth anything, and that in bounded memory."""
    users, amounts = np.arange(100_000), np.random.default_rng(1).gamma(1.0, 5.0, 100_000)
    payoff = CapturedSales(users, amounts, top_k=10, margin=0.3)
    told = np.random.default_rng(2).random((2, 100_000))
    found = appraised(AdditiveModel(told), payoff, ["a", "b"], 100_000)
    assert {(row["value"], row["reason"]) for row in found.values()} == {(0.0, NOTHING)}
    risk = CostMatrix(users, (amounts > 5).astype(int), amounts, gain_accept=0.2, loss_accept=0.8)

    class Risk(AdditiveModel):
        def predict(self, coalitions: np.ndarray, rows: np.ndarray) -> Prediction:
            return Prediction(super().predict(coalitions, rows).amount / 2, np.ones((len(coalitions), len(rows))))

    by_entity = appraised(Risk(told), risk, ["a", "b"], 100_000)
    assert all(row["ci_low"] < row["value"] < row["ci_high"] for row in by_entity.values())
