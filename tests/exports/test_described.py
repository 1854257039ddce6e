from __future__ import annotations

import dataclasses

import pytest
from tests.exports import builders as e
from tests.inventory import builders as b

from assay.exports import Described


def test_each_asset_has_what_is_known_of_it(described: Described) -> None:
    assert [asset.asset_id for asset in described.assets] == b.ASSETS
    of = {asset.asset_id: asset for asset in described.assets}
    sales = of[e.SALES]
    assert (sales.worth["value"], sales.facts["owner"], sales.primary_key) == (8421.5, "store-systems", ("product_id",))
    assert [row["column"] for row in sales.columns][:2] == ["basket_id", "product_id"] and len(sales.profile) == 3
    assert [row["to_asset"] for row in sales.references] == ["landing.products", "landing.promotions"]
    assert sales.quality["accuracy"] < 1 and len(sales.checks) == 1
    assert of["landing.products"].copies == ("landing.products_copy",)
    assert of["landing.products_copy"].copies == ("landing.products",)
    assert (of["landing.coupons"].columns, of["landing.coupons"].profile, of["landing.coupons"].checks) == ((), {}, ())


@pytest.mark.parametrize(("timezone", "partition", "ends"), [
    ("America/New_York", "2017-12-23", "2017-12-24T05:00:00Z"), ("America/New_York", "2017-03-11", "2017-03-12T05:00:00Z"),
    ("America/New_York", "2017-03-12", "2017-03-13T04:00:00Z"), ("Asia/Shanghai", "2017-12-31", "2017-12-31T16:00:00Z"),
    ("UTC", "2016-12-31", "2017-01-01T00:00:00Z")])
def test_a_partition_ends_at_the_platforms_midnight(timezone: str, partition: str, ends: str, described: Described) -> None:
    platform = described.platform.model_copy(update={"timezone": timezone})
    assert dataclasses.replace(described, platform=platform, partition=partition).ends == ends
