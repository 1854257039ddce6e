from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from tests.inventory.builders import CASE, MANIFEST, manifest, table, value_row

from assay.config.manifest import Platform
from assay.contracts.schemas import VALUES
from assay.inventory.combine import combine, common_scale

WEEK = MANIFEST["use_cases"][0]
FORTNIGHT = WEEK | {"name": "fortnight", "outcome": WEEK["outcome"] | {"window_days": 14}}
SAMPLE = {"name": "risk", "entity": {"customer": "id"}, "outcome": {"asset": "landing.x", "label": "y", "positive": "bad"},
          "payoff": {"type": "cost_matrix", "gain_accept": 0.15, "loss_accept": 0.75}}


def both(second: dict) -> Platform:
    return manifest(use_cases=[WEEK, second])


def one(value: float | None, low: float | None = None, high: float | None = None, **more: object) -> pa.Table:
    return table(VALUES, [value_row("a", value, low, high, **more)])  # type: ignore[arg-type]


def test_one_use_case_keeps_its_own_interval() -> None:
    values = {CASE: one(10.0, 7.0, 15.0)}
    worth = combine("a", values, {}, common_scale(manifest(), values))
    assert (worth.value, worth.ci_low, worth.ci_high, worth.status) == (10.0, 7.0, 15.0, "valued")
    assert worth.use_cases == (CASE,)


def drawn(draws: np.ndarray, case: str = CASE) -> pa.Table:
    """An asset with these draws around its value."""
    low, high = np.quantile(draws, [0.025, 0.975])
    return one(float(draws.mean()), float(low), float(high), draws=draws.tolist(), case=case)


def test_two_use_cases_add_values_and_draws() -> None:
    rng = np.random.default_rng(1)
    first, second = rng.normal(10, 3, 1000), rng.normal(5, 4, 1000)
    scale = common_scale(both(FORTNIGHT), {CASE: drawn(first), "fortnight": drawn(second, "fortnight")})
    worth = combine("a", {CASE: drawn(first), "fortnight": drawn(second, "fortnight")}, {}, scale)
    assert worth.value == pytest.approx(first.mean() + second.mean() / 2)  # two weeks for one
    assert [worth.ci_low, worth.ci_high] == pytest.approx(np.quantile(first + second / 2, [0.025, 0.975]), rel=1e-12)
    assert (worth.status, worth.use_cases) == ("valued", ("fortnight", CASE))


def test_errors_that_go_together_add_up_and_such_that_go_apart_cancel() -> None:
    draws = np.random.default_rng(2).normal(0, 1, 1000)
    for other, width in ((10 + draws, 2.0), (10 - draws, 0.0)):
        values = {CASE: drawn(5 + draws), "fortnight": drawn(other, "fortnight")}
        worth = combine("a", values, {}, common_scale(both(FORTNIGHT | {"outcome": WEEK["outcome"]}), values))
        assert worth.ci_high - worth.ci_low == pytest.approx(width * np.ptp(np.quantile(draws, [0.025, 0.975])), abs=1e-9)


def test_a_longer_window_is_prorated_to_the_first_one() -> None:
    values = {CASE: one(10.0, 10.0, 10.0), "fortnight": one(8.0, 8.0, 8.0, case="fortnight", unit="USD/14 days")}
    scale = common_scale(both(FORTNIGHT), values)
    assert (scale.unit, scale.window_days) == ("USD/week", 7)
    assert combine("a", values, {}, scale).value == 14.0


def test_money_per_sample_is_not_added_to_money_per_week() -> None:
    values = {CASE: one(None, reason="broken"), "risk": one(8.0, 7.0, 9.0, case="risk", unit="USD/sample")}
    worth = combine("a", values, {}, common_scale(both(SAMPLE), values))
    assert worth.value is None
    assert worth.reason == "broken"
    alone = common_scale(both(SAMPLE), {"risk": values["risk"]})
    assert (alone.unit, combine("a", {"risk": values["risk"]}, {}, alone).value) == ("USD/sample", 8.0)


def test_why_an_asset_is_unvalued() -> None:
    scale = common_scale(manifest(), {})
    assert scale.unit == "USD/week"
    assert combine("a", {}, {CASE: "no label yet"}, scale).reason == f"{CASE}: no label yet"
    assert combine("a", {}, {}, scale).reason == "no use case reads it"
    assert combine("a", {}, {}, scale).status == "unvalued"


def test_a_sum_is_no_surer_than_its_least_sure_part() -> None:
    second = FORTNIGHT | {"outcome": WEEK["outcome"]}
    values = {CASE: one(10.0, 9.0, 11.0), "fortnight": one(1.0, status="predicted", case="fortnight")}
    worth = combine("a", values, {}, common_scale(both(second), values))
    assert (worth.status, worth.ci_low) == ("predicted", None)
