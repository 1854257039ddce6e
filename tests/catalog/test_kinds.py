from __future__ import annotations

import datetime as dt

from tests.catalog.builders import facts_of

from assay.catalog.kinds import TableKind, find_kind
from assay.catalog.roles import find_roles
from assay.contracts.enums import AssetKind


def _kind(asset_id, columns) -> TableKind:
    table = facts_of(asset_id, columns)
    found = find_roles(table)
    return find_kind(table, {n: r for n, (r, _) in found.items()}, {n: m.type for n, (_, m) in found.items()})


def _days(count: int) -> list[dt.date]:
    return [dt.date(2017, 1, 1) + dt.timedelta(days=i) for i in range(count)]


def test_few_redemptions_are_events_even_where_a_key_happens_to_be_unique():
    for rows in (3, 30, 300):
        columns = {"household_id": list(range(rows)), "coupon_upc": list(range(rows)), "redemption_date": _days(rows)}
        assert _kind("landing.coupon_redemptions", columns) == TableKind(AssetKind.EVENT, "redemption_date", ())


def test_orders_are_events_with_a_key_of_their_own():
    columns = {"order_id": list(range(60)), "user_id": [1, 2] * 30, "ordered_at": _days(60), "amount": [1.5, 2.5] * 30}
    assert _kind("shop.orders", columns) == TableKind(AssetKind.EVENT, "ordered_at", ("order_id",))


def test_users_with_a_day_of_signup_are_entities():
    columns = {"user_id": list(range(60)), "store_id": [1, 2] * 30, "signup_date": _days(60), "status": ["a", "b"] * 30}
    assert _kind("shop.users", columns) == TableKind(AssetKind.ENTITY, "signup_date", ("user_id",))


def test_entities_associations_and_reference_lists():
    assert _kind("shop.people", {"user_id": list(range(60)), "age": ["a", "b"] * 30}) == TableKind(
        AssetKind.ENTITY, None, ("user_id",)
    )
    pairs = {"campaign_id": [1] * 60, "household_id": list(range(60))}
    assert _kind("shop.campaigns", pairs) == TableKind(AssetKind.ASSOCIATION, None, ())
    assert _kind("shop.countries", {"country": ["DE", "FR"], "title": ["Germany", "France"]}).kind is AssetKind.REFERENCE
    assert _kind("shop.holidays", {"day": _days(9), "title": list("abcdefghi")}).kind is AssetKind.REFERENCE


def test_rows_without_a_purpose_are_unknown():
    assert _kind("shop.pictures", {"product_id": [1, 1, 2, 2], "size": ["s", "l", "s", "l"]}) == TableKind(
        AssetKind.UNKNOWN, None, ()
    )
    assert (
        _kind("shop.stock", {"store_id": [1, 1, 2, 2], "product_id": [1, 2, 1, 2], "quantity": [5, 6, 7, 8]}).kind
        is AssetKind.UNKNOWN
    )


def test_of_two_times_the_one_that_tells_of_the_event_counts():
    columns = {"user_id": [1, 2] * 30, "updated_at": _days(60), "transaction_time": _days(60)}
    assert _kind("shop.payments", columns).time_column == "transaction_time"


def test_a_chinese_order_table_is_an_event():
    columns = {"订单编号": list(range(60)), "会员编号": [1, 2] * 30, "下单时间": _days(60), "实付金额": [1.5, 2.5] * 30}
    assert _kind("shop.订单", columns) == TableKind(AssetKind.EVENT, "下单时间", ("订单编号",))
