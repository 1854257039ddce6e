"""The small Complete Journey as `classify` sees it, and its landing zone as snapshots."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from tests.features import builders as b

from assay.features.known import SnapshotFiles

PLATFORM = "small_journey"
_KEY, _TEXT = ("key", "BIGINT"), "VARCHAR"

JOURNEY = b.catalogue([
    b.asset("landing.transactions", "event", {
        "household_id": _KEY, "store_id": _KEY, "basket_id": _KEY, "product_id": _KEY, "quantity": ("measure", "BIGINT"),
        "sales_value": ("measure", "DOUBLE"), "retail_disc": ("measure", "DOUBLE"), "coupon_disc": ("measure", "DOUBLE"),
        "coupon_match_disc": ("measure", "DOUBLE"), "transaction_timestamp": ("time", "TIMESTAMP")},
        time="transaction_timestamp"),
    b.asset("landing.promotions", "event", {
        "product_id": _KEY, "store_id": _KEY, "display_location": ("attribute", _TEXT, 10),
        "mailer_location": ("attribute", _TEXT, 10), "week_start": ("time", "DATE")}, time="week_start", ahead=7, period=7),
    b.asset("landing.coupon_redemptions", "event", {
        "household_id": _KEY, "coupon_upc": _KEY, "campaign_id": _KEY, "redemption_date": ("time", "DATE")},
        time="redemption_date", period=2),
    b.asset("landing.products", "entity", {
        "product_id": _KEY, "manufacturer_id": ("key", "BIGINT", 347), "department": ("attribute", _TEXT, 17),
        "brand": ("attribute", _TEXT, 2), "product_category": ("attribute", _TEXT, 159),
        "product_type": ("attribute", _TEXT, 454), "package_size": ("attribute", _TEXT, 301)}, key=("product_id",), period=7),
    b.asset("landing.demographics", "entity", {"household_id": _KEY} | {
        name: ("attribute", _TEXT) for name in ("age", "income", "home_ownership", "marital_status", "household_size",
                                                "household_comp", "kids_count")}, key=("household_id",), period=7),
    b.asset("landing.coupons", "association", {"coupon_upc": _KEY, "product_id": _KEY, "campaign_id": _KEY}, period=7),
    b.asset("landing.campaigns", "association", {"campaign_id": _KEY, "household_id": _KEY}, period=7),
    b.asset("landing.campaign_descriptions", "entity", {
        "campaign_id": _KEY, "campaign_type": ("attribute", _TEXT, 3), "start_date": ("valid_from", "DATE"),
        "end_date": ("valid_to", "DATE")}, key=("campaign_id",), period=7),
], {
    "household": [f"landing.{table}.household_id" for table in ("transactions", "coupon_redemptions", "demographics",
                                                                "campaigns")],
    "product": [f"landing.{table}.product_id" for table in ("transactions", "promotions", "products", "coupons")],
    "store": ["landing.transactions.store_id", "landing.promotions.store_id"],
    "campaign": [f"landing.{table}.campaign_id" for table in ("coupon_redemptions", "coupons", "campaigns",
                                                              "campaign_descriptions")],
    "coupon": ["landing.coupon_redemptions.coupon_upc", "landing.coupons.coupon_upc"],
    "basket": ["landing.transactions.basket_id"],
    "manufacturer": ["landing.products.manufacturer_id"],
})

Lake = dict[str, dict[str, Path]]  # asset -> label -> file


def lake(landing: Path) -> Lake:
    """Files of the landing zone."""
    return {asset_id: {folder.name.removeprefix("ds="): folder / "part-0.parquet"
                       for folder in sorted((landing / PLATFORM / asset_id.partition(".")[2]).iterdir())}
            for asset_id in JOURNEY.assets}


def snapshots(of: Lake) -> dict[str, list[SnapshotFiles]]:
    return {asset_id: [SnapshotFiles(label, (str(path),), label) for label, path in files.items()]
            for asset_id, files in of.items()}


def read(path: Path) -> pa.Table:
    return pq.ParquetFile(path).read()


def changed(of: Lake, chosen: Mapping[str, set[str]], folder: Path, change: Callable[[pa.Table], pa.Table]) -> Lake:
    """The lake with the chosen labels of each asset changed, in files of their own below `folder`."""
    out = {asset_id: dict(files) for asset_id, files in of.items()}
    for asset_id, labels in chosen.items():
        for label in sorted(labels):
            out[asset_id][label] = folder / f"{asset_id}-{label}.parquet"
            pq.write_table(change(read(of[asset_id][label])), out[asset_id][label])
    return out


def nonsense(table: pa.Table, seed: int = 0) -> pa.Table:
    """As many rows of the same types in which nothing fits together any more; dates stay what they are."""
    rng = np.random.default_rng(seed)
    columns = {}
    for field in table.schema:
        column = table.column(field.name)
        if pa.types.is_integer(field.type):
            # half of the keys are known elsewhere, half are new
            new = 10**6 + rng.integers(0, 99, len(table))
            column = pa.array(np.where(rng.random(len(table)) < 0.5, rng.permutation(column), new))
        elif pa.types.is_floating(field.type):
            column = pa.array(rng.normal(scale=1e4, size=len(table)))
        elif pa.types.is_string(field.type):
            column = pa.array([f"nonsense {n}" for n in rng.integers(0, 5, len(table))])
        columns[field.name] = column
    return pa.table(columns, schema=table.schema)
