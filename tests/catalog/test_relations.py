from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.catalog.builders import column_of, facts_of

from assay.catalog.kinds import find_kind
from assay.catalog.relations import Relation, find_relations
from assay.catalog.roles import find_roles
from assay.catalog.sketches import inclusion, sketch


def _relations(columns) -> list[Relation]:
    tables = {asset: facts_of(asset, given) for asset, given in columns.items()}
    found = {asset: find_roles(table) for asset, table in tables.items()}
    roles = {asset: {n: r for n, (r, _) in f.items()} for asset, f in found.items()}
    kinds = {
        asset: find_kind(tables[asset], roles[asset], {n: m.type for n, (_, m) in f.items()}) for asset, f in found.items()
    }
    return find_relations(tables, roles, kinds)


def _links(relations) -> set[tuple[str, str, str, str]]:
    return {(r.from_asset, r.from_columns[0], r.to_asset, r.to_columns[0]) for r in relations if r.kind == "foreign_key"}


_TIMES = [dt.datetime(2017, 1, 1, 10, i % 60) for i in range(60)]
_USERS = {"user_id": list(range(60)), "age": ["a", "b"] * 30}
_ITEMS = {"id": list(range(60)), "brand": ["x", "y"] * 30}


def test_running_numbers_of_other_things_do_not_match():
    visits = {"user_id": [i % 50 for i in range(60)], "store_id": [i % 50 for i in range(60)], "at": _TIMES}
    assert _links(_relations({"a.visits": visits, "a.users": _USERS, "a.items": _ITEMS})) == {
        ("a.visits", "user_id", "a.users", "user_id")
    }


def test_a_longer_name_and_a_bare_id_match_their_table():
    visits = {"referring_user_id": [i % 50 for i in range(60)], "item_id": [i % 50 for i in range(60)], "at": _TIMES}
    relations = _relations({"a.visits": visits, "a.users": _USERS, "a.items": _ITEMS})
    assert _links(relations) == {
        ("a.visits", "referring_user_id", "a.users", "user_id"),
        ("a.visits", "item_id", "a.items", "id"),
    }
    sure = {r.from_columns[0]: r.confidence for r in relations}
    assert sure["item_id"] > sure["referring_user_id"]


@pytest.mark.parametrize(
    "values", [[f"{i:05d}" for i in range(60)], [float(i) if i % 3 else None for i in range(60)], [str(i) for i in range(60)]]
)
def test_types_and_formats_may_differ(values):
    visits = {"user_id": values, "at": _TIMES}
    assert _links(_relations({"a.visits": visits, "a.users": _USERS})) == {("a.visits", "user_id", "a.users", "user_id")}


def test_a_part_of_the_values_is_kept_with_its_coverage():
    visits = {"user_id": [3 * i for i in range(60)], "at": _TIMES}
    [relation] = _relations({"a.visits": visits, "a.users": _USERS})
    assert relation.coverage == pytest.approx(1 / 3) and relation.confidence < 0.7
    assert _relations({"a.visits": visits | {"user_id": [1000 + i for i in range(60)]}, "a.users": _USERS}) == []


def test_a_key_that_only_an_association_lists_is_referred_to_there():
    coupons = {"coupon_upc": [i // 3 for i in range(60)], "product_id": list(range(60))}
    redeemed = {"coupon_upc": [i % 20 for i in range(60)], "user_id": [i % 7 for i in range(60)], "day": _TIMES}
    assert _links(_relations({"a.coupons": coupons, "a.redeemed": redeemed})) == {
        ("a.redeemed", "coupon_upc", "a.coupons", "coupon_upc")
    }
    elsewhere = redeemed | {"coupon_upc": [i + 15 for i in range(60)]}
    assert _links(_relations({"a.coupons": coupons, "a.redeemed": elsewhere})) == set()


def test_copies_are_found_and_referred_to_once():
    visits = {"user_id": [i % 50 for i in range(60)], "at": _TIMES}
    relations = _relations(
        {
            "a.users": _USERS,
            "a.users_copy": dict(reversed(_USERS.items())),
            "a.visits": visits,
            "a.nearly": _USERS | {"age": ["a"] * 60},
            "a.third": _USERS,
        }
    )
    copies = {(r.from_asset, r.to_asset) for r in relations if r.kind == "duplicate"}
    assert copies == {("a.users", "a.third"), ("a.users_copy", "a.third")}
    assert {r.to_asset for r in relations if r.from_asset == "a.visits"} == {"a.third", "a.nearly"}


@settings(max_examples=25)
@given(st.lists(st.integers(0, 9), min_size=1), st.lists(st.integers(0, 9), min_size=1))
def test_coverage_is_the_share_of_different_values(referring, known):
    share = len(set(referring) & set(known)) / len(set(referring))
    assert inclusion(sketch(column_of("user_id", referring)), sketch(column_of("user_id", known))) == pytest.approx(share)
