from __future__ import annotations

import datetime as dt

import pytest
from tests.catalog.builders import column_of, facts_of

from assay.catalog.roles import find_roles, holds_times

_DAYS = [dt.date(2017, 1, d) for d in range(1, 21)]


def _roles(columns) -> dict[str, str]:
    return {name: str(role) for name, (role, _) in find_roles(facts_of("landing.things", columns)).items()}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("day", _DAYS),
        ("at", ["2017-01-01T10:00:00Z", "2017-01-02 11:00"]),
        ("下单时间", ["2017-01-01 10:00:00", "2017-01-02 11:00:00"]),
        ("ts", [1_483_228_800, 1_483_228_860]),
        ("timestamp", [1_483_228_800_000, 1_483_228_860_000]),
    ],
)
def test_times_in_many_forms(name, values):
    assert holds_times(column_of(name, values))


@pytest.mark.parametrize(
    ("name", "values"),
    [("basket_id", [1_483_228_800, 1_483_228_860]), ("present_residence_since", ["2 years", "4 years"]), ("ts", [1, 2, 3])],
)
def test_other_numbers_and_texts_are_no_times(name, values):
    assert not holds_times(column_of(name, values))


def test_a_start_needs_an_end_to_be_a_validity():
    assert _roles({"start_date": _DAYS, "end_date": _DAYS[::-1]}) == {"start_date": "valid_from", "end_date": "valid_to"}
    assert _roles({"开始日期": _DAYS, "结束日期": _DAYS[::-1]}) == {"开始日期": "valid_from", "结束日期": "valid_to"}
    assert _roles({"start_date": _DAYS}) == {"start_date": "time"}
    assert _roles({"week_start": _DAYS, "week_end": _DAYS}) == {"week_start": "time", "week_end": "time"}


def test_measures_add_up_and_attributes_describe():
    numbers = [1.5, 2.5, 0.5, 1.5]
    assert _roles(
        {
            "sales_value": numbers,
            "retail_disc": numbers,
            "quantity": [1, 2, 1, 1],
            "credit_amount": [5, 9, 9, 7],
            "unit_price": numbers,
            "discount_rate": numbers,
            "duration": [6, 12, 6, 6],
            "age_in_years": [20, 30, 40, 20],
            "kids_count": ["0", "1", "3+", "0"],
            "coupon_disc": [0.0] * 4,
            "opt_in": [True, False, True, True],
        }
    ) == {
        "sales_value": "measure",
        "retail_disc": "measure",
        "quantity": "measure",
        "credit_amount": "measure",
        "unit_price": "attribute",
        "discount_rate": "attribute",
        "duration": "attribute",
        "age_in_years": "attribute",
        "kids_count": "attribute",
        "coupon_disc": "constant",
        "opt_in": "attribute",
    }


def test_a_key_or_a_time_stays_one_where_it_never_varies():
    assert _roles({"store_id": [1, 1], "week_start": _DAYS[:1] * 2}) == {"store_id": "key", "week_start": "time"}


def test_remarks_are_text():
    assert _roles({"remark": [f"the {i}th customer was content" for i in range(20)]}) == {"remark": "text"}
