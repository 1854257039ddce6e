from __future__ import annotations

import pytest
from tests.catalog.builders import facts_of

from assay.catalog.naming import Names, likeness, names_own_table


def _likeness(source, column, target, key):
    a = facts_of(f"a.{source[0]}", {n: [1, 2] for n in source[1]})
    b = facts_of(f"a.{target[0]}", {n: [1, 2] for n in target[1]})
    return likeness(a.columns[column], Names(a), b.columns[key], Names(b))


_CUSTOMER = ("customer", ["c_customer_sk", "c_name", "c_birth_year"])
_DEMOGRAPHICS = ("customer_demographics", ["cd_demo_sk", "cd_gender", "cd_status"])
_HOUSEHOLDS = ("household_demographics", ["hd_demo_sk", "hd_band", "hd_cars"])
_SALES = ("store_sales", ["ss_customer_sk", "ss_cdemo_sk", "ss_quantity"])
_STAFF = ("employees", ["id", "manager_id", "name"])


@pytest.mark.parametrize(
    ("source", "column", "target", "key", "least", "most"),
    [
        (_SALES, "ss_customer_sk", _CUSTOMER, "c_customer_sk", 1.0, 1.0),
        (("web", ["bill_customer_sk"]), "bill_customer_sk", _CUSTOMER, "c_customer_sk", 0.85, 0.85),
        (_SALES, "ss_cdemo_sk", _DEMOGRAPHICS, "cd_demo_sk", 0.7, 0.85),
        (_SALES, "ss_cdemo_sk", _HOUSEHOLDS, "hd_demo_sk", 0.0, 0.5),
        (_SALES, "ss_quantity", _CUSTOMER, "c_customer_sk", 0.0, 0.0),
        (("shops", ["shop_id", "manager_id"]), "manager_id", _STAFF, "id", 0.5, 0.7),
        (_STAFF, "manager_id", _STAFF, "id", 0.85, 0.85),
        (("goods", ["id", "manager_id"]), "manager_id", ("goods", ["id", "manager_id"]), "id", 0.0, 0.0),
        (("nodes", ["id", "parent_id"]), "parent_id", ("nodes", ["id", "parent_id"]), "id", 0.85, 0.85),
        (("visits", ["cust_id"]), "cust_id", ("customers", ["id", "city"]), "id", 0.7, 0.85),
        (("visits", ["id"]), "id", ("customers", ["id"]), "id", 0.0, 0.0),
        (("t1", ["c3"]), "c3", ("t2", ["c3"]), "c3", 0.0, 0.0),
    ],
)
def test_how_alike_names_are(source, column, target, key, least, most):
    assert least <= _likeness(source, column, target, key) <= most


def test_a_key_named_like_its_own_table():
    demographics = facts_of("a.demographics", {"household_id": [1], "age": [1]})
    households = facts_of("a.household_demographics", {"hd_demo_sk": [1], "hd_band": [1], "hd_cars": [1]})
    assert not names_own_table(demographics.columns["household_id"], Names(demographics))
    assert names_own_table(households.columns["hd_demo_sk"], Names(households))
