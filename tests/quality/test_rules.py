"""The project's own expectation types: keys between assets, dependencies, freshness, likeness, and conditions on rows."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.errors import ConfigError
from assay.quality.partition import Other
from assay.quality.suite import Suite, parse_suite
from assay.quality.terms import Reference
from assay.quality.validate import validate

pytestmark = pytest.mark.slow  # imports Great Expectations

LABEL = "2017-06-05"
ROWS = {"expectation": "expect_table_row_count_to_be_between", "min_value": 1, "severity": "critical",
        "dimension": "completeness"}
FOUND = {"expectation": "expect_column_values_to_exist_in_asset", "column": "product_id", "asset": "landing.products",
         "to_column": "product_id"}
RESEMBLES = {"expectation": "expect_column_distribution_to_resemble_earlier_partitions", "max_distance": 0.2, "partitions": 2}


def suite(*entries: dict[str, Any]) -> Suite:
    marked = [{"severity": "warning", "dimension": "consistency"} | entry for entry in entries]
    return parse_suite(Path("suite.yaml"), yaml.safe_dump([ROWS, *marked]))


def outcomes(table: pa.Table, *entries: dict[str, Any], others: dict[Reference, Other] | None = None,
             **more: Any) -> list[dict[str, Any]]:
    return validate(table, suite(*entries), "landing.orders", LABEL, others=others, **more).to_pylist()[1:]


def stored(folder: Path, *tables: pa.Table) -> Other:
    paths = [folder / f"{place}.parquet" for place in range(len(tables))]
    for path, table in zip(paths, tables, strict=True):
        pq.write_table(table, path, row_group_size=100)
    return Other(tuple((str(path),) for path in paths))


def newest(landing: Path, name: str) -> pa.Table:
    return pq.read_table(sorted((landing / "small_journey" / name).glob("ds=*"))[-1], partitioning=None)


def test_values_that_another_asset_lacks_are_counted_row_by_row(small_landing: Path, tmp_path: Path):
    sales, products = newest(small_landing, "transactions"), newest(small_landing, "products")
    key = Reference("landing.products")
    ids = set(products.column("product_id").to_pylist())
    missing = [value for value in sales.column("product_id").to_pylist() if value not in ids]
    (whole,) = outcomes(sales, FOUND, others={key: stored(tmp_path, products)})
    assert whole["unexpected_count"] == len(missing) and whole["success"] == (not missing)
    # A product that is gone fails each of its sales, and nothing else.
    gone, times = Counter(sales.column("product_id").to_pylist()).most_common(1)[0]
    left = products.filter(pc.not_equal(products.column("product_id"), gone))
    (fewer,) = outcomes(sales, FOUND, others={key: stored(tmp_path, left)})
    assert fewer["unexpected_count"] == len(missing) + times and not fewer["success"]
    assert fewer["unexpected_ratio"] == pytest.approx((len(missing) + times) / sales.num_rows)
    assert str(gone) not in fewer["observed"]
    (mostly,) = outcomes(sales, FOUND | {"mostly": 0.01}, others={key: stored(tmp_path, left)})
    assert mostly["success"]


def test_columns_of_a_compound_key_are_found_together(small_landing: Path, tmp_path: Path):
    handed_in, coupons = newest(small_landing, "coupon_redemptions"), newest(small_landing, "coupons")
    entry = {"expectation": "expect_compound_columns_to_exist_in_asset", "column_list": ["coupon_upc", "campaign_id"],
             "asset": "landing.coupons", "to_columns": ["coupon_upc", "campaign_id"]}
    key = {Reference("landing.coupons"): stored(tmp_path, coupons)}
    held = set(zip(*(coupons.column(name).to_pylist() for name in ("coupon_upc", "campaign_id")), strict=True))
    rows = list(zip(*(handed_in.column(name).to_pylist() for name in ("coupon_upc", "campaign_id")), strict=True))
    (whole,) = outcomes(handed_in, entry, others=key)
    assert whole["unexpected_count"] == sum(row not in held for row in rows) and whole["column"] == "coupon_upc, campaign_id"
    campaigns = [1000 + campaign for campaign in handed_in.column("campaign_id").to_pylist()]
    at = handed_in.schema.get_field_index("campaign_id")
    wrong = handed_in.set_column(at, "campaign_id", pa.array([None, *campaigns[1:]], pa.int64()))
    (broken,) = outcomes(wrong, entry, others=key)
    assert broken["unexpected_count"] == handed_in.num_rows - 1 and broken["success"] == (handed_in.num_rows == 1)


def test_a_gap_is_no_unknown_key_and_an_unknown_asset_column_or_type_is_named(tmp_path: Path):
    table, key = pa.table({"product_id": [1, None, 3]}), Reference("landing.products")
    (gaps,) = outcomes(table, FOUND, others={key: stored(tmp_path, pa.table({"product_id": [1, None]}))})
    assert (gaps["unexpected_count"], gaps["observed"]) == (1, "1 of 3 rows fail, 1 are null")
    (absent,) = outcomes(table, FOUND)
    assert not absent["success"] and absent["observed"] == "there is no partition of landing.products to compare with"
    (other,) = outcomes(table, FOUND, others={key: stored(tmp_path, pa.table({"id": [1]}))})
    assert not other["success"] and other["observed"] == "column 'product_id' is absent from landing.products"
    (typed,) = outcomes(table, FOUND, others={key: stored(tmp_path, pa.table({"product_id": ["1"]}))})
    assert not typed["success"] and "can't be computed on column 'product_id'" in typed["observed"]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 3)), st.one_of(st.none(), st.integers(0, 2))), min_size=1,
                max_size=40))
def test_a_dependency_counts_the_rows_to_change(rows: list[tuple[int | None, int | None]]):
    table = pa.table({"a": pa.array([a for a, _ in rows], pa.int64()), "b": pa.array([b for _, b in rows], pa.int64())})
    groups: dict[int, Counter[int]] = {}
    for a, b in rows:
        if a is not None and b is not None:
            groups.setdefault(a, Counter())[b] += 1
    (found,) = outcomes(table, {"expectation": "expect_column_values_to_be_determined_by", "column": "b",
                                "determined_by": ["a"]})
    assert found["unexpected_count"] == sum(sum(group.values()) - max(group.values()) for group in groups.values())


def test_a_dependency_of_real_rows_breaks_where_one_row_is_changed(small_landing: Path):
    sales = newest(small_landing, "transactions")
    entry = {"expectation": "expect_column_values_to_be_determined_by", "column": "household_id",
             "determined_by": ["basket_id", "store_id"]}
    assert outcomes(sales, entry)[0]["unexpected_count"] == 0
    baskets = Counter(sales.column("basket_id").to_pylist())
    place = next(n for n, basket in enumerate(sales.column("basket_id").to_pylist()) if baskets[basket] > 2)
    homes = sales.column("household_id").to_pylist()
    homes[place] = 10**9
    at = sales.schema.get_field_index("household_id")
    wrong = sales.set_column(at, "household_id", pa.array(homes, sales.schema.field("household_id").type))
    (found,) = outcomes(wrong, entry)
    assert (found["unexpected_count"], found["success"]) == (1, False)


def test_freshness_looks_from_the_end_of_the_day():
    day = dt.datetime.fromisoformat(LABEL)
    entry = {"expectation": "expect_column_newest_time_to_be_within_hours", "column": "at", "max_hours": 6}

    def seen(kind: pa.DataType, *hours: float | None) -> dict[str, Any]:
        times = [None if hour is None else day + dt.timedelta(hours=hour) for hour in hours]
        return outcomes(pa.table({"at": pa.array(times, kind)}), entry)[0]

    late = seen(pa.timestamp("us"), 3, 17.5, None)
    assert not late["success"] and late["observed"] == "6.5 hours before the end of the partition's day"
    assert seen(pa.timestamp("ns"), 3, 18)["success"]
    assert seen(pa.timestamp("us"), 25)["observed"] == "1 hours after the end of the partition's day"
    assert seen(pa.timestamp("ms", "UTC"), 40, 1)["success"]
    assert not seen(pa.timestamp("us"), None)["success"]
    (text,) = outcomes(pa.table({"at": ["today"]}), entry)
    assert not text["success"] and "can't be computed" in text["observed"]
    with pytest.raises(ConfigError, match="without partitions"):
        validate(pa.table({"at": [day]}), suite(entry), "a.b", "")


def test_a_distribution_like_that_of_earlier_days_holds_and_another_fails(tmp_path: Path):
    draw = np.random.default_rng(7)

    def day(shares: tuple[float, ...], centre: float) -> pa.Table:
        return pa.table({"place": draw.choice(["a", "b", "c"], 2000, p=shares), "amount": draw.normal(centre, 2.0, 2000),
                         "code": pa.array(draw.integers(0, 5, 2000))})

    others = {Reference(None, 2): stored(tmp_path, day((0.6, 0.3, 0.1), 10), day((0.6, 0.3, 0.1), 10))}
    entries = [RESEMBLES | {"column": name} for name in ("place", "amount", "code")]
    like = outcomes(day((0.6, 0.3, 0.1), 10), *entries, others=others)
    assert all(row["success"] for row in like) and like[0]["observed"].startswith("distance 0")
    unlike = outcomes(day((0.1, 0.3, 0.6), 14), *entries, others=others)
    assert [row["success"] for row in unlike] == [False, False, True]
    again = outcomes(day((0.1, 0.3, 0.6), 14), *entries[:1], others=others, batch_rows=1)
    assert float(again[0]["observed"].removeprefix("distance ")) == pytest.approx(0.5346, abs=0.03)  # by its definition


def test_the_distance_is_one_of_disjoint_values_and_none_of_equal_ones(tmp_path: Path):
    other = {Reference(None, 2): stored(tmp_path, pa.table({"v": ["x"] * 100_000}), pa.table({"v": ["x"] * 100_000}))}
    entry = RESEMBLES | {"column": "v"}
    assert outcomes(pa.table({"v": ["x"] * 10}), entry, others=other)[0]["observed"] == "distance 0"
    assert outcomes(pa.table({"v": ["y"] * 100_000}), entry, others=other)[0]["observed"].startswith("distance 0.99999")
    (nothing,) = outcomes(pa.table({"v": pa.nulls(3, pa.string())}), entry, others=other)
    assert not nothing["success"] and nothing["observed"] == "no value"


@pytest.mark.parametrize(("where", "met", "words"), [
    ([{"column": "kind", "equals": "sale"}], lambda k, n: k == "sale", "kind is sale"),
    ([{"column": "kind", "differs_from": "sale"}], lambda k, n: k not in ("sale", None), "kind is not sale"),
    ([{"column": "kind", "in_set": ["sale", "gift"]}], lambda k, n: k in ("sale", "gift"), "kind is one of sale, gift"),
    ([{"column": "kind", "missing": True}], lambda k, n: k is None, "kind is missing"),
    ([{"column": "n", "at_least": 2}, {"column": "kind", "missing": False}], lambda k, n: n >= 2 and k is not None,
     "n at least 2 and kind is not missing"),
    ([{"column": "n", "below": 2.5}, {"column": "n", "above": 0}, {"column": "n", "at_most": 2}], lambda k, n: 0 < n <= 2,
     "n below 2.5 and n above 0 and n at most 2"),
    ([{"column": "kind", "not_in_set": ["sale"]}], lambda k, n: k not in ("sale", None), "kind is none of sale"),
])
def test_conditions_choose_the_rows_that_count(where: list[dict[str, Any]], met: Any, words: str):
    kinds, numbers = ["sale", "gift", None, "sale", "void"] * 4, list(range(5)) * 4
    amounts = [None, 2, 3, -1, -5] * 4
    table = pa.table({"kind": kinds, "n": numbers, "amount": amounts})
    chosen = [amount for kind, number, amount in zip(kinds, numbers, amounts, strict=True) if met(kind, number)]
    filled = [amount for amount in chosen if amount is not None]
    positive, mean, rows, null = outcomes(
        table, {"expectation": "expect_column_values_to_be_between", "column": "amount", "min_value": 0, "where": where},
        {"expectation": "expect_column_mean_to_be_between", "column": "amount", "min_value": 0, "where": where},
        {"expectation": "expect_table_row_count_to_be_between", "min_value": 0, "where": where},
        {"expectation": "expect_column_values_to_not_be_null", "column": "amount", "where": where})
    assert positive["unexpected_count"] == sum(amount < 0 for amount in filled)
    assert positive["unexpected_ratio"] == sum(amount < 0 for amount in filled) / 20
    assert null["unexpected_count"] == len(chosen) - len(filled)
    assert rows["observed"] == f"{len(chosen)} rows, where {words}"
    assert mean["observed"].startswith(f"{np.mean(filled):.6g}" if filled else "no value")
    assert positive["observed"].endswith(f"where {words}")


def test_a_condition_may_move_with_the_label_and_names_its_absent_column():
    times = [dt.datetime(2017, 6, 4), dt.datetime(2017, 6, 5), dt.datetime(2017, 6, 6)]
    table = pa.table({"at": times, "n": [1, -1, -1]})
    entry = {"expectation": "expect_column_values_to_be_between", "column": "n", "min_value": 0}
    today = [{"column": "at", "at_least": {"partition_plus_days": 0}}, {"column": "at", "below": {"partition_plus_days": 1}}]
    moving, absent, typed = outcomes(table, entry | {"where": today}, entry | {"where": [{"column": "gone", "missing": True}]},
                                     entry | {"where": [{"column": "n", "equals": "x"}]})
    assert moving["unexpected_count"] == 1
    assert absent["observed"] == "column 'gone' is absent"
    assert not typed["success"] and "can't be computed" in typed["observed"]


@pytest.mark.parametrize(("entry", "words"), [
    ({key: value for key, value in FOUND.items() if key != "to_column"} | {"to_colum": "x"}, "did you mean 'to_column'"),
    ({key: value for key, value in FOUND.items() if key != "asset"}, "missing key 'asset'"),
    (RESEMBLES | {"column": "v", "max_distance": 2.0}, "max_distance of entry 2"),
    ({"expectation": "expect_column_values_to_be_determined_by", "column": "b", "determined_by": []}, "determined_by"),
    ({"expectation": "expect_column_newest_time_to_be_within_hours", "column": "b", "max_hours": 0}, "max_hours"),
    ({"expectation": "expect_compound_columns_to_exist_in_asset", "column_list": ["a", "b"], "asset": "x.y",
      "to_columns": ["a", "b", "c"]}, "2 columns and 3 to_columns"),
    (FOUND | {"where": [{"column": "n", "above": 1, "below": 2}]}, "exactly one of equals"),
    (FOUND | {"where": [{"column": "n", "more": 1}]}, "more"),
    ({"expectation": "expect_column_to_exist", "column": "n", "where": [{"column": "n", "above": 1}]}, "where"),
])
def test_mistakes_are_one_sentence(entry: dict[str, Any], words: str):
    with pytest.raises(ConfigError) as caught:
        suite(entry)
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_data_docs_say_in_words_what_is_held(tmp_path: Path):
    from assay.quality.docs import build_docs

    key = {Reference("landing.products"): stored(tmp_path, pa.table({"product_id": [1]}))}
    entry = FOUND | {"where": [{"column": "at", "missing": False}], "mostly": 0.9}
    fresh = {"expectation": "expect_column_newest_time_to_be_within_hours", "column": "at", "max_hours": 30}
    pages = build_docs(pa.table({"product_id": [1, 2], "at": [dt.datetime(2017, 6, 5)] * 2}), suite(entry, fresh),
                       "landing.orders", LABEL, others=key)
    text = next(page for name, page in pages.items() if name.startswith("validations/")).decode()
    assert "of product_id are found in product_id of landing.products, where at is not missing" in text
    assert "the newest time of at lies at most 30 hours before the end of the partition" in text


def test_a_row_count_under_a_condition_does_not_guard_against_an_empty_table():
    guarded = ROWS | {"where": [{"column": "n", "above": 0}]}
    with pytest.raises(ConfigError, match="no critical row count"):
        parse_suite(Path("suite.yaml"), yaml.safe_dump([guarded]))
