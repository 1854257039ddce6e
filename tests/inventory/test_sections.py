from __future__ import annotations

from tests.inventory import builders as b
from tests.inventory.test_ranking import evidence

from assay.contracts import schemas
from assay.inventory.combine import common_scale
from assay.inventory.ranking import rank
from assay.inventory.sections import (
    case_tables,
    failures,
    forecasters,
    meaning,
    metric_tables,
    movers,
    record,
    series,
    state_rows,
    to_do,
)
from assay.inventory.texts import speaker

INVENTORY = rank(evidence(), b.manifest(), b.RULES)


def test_a_night_without_every_use_case_is_left_out_of_the_series() -> None:
    half = b.MANIFEST["use_cases"][0] | {"name": "other"}
    platform = b.manifest(use_cases=[b.MANIFEST["use_cases"][0], half])
    one = b.table(schemas.VALUES, [b.value_row("a", 1.0), b.value_row("gone", None, reason="missing")])
    values = {b.CASE: one, "other": b.table(schemas.VALUES, [b.value_row("a", 10.0, case="other")])}
    history = {b.CASE: {"2017-12-16": one, "2017-12-23": one}, "other": {"2017-12-23": values["other"]}}
    assets, total = series(history, common_scale(platform, values))
    assert assets == {"a": [("2017-12-23", 11.0)]}
    assert total == [("2017-12-23", 11.0)]


def test_what_to_do_lists_the_most_money_first_and_nothing_to_keep() -> None:
    asked = to_do(INVENTORY.to_pylist())
    assert [r["asset_id"].removeprefix("landing.") for r in asked] == [
        "transactions", "promotions", "campaigns", "coupons", "demographics"]


def test_movers_compare_what_was_valued_both_times() -> None:
    earlier = rank(evidence(values={b.CASE: b.values(0.9)}), b.manifest(), b.RULES)
    moved = movers(INVENTORY, earlier)
    assert moved[0]["asset_id"] == "landing.transactions"
    assert (moved[0]["words"], moved[0]["before"], moved[0]["now"], moved[0]["within"]) == ("+842", "7,579", "8,422", False)
    assert len(moved) == 6
    assert movers(INVENTORY, INVENTORY) == []
    assert movers(INVENTORY, None) == []


def test_the_number_is_explained_with_the_manifests_own_terms() -> None:
    said = " ".join(meaning(b.manifest(), {b.CASE: b.values()}, speaker("en")))
    for words in ("10 items", "margin of 25%", "sales reached, not sales caused", "takes 10% of next_week's money as caused",
                  "8.0% a year", "0.023 USD per GB and month"):
        assert words in said


def test_the_meaning_tells_what_is_stocked_at_which_terms() -> None:
    stock = {"name": "stock", "entity": {"place": "store_id", "item": "product_id"},
             "outcome": {"asset": "landing.transactions", "time": "ts", "amount": "units", "paid": "sales_value",
                         "window_days": 7},
             "payoff": {"type": "newsvendor", "margin": 0.3, "holding": 0.04, "spoilage": 0.06}}
    said = " ".join(meaning(b.manifest(use_cases=[stock]), {"stock": b.values()}, speaker("en")))
    assert "suffice with a chance of 75%" in said and "earns 30% of its price" in said and "costs 10% of it" in said


def test_a_model_stands_beside_the_base_rate() -> None:
    (shown,) = metric_tables({b.CASE: b.metrics()})
    assert shown["models"] == ["base_rate", "outcome"]
    assert shown["rows"][1] == {"split": "outcome", "metric": "log_loss", "values": ["0.2811", "0.2134"]}


def test_the_record_groups_by_days_ahead() -> None:
    scores = b.table(schemas.FORECAST_SCORES, [
        {"use_case": b.CASE, "asset_id": a, "column": None, "model": "naive", "made_on": "2017-12-16",
         "target_partition": "2017-12-23", "p50": p50, "realised": 100.0, "naive": 90.0,
         "covered": p50 > 95} for a, p50 in (("a", 98.0), ("b", 94.0))])
    assert record(scores) == [
        {"use_case": b.CASE, "kind": "asset", "days": 7, "n": 2, "error": "4.00", "naive": "10.00", "covered": "50%"}]


def test_the_forecaster_in_use_is_told_once_for_each_horizon() -> None:
    rows = [b.forecast_row(asset, days, 1, 2, 3) for asset in ("a", "b") for days in (14, 7)]
    rows.append(b.forecast_row("a", 7, 1, 2, 3) | {"column": "price", "reason": "Another."})
    assert forecasters(b.table(schemas.FORECASTS, rows)) == [
        {"use_case": b.CASE, "days": days, "reason": "The last known value."} for days in (7, 14)]


def test_critical_failures_come_first_and_the_rest_is_counted() -> None:
    rows, more = failures(b.checks())
    assert [(r["asset_id"], r["words"]) for r in rows] == [
        ("landing.promotions", "table row count to be between"), ("landing.transactions", "column values to be between")]
    assert more == 0
    many = b.table(schemas.CHECKS, [b.checks().to_pylist()[0]] * 40)
    assert (len(failures(many)[0]), failures(many)[1]) == (30, 10)


def test_state_names_the_reason_and_case_tables_leave_out_the_unvalued() -> None:
    torn = next(r for r in state_rows(evidence().assets, b.states(), {}) if r["asset_id"] == "landing.promotions")
    assert (torn["status"], torn["newest"], torn["size"]) == ("degraded", "2017-12-16", "4.0 MB")
    assert "torn file" in torn["reason"]
    (case,) = case_tables({b.CASE: b.values()}, {b.CASE: b.column_values()})
    told = [(row["column"], row["value"]) for row in case["columns"]]
    assert told == [("(rows and keys)", "6,000"), ("sales_value", "2,000")]
    assert case["rows"][0]["asset_id"] == "landing.transactions"
    assert len(case["rows"]) == 6
