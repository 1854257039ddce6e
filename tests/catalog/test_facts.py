from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.catalog.builders import column_of, facts_of

from assay.catalog.facts import Family, mentions, singular, words


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("household_id", ("household", "id")),
        ("visitorId", ("visitor", "id")),
        ("visitorid", ("visitor", "id")),
        ("HTTPStatus2", ("http", "status", "2")),
        ("couponUPC", ("coupon", "upc")),
        ("用户编号", ("用户编号",)),
        ("user_编号", ("user", "编号")),
    ],
)
def test_names_fall_into_words(name, expected):
    assert words(name) == expected


@pytest.mark.parametrize(
    ("plural", "expected"),
    [
        ("products", "product"),
        ("categories", "category"),
        ("classes", "class"),
        ("status", "status"),
        ("boxes", "box"),
        ("gas", "gas"),
    ],
)
def test_plurals(plural, expected):
    assert singular(plural) == expected


@given(st.lists(st.sampled_from(["user", "age", "price", "x1"]), min_size=1, max_size=4))
def test_the_way_of_writing_a_name_does_not_matter(parts):
    camel = parts[0] + "".join(part.capitalize() for part in parts[1:])
    assert words("_".join(parts)) == words("-".join(parts)) == words(" ".join(parts).upper())
    assert mentions(words(camel), frozenset({"age"})) == ("age" in parts)


def test_a_chinese_word_is_found_inside_a_name():
    assert mentions(words("商品编号"), frozenset({"商品"})) and not mentions(words("商品编号"), frozenset({"用户"}))


def test_facts_of_a_column_with_gaps():
    column = column_of("x", [1.0, 1.0, 2.0, None, float("nan")])
    assert (column.rows, column.nulls, column.filled, column.distinct, column.family, column.whole) == (
        5,
        2,
        3,
        2,
        Family.REAL,
        True,
    )
    assert (column.low, column.high) == (1.0, 2.0)


def test_an_empty_table_has_columns_without_values():
    table = facts_of("landing.empty", {"a": [None]})
    assert (
        table.columns["a"].filled == 0
        and table.columns["a"].uniqueness == 0
        and np.isnan(table.columns["a"].low)
    )
