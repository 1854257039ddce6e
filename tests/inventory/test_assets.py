from __future__ import annotations

from typing import Any

import pyarrow as pa
from tests.inventory import builders as b

from assay.contracts.schemas import ASSET_STATES, ASSETS, DECLARED, TABLE_KINDS
from assay.inventory.assets import catalogue


def test_every_discovered_asset_has_a_row() -> None:
    made = ASSETS.conform(catalogue(b.discovered(), b.states(), b.kinds(), b.manifest(), b.PARTITION))
    rows = {r["asset_id"]: r for r in made.to_pylist()}
    assert list(rows) == sorted(b.ASSETS)
    bought = rows["landing.transactions"]
    assert (bought["row_count"], bought["bytes"], bought["n_columns"]) == (24_690, 8_000_000, 2)
    assert (bought["owner"], bought["tier"], bought["description"]) == ("store-systems", "gold", "What was bought.")
    assert [bought[k] for k in ("first_partition", "last_partition", "freshness_hours")] == ["2017-12-16", "2017-12-22", 24.0]


def test_a_torn_partition_counts_no_rows_and_is_not_the_newest() -> None:
    made = catalogue(b.discovered(), b.states(), b.kinds(), b.manifest(), b.PARTITION)
    torn = next(r for r in made.to_pylist() if r["asset_id"] == "landing.promotions")
    assert (torn["row_count"], torn["bytes"], torn["last_partition"]) == (12_345, 4_000_000, "2017-12-16")
    assert (torn["status"], torn["last_good_partition"]) == ("degraded", "2017-12-16")


def test_an_asset_that_nothing_is_known_of_is_listed_as_unknown_not_as_harmless() -> None:
    made = catalogue(b.discovered(), ASSET_STATES.schema.empty_table(), TABLE_KINDS.schema.empty_table(), b.manifest(),
                     b.PARTITION)
    lost = ASSETS.conform(made).to_pylist()[0]
    assert (lost["kind"], lost["pii_level"], lost["status"]) == ("unknown", "unknown", "missing")


def test_the_schema_fingerprint_does_not_hang_on_the_order_of_columns() -> None:
    turned = b.discovered().set_column(
        b.discovered().schema.get_field_index("schema"), "schema",
        [['{"price": "DOUBLE", "product_id": "BIGINT"}'] * b.discovered().num_rows])
    one = catalogue(b.discovered(), b.states(), b.kinds(), b.manifest(), b.PARTITION)
    other = catalogue(turned, b.states(), b.kinds(), b.manifest(), b.PARTITION)
    assert one.column("schema_fingerprint") == other.column("schema_fingerprint")


def declared(asset: str, origin: str, **words: Any) -> dict[str, Any]:
    return dict.fromkeys(DECLARED.schema.names) | {"asset_id": asset, "origin": origin, "view": False} | words


def test_the_manifests_word_counts_then_a_catalogues_then_the_sources_then_ours() -> None:
    said = pa.Table.from_pylist([
        declared("landing.transactions", "hub", comment="The hub's", owner="ann", tier="2"),
        declared("landing.products", "landing", comment="The source's"),
        declared("landing.products", "hub", comment="What is\n sold. " + "x" * 400, owner="ann"),
        declared("landing.products", "om", comment="Another's", owner="bo", tier="silver"),
        declared("landing.coupons", "landing", comment="The source's"),
    ], schema=DECLARED.schema)
    platform = b.manifest(catalogues=[{"name": name, "type": "datahub", "path": "/x"} for name in ("hub", "om")])
    made = catalogue(b.discovered(), b.states(), b.kinds(), platform, b.PARTITION, said)
    rows = {row["asset_id"]: row for row in ASSETS.conform(made).to_pylist()}
    assert [rows["landing.transactions"][key] for key in ("owner", "tier", "description")] == [
        "store-systems", "gold", "What was bought."]
    products = rows["landing.products"]
    assert (products["owner"], products["tier"], products["description"][:16]) == ("ann", "silver", "What is sold. xx")
    assert len(products["description"]) == 300
    assert (rows["landing.coupons"]["owner"], rows["landing.coupons"]["description"]) == (None, "The source's")
    before = catalogue(b.discovered(), b.states(), b.kinds(), platform, b.PARTITION).to_pylist()
    assert [row for row in made.to_pylist() if row["asset_id"] == "landing.campaigns"] == [
        row for row in before if row["asset_id"] == "landing.campaigns"]
