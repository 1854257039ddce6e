from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.contracts.schemas import VALUES
from assay.valuation.appraise import appraise, per_window, shared, unvalued, unvalued_columns
from assay.valuation.coalitions import all_coalitions
from assay.valuation.estimators import estimate
from assay.valuation.table import Played

PLAYERS = ["shop.good", "shop.harmful", "shop.noise"]


def played(players: list[str], payoffs: np.ndarray, coalitions: np.ndarray | None = None) -> Played:
    rows = all_coalitions(len(players)) if coalitions is None else coalitions
    return Played(players, [f"u{n}" for n in range(payoffs.shape[1])], rows, payoffs)


def additive(players: list[str], each: np.ndarray) -> Played:
    """A game in which every player adds the same money to every coalition, shape (players, clusters)."""
    return played(players, all_coalitions(len(each)).astype(float) @ each)


@pytest.fixture
def rows() -> dict[str, dict]:
    rng = np.random.default_rng(8)
    each = np.stack([rng.normal(2.0, 1.0, 300), rng.normal(-1.0, 1.0, 300), rng.normal(0.0, 1.0, 300)])
    return {row["asset_id"]: row | {"true": each[n].sum()} for n, row in enumerate(
        appraise(additive(PLAYERS, each), unit="USD/week"))}


def test_values_shares_and_removal_losses_of_an_additive_game(rows: dict[str, dict]) -> None:
    total = sum(row["true"] for row in rows.values())
    for row in rows.values():
        assert row["value"] == pytest.approx(row["true"], rel=1e-9)
        assert row["removal_loss"] == pytest.approx(row["true"], rel=1e-9)
        assert row["share"] == pytest.approx(row["true"] / total, rel=1e-9)
        assert row["ci_low"] < row["value"] < row["ci_high"]


def test_an_interval_beyond_zero_is_a_value_on_either_side(rows: dict[str, dict]) -> None:
    good, harmful = rows["shop.good"], rows["shop.harmful"]
    assert (good["status"], good["reason"]) == ("valued", None) and good["ci_low"] > 0
    assert (harmful["status"], harmful["reason"]) == ("valued", None) and harmful["ci_high"] < 0


def test_an_interval_around_zero_is_not_distinguishable(rows: dict[str, dict]) -> None:
    noise = rows["shop.noise"]
    assert noise["status"] == "not_distinguishable"
    assert noise["reason"] == f"its interval {noise['ci_low']:.2f} to {noise['ci_high']:.2f} USD/week contains 0"


def test_rows_fit_the_contract(rows: dict[str, dict]) -> None:
    made = [{"use_case": "x"} | {k: v for k, v in row.items() if k != "true"} for row in rows.values()]
    made += [{"use_case": "x"} | row for row in unvalued({"shop.other": "x doesn't use it"}, "USD/week")]
    table = VALUES.conform(pa.Table.from_pylist(made, schema=VALUES.schema))
    assert table.column("status").to_pylist() == ["valued", "valued", "not_distinguishable", "unvalued"]


def test_what_is_unvalued_is_never_zero_and_says_why() -> None:
    (row,) = unvalued({"shop.other": "nothing in it names the entity"}, "USD/week")
    assert row == {"asset_id": "shop.other", "value": None, "ci_low": None, "ci_high": None, "unit": "USD/week",
                   "removal_loss": None, "share": None, "status": "unvalued", "reason": "nothing in it names the entity",
                   "draws": None, "estimator": None, "evaluations": None, "standard_error": None}


def test_a_game_that_earns_nothing_has_no_shares() -> None:
    row = appraise(played(["shop.a"], np.zeros((2, 5))), unit="USD/week")[0]
    assert (row["value"], row["share"], row["status"]) == (0.0, None, "not_distinguishable")


def test_a_game_that_loses_money_has_no_shares() -> None:
    """A share of a loss would show the asset that earns as the one that costs."""
    rows = appraise(additive(["shop.a", "shop.b"], np.array([[3.0, 3.0], [-9.0, -9.0]])), unit="USD/week")
    assert [(row["value"], row["share"]) for row in rows] == [(6.0, None), (-18.0, None)]


