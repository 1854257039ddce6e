from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.inventory import builders as b

from assay.contracts import schemas
from assay.inventory.assets import catalogue
from assay.inventory.costs import window_cost
from assay.inventory.present_value import discounted
from assay.inventory.ranking import Evidence, bytes_read, rank, share

FORECASTS = b.table(schemas.FORECASTS, [
    b.forecast_row("landing.transactions", h, 7000.0, 8000.0, 9000.0, target="2018-01-01") for h in (7, 14, 21, 28)])


def evidence(**changes: Any) -> Evidence:
    listed = catalogue(b.discovered(), b.states(), b.kinds(), b.manifest(), b.PARTITION)
    made = Evidence(listed, b.gate(), b.states(), b.scores(), b.relations(), {b.CASE: b.values()}, {}, FORECASTS,
                    schemas.USAGE.schema.empty_table())
    return replace(made, **changes)


def ranked(**changes: Any) -> dict[str, dict[str, Any]]:
    return {r["asset_id"]: r for r in schemas.INVENTORY.conform(rank(evidence(**changes), b.manifest(), b.RULES)).to_pylist()}


def test_the_order_is_by_value_and_unvalued_ones_come_last() -> None:
    rows = ranked()
    assert list(rows) == ["landing.transactions", "landing.products", "landing.promotions", "landing.demographics",
                          "landing.coupons", "landing.campaigns", "landing.products_copy"]
    assert [r["rank"] for r in rows.values()] == list(range(1, 8))
    copy = rows["landing.products_copy"]
    assert (copy["value"], copy["ci_low"], copy["net_value"], copy["present_value"], copy["forecast"]) == (None,) * 5
    assert (copy["value_status"], copy["action"]) == ("unvalued", "merge")


def test_cost_net_and_present_value_of_one_asset() -> None:
    row = ranked()["landing.transactions"]
    cost = window_cost(8_000_000, 6_000_000, 7, 0.023, 0.005)
    days = [7, 14, 21, 28]
    assert row["cost"] == pytest.approx(cost)
    assert row["net_value"] == pytest.approx(8421.5 - cost)
    assert row["forecast"] == 8000.0
    earned, paid = discounted([8000.0] * 4, days, 0.08), discounted([cost] * 4, days, 0.08)
    assert row["present_value"] == pytest.approx(0.1 * earned - paid)
    assert (row["unit"], row["usage"], row["action"]) == ("USD/week", "next_week", "invest")


def test_each_asset_gets_its_action() -> None:
    assert {a.removeprefix("landing."): r["action"] for a, r in ranked().items()} == {
        "transactions": "invest", "products": "keep", "promotions": "repair", "demographics": "protect", "coupons": "review",
        "campaigns": "review", "products_copy": "merge"}


def test_without_a_use_case_the_inventory_is_complete_but_for_the_values() -> None:
    rows = ranked(values={}, stopped={b.CASE: "no outcome has come yet"}, forecasts=schemas.FORECASTS.schema.empty_table())
    assert list(rows) == sorted(b.ASSETS)
    assert all(r["value"] is None and r["value_status"] == "unvalued" and r["cost"] > 0 for r in rows.values())
    assert "next_week: no outcome has come yet" in rows["landing.transactions"]["reason"]


def test_values_per_sample_have_no_next_window_and_cost_a_night() -> None:
    case = {"name": "risk", "entity": {"customer": "id"},
            "outcome": {"asset": "landing.coupons", "label": "y", "positive": "bad"},
            "payoff": {"type": "cost_matrix", "gain_accept": 0.15, "loss_accept": 0.75}}
    worth = b.table(schemas.VALUES, [
        b.value_row("landing.products", 9000.0, 7000.0, 11000.0, case="risk", unit="USD/400 customers")])
    shown = evidence(values={"risk": worth}, forecasts=schemas.FORECASTS.schema.empty_table())
    made = rank(shown, b.manifest(use_cases=[case]), b.RULES)
    row = made.to_pylist()[0]
    assert (row["asset_id"], row["unit"], row["forecast"], row["present_value"]) == (
        "landing.products", "USD/400 customers", None, None)
    assert row["cost"] == pytest.approx(window_cost(8_000_000, 6_000_000, 1, 0.023, 0.005))
    assert made.to_pylist()[1]["reason"].endswith("USD/day.")


def test_a_horizon_shorter_than_a_window_gives_no_present_value() -> None:
    platform = b.manifest(forecast={"horizons": [3], "discount_rate": 0.08})
    made = b.table(schemas.FORECASTS, [b.forecast_row("landing.transactions", 3, 1.0, 2.0, 3.0)])
    row = rank(evidence(forecasts=made), platform, b.RULES).to_pylist()[0]
    assert (row["forecast"], row["present_value"]) == (2.0, None)


def test_only_usable_partitions_are_read() -> None:
    read = bytes_read(b.gate())
    assert (read["landing.promotions"], read["landing.products"]) == (3_000_000, 6_000_000)


def test_shares_of_nothing() -> None:
    assert (share(1.0, 4.0), share(None, 4.0), share(1.0, 0.0), share(1.0, -2.0)) == (0.25, None, None, None)


@settings(deadline=None)
@given(st.permutations(range(len(b.ASSETS))))
def test_the_order_of_the_input_does_not_matter(order: list[int]) -> None:
    base = evidence()
    values = base.values[b.CASE]
    shuffled = replace(base, values={b.CASE: values.take(order)}, states=base.states.take(order),
                       gate=base.gate.take([2 * i for i in order] + [2 * i + 1 for i in order]))
    assert rank(shuffled, b.manifest(), b.RULES).equals(rank(base, b.manifest(), b.RULES))


def test_what_the_log_says_stands_behind_the_use_cases() -> None:
    rows = ranked(usage=b.usage())
    assert rows["landing.transactions"]["usage"] == "next_week; 1,312 reads, 4 writes by 5 users in 90 days"
    assert rows["landing.coupons"]["usage"] == "next_week; not used in 90 days, last on 2017-06-30"
    assert rows["landing.products"]["usage"] == "next_week"
