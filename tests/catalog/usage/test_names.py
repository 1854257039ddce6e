from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest
from tests.catalog.usage.shop import CATALOGUE, table

from assay.catalog.usage.names import BY_LAST_PART, BY_PATH, EXACT, Catalogue, Match, catalogue_of
from assay.config.manifest import AssetOverride, Files, Platform
from assay.contracts.schemas import DISCOVERED


@pytest.mark.parametrize("parts, key, confidence", [
    (("ods", "customers"), "ods.customers", EXACT), (("prod", "ods", "customers"), "ods.customers", EXACT),
    (("customers",), "ods.customers", BY_LAST_PART), (("public", "customers"), "ods.customers", BY_LAST_PART),
])
def test_a_name_is_matched_by_its_last_parts(parts: tuple[str, ...], key: str, confidence: float) -> None:
    found = CATALOGUE.match(*parts)
    assert (found.key, found.confidence, found.candidates) == (key, confidence, ())


def test_a_name_in_several_sources_is_not_guessed() -> None:
    assert CATALOGUE.match("orders") == Match("orders", None, candidates=("dwd.orders", "ods.orders"))


def test_a_schema_called_like_a_source_is_taken_at_its_word() -> None:
    assert CATALOGUE.match("dwd", "customers").table is None


SCHEMAS = Catalogue([table(name, "id") for name in ("crm.orders", "crm.staging.orders", "shop.orders", "shop.eu.sales",
                                                    "lake.sales")])


@pytest.mark.parametrize("parts, key, confidence", [
    (("staging", "orders"), "crm.staging.orders", EXACT), (("any", "staging", "orders"), "crm.staging.orders", EXACT),
    (("crm", "public", "orders"), "crm.orders", EXACT), (("pg", "shop", "public", "orders"), "shop.orders", EXACT),
    (("eu", "sales"), "shop.eu.sales", EXACT), (("public", "sales"), "lake.sales", BY_LAST_PART),
    (("us", "sales"), "lake.sales", BY_LAST_PART),
])
def test_schema_and_source_tell_tables_of_one_name_apart(parts: tuple[str, ...], key: str, confidence: float) -> None:
    found = SCHEMAS.match(*parts)
    assert (found.key, found.confidence, found.candidates) == (key, confidence, ())


def test_without_schema_and_source_none_is_guessed() -> None:
    assert SCHEMAS.match("public", "orders").candidates == ("crm.orders", "shop.orders")


def test_columns_and_sources_in_capitals() -> None:
    found = Catalogue([table("Lake.Orders", "ID")]).match("lake", "orders")
    assert found.table is not None
    assert (found.key, found.table.columns) == ("Lake.Orders", {"id": "ID"})


@pytest.mark.parametrize("path, key, confidence", [
    ("s3://bucket/lake/ods/customers/ds=*/part-*.parquet", "ods.customers", EXACT),
    ("/data/customers/*.parquet", "ods.customers", BY_PATH), ("customers.csv.gz", "ods.customers", BY_PATH),
    ("s3://bucket/lake/dwd/orders/", "dwd.orders", EXACT), ("/mnt/ods/orders/**", "ods.orders", EXACT),
    ("file:///data/customers/", "ods.customers", BY_PATH),
])
def test_a_path_is_matched_by_folder_and_what_lies_above(path: str, key: str, confidence: float) -> None:
    found = CATALOGUE.match_path(path)
    assert (found.key, found.confidence) == (key, confidence)


def test_a_path_that_may_be_of_two_tables_is_of_none() -> None:
    assert CATALOGUE.match_path("s3://elsewhere/orders/*.parquet").candidates == ("dwd.orders", "ods.orders")
    assert CATALOGUE.match_path("s3://elsewhere/customers/backup/x.parquet").table is None


def discovered(asset: str, label: str, location: str, columns: list[str] | None) -> dict[str, Any]:
    return {"asset_id": asset, "source_partition": label, "status": "ok" if columns else "unreadable", "location": location,
            "format": "parquet", "files": [], "bytes": 1, "fingerprint": "",
            "schema": json.dumps(dict.fromkeys(columns, "BIGINT")) if columns else None}


def test_the_catalogue_has_the_newest_schema_and_splits_tables_into_their_groups() -> None:
    rows = [discovered("crm.people.who", "2017-01-02", "/lake/people/ds=2017-01-02", ["id", "age"]),
            discovered("crm.people.money", "2017-01-02", "/lake/people/ds=2017-01-02", ["id", "spent"]),
            discovered("crm.visits", "2017-01-01", "/lake/visits/ds=2017-01-01", ["id"]),
            discovered("crm.visits", "2017-01-02", "/lake/visits/ds=2017-01-02", ["id", "page"]),
            discovered("crm.visits", "2017-01-03", "/lake/visits/ds=2017-01-03", None)]
    platform = Platform(platform="shop", currency="EUR", sources=[Files(name="crm", type="files", path="/lake")], assets={
        "crm.people": AssetOverride(key="id", groups={"who": ["age"], "money": ["spent"]})})
    tables = catalogue_of(pa.Table.from_pylist(rows, schema=DISCOVERED.schema), platform).tables
    assert list(tables) == ["crm.people", "crm.visits"]
    assert tables["crm.people"].assets == {"crm.people.who": {"id", "age"}, "crm.people.money": {"id", "spent"}}
    assert list(tables["crm.visits"].columns) == ["id", "page"]
    assert (tables["crm.visits"].folder, tables["crm.visits"].keys) == (("lake", "visits"), ("ds",))
