from __future__ import annotations

import pytest
from tests.catalog.builders import facts_of

from assay.catalog.domains import UNKNOWN, domains, find_domain
from assay.catalog.meanings import SemanticType
from assay.contracts.enums import AssetKind


@pytest.mark.parametrize(
    ("name", "kind", "meanings", "expected"),
    [
        ("transactions", AssetKind.EVENT, {"order_id", "user_id", "item_id", "money", "quantity"}, "transactions"),
        ("ods_search_log", AssetKind.EVENT, {"user_id", "query", "session_id"}, "search_logs"),
        ("t1", AssetKind.EVENT, {"user_id", "query", "session_id"}, "search_logs"),
        ("click_stream", AssetKind.EVENT, {"user_id", "item_id", "session_id", "event_time"}, "user_behaviour"),
        ("dim_goods", AssetKind.ENTITY, {"item_id", "brand", "category", "name"}, "product_attributes"),
        ("用户画像", AssetKind.ENTITY, {"user_id", "age", "gender"}, "user_attributes"),
        ("x", AssetKind.ENTITY, {"user_id", "age", "gender", "income", "email"}, "user_attributes"),
        ("stock", AssetKind.EVENT, {"item_id", "store_id", "stock", "date"}, "stock"),
        ("coupon_redemptions", AssetKind.EVENT, {"user_id", "coupon_id", "campaign_id", "date"}, "marketing"),
        ("评论", AssetKind.EVENT, {"user_id", "item_id", "review", "rating"}, "reviews"),
    ],
)
def test_tables_are_about_something(name, kind, meanings, expected):
    found, sure = find_domain(facts_of(f"landing.{name}", {"a": [1]}), kind, meanings)
    assert found == expected
    assert 0.5 <= sure <= 0.95


def test_what_tells_nothing_is_unknown():
    assert find_domain(facts_of("landing.t1", {"a": [1]}), AssetKind.UNKNOWN, {"number", "category"}) == (UNKNOWN, 0.0)


def test_domains_speak_of_known_meanings_and_kinds():
    for domain in domains().values():
        assert set(domain.meanings) <= {meaning.value for meaning in SemanticType}
        assert domain.kinds <= {kind.value for kind in AssetKind}
