from __future__ import annotations

import pytest
from tests.catalog.builders import column_of, facts_of

from assay.catalog.keys import is_key, names_table, primary_key

_RUNNING = list(range(1, 301))


@pytest.mark.parametrize(
    "name", ["household_id", "coupon_upc", "visitorid", "商品编号", "订单号", "order_no", "surrogate_key", "sku", "id"]
)
def test_names_of_identifiers(name):
    assert is_key(column_of(name, _RUNNING))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("package_size", _RUNNING),
        ("age", _RUNNING),
        ("kids_count", _RUNNING),
        ("credit_amount", _RUNNING),
        ("paid", _RUNNING),
        ("型号", ["a", "b"]),
        ("zip_code", ["10115", "10117"]),
        ("user_id", [1.5, 2.5]),
        ("number_of_credits", [1, 2]),
        ("price", [f"{i}" for i in _RUNNING]),
        ("brand", ["National", "Private"]),
    ],
)
def test_numbers_and_categories_are_no_identifiers(name, values):
    assert not is_key(column_of(name, values))


def test_values_alone_make_a_key_only_when_unique_over_many_rows():
    assert is_key(column_of("ref", [90_000_000 + 13 * i for i in range(300)]))
    assert is_key(column_of("ref", [f"AB-{i:07d}" for i in range(300)]))
    assert is_key(column_of("ref", _RUNNING))
    assert not is_key(column_of("ref", _RUNNING[:50]))
    assert not is_key(column_of("ref", [*_RUNNING, 1]))
    assert not is_key(column_of("ref", [i * i for i in _RUNNING]))


def test_whole_floats_with_gaps_are_identifiers():
    assert is_key(column_of("user_id", [1.0, 2.0, None]))


def test_a_primary_key_is_unique_and_prefers_the_tables_own_name():
    table = facts_of("landing.products", {"maker_id": list(range(60)), "product_id": list(range(60)), "store_id": [1, 2] * 30})
    assert primary_key(table, ["maker_id", "product_id", "store_id"]) == "product_id"
    assert primary_key(table, ["store_id"]) is None


def test_a_few_repeats_are_forgiven_and_many_are_not():
    few, many = [*range(99), 0], [*range(80), *range(20)]
    assert primary_key(facts_of("landing.products", {"product_id": few}), ["product_id"]) == "product_id"
    assert primary_key(facts_of("landing.products", {"product_id": many}), ["product_id"]) is None


def test_few_rows_prove_nothing_without_a_name():
    table = facts_of("landing.redemptions", {"day": ["a", "b", "c"], "household_id": [1, 2, 3]})
    assert primary_key(table, ["household_id"]) is None
    assert names_table(column_of("id", [1]), table) and not names_table(column_of("household_id", [1]), table)
