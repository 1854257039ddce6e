from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.catalog.builders import column_of, facts_of

from assay.catalog.descriptions import describe_column, describe_table, find_uses
from assay.catalog.kinds import TableKind
from assay.catalog.semantic_types import SemanticType
from assay.contracts.enums import AssetKind, Role


def test_a_column_and_a_table_in_one_sentence():
    assert (
        describe_column(column_of("householdId", [1]), Role.KEY, SemanticType.USER_ID)
        == "Household id: identifier of a user or household."
    )
    assert describe_column(column_of("coupon_disc", [0, 0]), Role.CONSTANT, SemanticType.DISCOUNT) == (
        "Coupon disc: discount in money, the same in every row."
    )
    table = facts_of("landing.products", {"product_id": [1], "maker_id": [1], "brand": ["a"]})
    roles = {"product_id": Role.KEY, "maker_id": Role.KEY, "brand": Role.ATTRIBUTE}
    assert describe_table(table, TableKind(AssetKind.ENTITY, None, ("product_id",)), roles) == (
        "One row per thing in products, identified by product_id, by maker_id, with brand."
    )


@given(st.sampled_from(AssetKind), st.sets(st.sampled_from(SemanticType)))
def test_every_table_serves_something(kind, meanings):
    uses = find_uses(kind, meanings, "unknown")
    assert uses and len(uses) == len({use for use, _ in uses}) and uses == find_uses(kind, set(sorted(meanings)), "unknown")
    assert all(why for _, why in uses)


def test_uses_follow_from_meanings():
    baskets = {SemanticType.USER_ID, SemanticType.ITEM_ID, SemanticType.MONEY, SemanticType.STORE_ID}
    assert _uses(AssetKind.EVENT, baskets) == ["retrieval", "ranking features", "personalisation", "pricing", "stock planning"]
    assert _uses(AssetKind.ENTITY, {SemanticType.OTHER_ID, SemanticType.MONEY}) == ["risk"]
    assert _uses(AssetKind.REFERENCE, {SemanticType.CATEGORY}) == ["look-up"]
    searches = {SemanticType.QUERY, SemanticType.USER_ID}
    assert _uses(AssetKind.EVENT, searches) == ["search", "ranking features", "personalisation"]
    assert ("search", "it says in words or pictures what items are") in find_uses(
        AssetKind.ENTITY, {SemanticType.ITEM_ID, SemanticType.NAME}, "product_attributes")


def _uses(kind: AssetKind, meanings: set[SemanticType]) -> list[str]:
    return [use for use, _ in find_uses(kind, meanings, "unknown")]
