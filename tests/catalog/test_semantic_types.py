from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.catalog.builders import column_of, facts_of

from assay.catalog.roles import find_roles
from assay.catalog.semantic_types import SemanticType, described, identified, is_free_text

_MANY = list(range(10, 200))


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("sales_value", [1.5, 2.5], "money"),
        ("coupon_match_disc", [0.5, 0.0], "discount"),
        ("quantity", [1, 2], "quantity"),
        ("金额", [1.5, 2.5], "money"),
        ("优惠金额", [1.5, 2.5], "discount"),
        ("department", ["a", "b"], "category"),
        ("brand", ["National", "Private"], "brand"),
        ("package_size", ["16 OZ", "8 OZ"], "size"),
        ("age", ["19-24", "65+"], "age"),
        ("income", ["35-49K", "50-74K"], "income"),
        ("household_size", ["1", "2"], "household"),
        ("display_location", ["A", "9"], "location"),
        ("order_status", ["new", "paid"], "status"),
        ("installment_rate_in_percentage_of_disposable_income", [1, 2, 3], "rate"),
        ("duration_in_month", [6, 12], "duration"),
        ("opt_in", [True, False], "flag"),
        ("agreed", ["yes", "no"], "flag"),
        ("v", [7, 7], "constant"),
        ("v", [1.5, 2.5], "number"),
        ("purpose", ["car", "radio"] * 9, "category"),
        ("totalvotes", [3, 9], "count"),
        ("corporate", [0.3, 0.9], "number"),  # one word, which ends in another one by chance
        ("passengers", [3, 9], "count"),
        ("days", [3, 9], "duration"),
        ("day", ["Sun", "Sat", "Thur"], "weekday"),
        ("origin", ["France", "Japan", "Spain", "x"], "country"),
        ("closed", [20171231, 20180102], "date"),
        ("closed", ["Dec 31, 1999", "Jan 2, 2000"], "date"),
        ("born", ["31.12.1999", "2.1.2000"], "birth_date"),
        ("population", ["1,628,706", "214,861"], "statistic"),
        ("covered", ["1. Yes", "2. No"], "flag"),
        ("age_group", ["19-24", "65+"], "age"),
        ("waiting_time", ["Dinner", "Lunch"], "category"),
        ("state_fips", [4, 6, 9], "code"),
        ("likes_it", ["a, b", "b", "a", "a, b"], "tag"),
    ],
)
def test_descriptive_columns(name, values, expected):
    assert described(column_of(name, values)).type == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("household_id", "user_id"),
        ("visitorid", "user_id"),
        ("会员编号", "user_id"),
        ("product_id", "item_id"),
        ("sku", "item_id"),
        ("商品编号", "item_id"),
        ("basket_id", "order_id"),
        ("store_id", "store_id"),
        ("campaign_id", "campaign_id"),
        ("coupon_upc", "coupon_id"),
        ("manufacturer_id", "manufacturer_id"),
        ("application_id", "other_id"),
    ],
)
def test_identifiers(name, expected):
    assert identified(column_of(name, _MANY)).type == expected


@given(st.text(alphabet="abcxyz_名", min_size=1, max_size=12))
def test_every_column_has_a_meaning_with_a_confidence(name):
    meaning = described(column_of(name, ["p", "q", None]))
    assert meaning.type in SemanticType and 0 < meaning.confidence <= 1


def test_free_text_is_long_and_hardly_repeats():
    assert is_free_text(column_of("remark", [f"the {i}th customer was content with it" for i in range(20)]))
    assert not is_free_text(column_of("kind", ["a", "b"] * 10))


def test_a_name_beside_a_gender_is_a_persons():
    roles = find_roles(facts_of("landing.babies", {"name": ["Ada", "Ben"], "sex": ["F", "M"], "team_name": ["x", "y"]}))
    assert [meaning.type.value for _, meaning in roles.values()] == ["person_name", "gender", "name"]