def test_units() -> None:
    assert per_window("USD", 7, 150, "user") == "USD/week"
    assert per_window("USD", 1, 150, "user") == "USD/day"
    assert per_window("CNY", 14, 150, "user") == "CNY/14 days"
    assert per_window("DEM", None, 250, "customer") == "DEM/250 customers"


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 4), st.integers(2, 8), st.integers(0, 2**32 - 1))
def test_values_add_up_whatever_the_game(players: int, clusters: int, seed: int) -> None:
    money = np.random.default_rng(seed).normal(scale=100, size=(2**players, clusters))
    made = appraise(played([f"x.{n}" for n in range(players)], money), unit="USD/week")
    total = money[-1].sum() - money[0].sum()
    assert sum(row["value"] for row in made) == pytest.approx(total, rel=1e-9, abs=1e-9 * np.abs(money).max())
    for row in made:
        assert row["ci_low"] <= row["ci_high"]
        assert (row["status"] == "valued") == (row["ci_low"] > 0 or row["ci_high"] < 0)


def test_copies_share_evenly_what_the_one_that_plays_is_worth(rows: dict[str, dict]) -> None:
    found = shared(list(rows.values()), {"shop.good": ("shop.good", "shop.old"), "shop.noise": ("shop.noise",)})
    assert [row["asset_id"] for row in found] == ["shop.good", "shop.old", "shop.harmful", "shop.noise"]
    good = rows["shop.good"]
    for row in found[:2]:
        assert (row["value"], row["ci_low"], row["share"]) == (good["value"] / 2, good["ci_low"] / 2, good["share"] / 2)
        assert row["removal_loss"] == 0.0 and row["status"] == "valued"
        assert row["draws"] == [draw / 2 for draw in good["draws"]]
        assert row["reason"] == "one of 2 copies, shop.good and shop.old, which share what they are worth"
    assert sum(row["value"] for row in found) == pytest.approx(sum(row["value"] for row in rows.values()), rel=1e-12)
    noise = shared([rows["shop.noise"]], {"shop.noise": ("shop.noise", "shop.twin")})[0]
    assert noise["reason"].startswith("its interval ") and noise["reason"].endswith("which share what they are worth")


def test_columns_that_nobody_reads_have_no_value_and_a_reason() -> None:
    read, unread = unvalued_columns([("shop.good", "id"), ("shop.new", "x")], {"shop.good"}, "USD/week")
    assert read["value"] is unread["value"] is None
    assert "part of (rows and keys)" in read["reason"] and unread["reason"] == "its asset isn't valued"


def test_the_interval_of_sampled_coalitions_covers_which_were_drawn() -> None:
    """With equal clusters the bootstrap has no doubt left; what remains is that of the sampling."""
    players = [f"x.{n:02}" for n in range(14)]
    weight = np.arange(1.0, 15.0)
    found = estimate(lambda seen: np.repeat((seen @ weight)[:, None] ** 2 / 50, 5, axis=1), 14, seed=3, budget=300)
    cubic = found.payoffs ** 1.5
    rows = appraise(played(players, cubic, found.coalitions), unit="USD/week")
    assert {(row["estimator"], row["evaluations"]) for row in rows} == {("kernel_shap", len(found.coalitions))}
    assert sum(row["value"] for row in rows) == pytest.approx(np.ptp(cubic.sum(axis=1)), rel=1e-9)
    for row in rows:
        assert row["standard_error"] > 0
        assert row["ci_high"] - row["ci_low"] == pytest.approx(2 * 1.96 * row["standard_error"], rel=0.15)
        assert row["ci_low"] < row["value"] < row["ci_high"]


def test_the_interval_is_that_of_the_draws_and_games_with_the_same_clusters_are_drawn_in_pairs(rows: dict[str, dict]) -> None:
    for row in rows.values():
        assert [row["ci_low"], row["ci_high"]] == pytest.approx(np.quantile(row["draws"], [0.025, 0.975]), rel=1e-12)
    money = np.random.default_rng(5).normal(size=(2, 50))
    one, other = (appraise(played(["x.a"], np.stack([0 * each, each])), unit="USD/week")[0]["draws"] for each in money)
    both = appraise(played(["x.a"], np.stack([0 * money[0], money.sum(axis=0)])), unit="USD/week")[0]["draws"]
    assert np.add(one, other) == pytest.approx(np.array(both), abs=1e-9)
    elsewhere = Played(["x.a"], [f"w{n}" for n in range(50)], all_coalitions(1), np.stack([0 * money[0], money[0]]))
    assert np.abs(np.corrcoef(one, appraise(elsewhere, unit="USD/week")[0]["draws"])[0, 1]) < 0.2
