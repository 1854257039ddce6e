"""DataHub's own files, in every form that its file sink and its API have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assay.contracts.described import DescribedTable, Flow, ForeignKey
from assay.sources.catalogues.datahub import read
from assay.sources.catalogues.documents import Document, read_documents

FOLDER = Path(__file__).parents[2] / "data" / "catalogues" / "datahub"
TRANSACTIONS = "urn:li:dataset:(urn:li:dataPlatform:postgres,shop.public.transactions,PROD)"


def tables(file: str) -> dict[str, DescribedTable]:
    documents, torn = read_documents(str(FOLDER / file))
    found = read(documents)
    assert (torn, found.troubles) == ({}, {})
    return {".".join(table.parts): table for table in found.tables}


def proposal(urn: str, name: str, value: Any, **more: Any) -> Document:
    body = {"entityType": "dataset", "entityUrn": urn, "changeType": "UPSERT", "aspectName": name, "aspect": {"json": value}}
    return Document("a.json", body | more)


def test_what_the_proposals_say() -> None:
    found = tables("proposals.json")
    assert sorted(found) == ["lake/landing/coupons", "shop.marts.weekly_sales", "shop.public.products", "shop.public.returns",
                             "shop.public.transactions"]
    transactions = found["shop.public.transactions"]
    assert transactions.comment == "Every line of every receipt."  # edited, not ingested
    assert (transactions.owner, transactions.tier, transactions.view) == ("ann, sales ops", "gold", False)
    assert transactions.column_comments["sales_value"] == "Amount paid by the household, after discounts"
    assert transactions.column_comments["product_id"] == "Product that was sold"
    assert transactions.references == (ForeignKey(("product_id",), ("shop", "public", "products"), ("product_id",)),)
    products = found["shop.public.products"]
    assert products.column_comments == {"product_id": "Number of the product", "brand": "Private or national",
                                        "package.size": "Inside a record"}
    assert (products.primary_key, products.tier, found["lake/landing/coupons"].tier) == (("product_id",), "silver", "bronze")


def test_lineage_of_tables_and_columns_without_what_was_removed() -> None:
    weekly = tables("proposals.json")["shop.marts.weekly_sales"]
    transactions, products = ("shop", "public", "transactions"), ("shop", "public", "products")
    assert weekly.view
    assert weekly.flows == (Flow(transactions), Flow(transactions, "sales_value", "sales", 0.9),
                            Flow(transactions, "product_id", "product"), Flow(products, "product_id", "product"))


def test_all_forms_of_a_file_say_the_same() -> None:
    said = tables("proposals.json")
    assert tables("proposals_nested.jsonl") == said
    assert tables("entities.json") == said
    events = tables("events.json")
    assert events["shop.public.transactions"] == said["shop.public.transactions"]
    assert events["shop.public.products"] == said["shop.public.products"]


def test_the_order_of_documents_changes_nothing() -> None:
    documents, _ = read_documents(str(FOLDER / "proposals.json"))
    assert read(documents[::-1]).tables == read(documents).tables


def test_the_aspect_that_was_observed_last_counts_whatever_the_order() -> None:
    old = proposal(TRANSACTIONS, "datasetProperties", {"description": "old"}, systemMetadata={"lastObserved": 1})
    new = proposal(TRANSACTIONS, "datasetProperties", {"description": "new"}, systemMetadata={"lastObserved": 2})
    assert [table.comment for order in ([old, new], [new, old]) for table in read(order).tables] == ["new", "new"]


def test_deleted_aspects_and_datasets() -> None:
    said = [proposal(TRANSACTIONS, "datasetProperties", {"description": "x"}), proposal(TRANSACTIONS, "subTypes", {})]
    gone = proposal(TRANSACTIONS, "datasetProperties", None, changeType="DELETE", aspect=None)
    assert [table.comment for table in read([*said, gone]).tables] == [None]
    whole = proposal(TRANSACTIONS, "datasetKey", None, changeType="DELETE", aspect=None)
    assert read([*said, whole]).tables == []
    change = [{"op": "add", "path": "/description", "value": "y"}]
    patch = proposal(TRANSACTIONS, "datasetProperties", change, changeType="PATCH")
    assert [table.comment for table in read([*said, patch]).tables] == ["x"]


@pytest.mark.parametrize(("tags", "tier"), [
    (["Tier1"], "Tier1"), (["Tier.Gold"], "Gold"), (["pii", "tier: 2"], "2"), (["tiers", "frontier"], None), ([], None)])
def test_a_tag_tells_the_tier(tags: list[str], tier: str | None) -> None:
    value = {"tags": [{"tag": f"urn:li:tag:{tag}"} for tag in tags]}
    assert [table.tier for table in read([proposal(TRANSACTIONS, "globalTags", value)]).tables] == [tier]


def test_names_with_escaped_characters_instances_and_parentheses() -> None:
    urn = "urn:li:dataset:(urn:li:dataPlatform:hive,eu.sales.Orders %282017%29,DEV)"
    assert [table.parts for table in read([proposal(urn, "status", {"removed": False})]).tables] == [
        ("eu", "sales", "Orders (2017)")]


def test_other_entities_say_nothing() -> None:
    found = read([proposal("urn:li:corpuser:ann", "corpUserInfo", {"active": True})])
    assert (found.tables, found.troubles) == ([], {})


@pytest.mark.parametrize("body", [7, "text", [], {}, {"name": "orders"}, {"proposedSnapshot": {}}, {"proposedSnapshot": None},
                                  {"entityUrn": TRANSACTIONS}, {"entities": 3}, {"urn": 5, "x": {"value": 1}},
                                  {"entityUrn": TRANSACTIONS, "aspectName": "status", "aspect": {"value": "{torn"}}])
def test_json_of_another_shape_is_one_sentence(body: Any) -> None:
    found = read([Document("a.json", body), proposal(TRANSACTIONS, "datasetProperties", {"description": "x"})])
    assert [table.comment for table in found.tables] == ["x"]
    assert list(found.troubles) == ["a.json"]
    assert "a document of it is no proposal, event or entity of DataHub" in found.troubles["a.json"]


@pytest.mark.parametrize(("aspect", "value"), [
    ("ownership", {"owners": [{"name": "ann"}]}), ("ownership", []), ("schemaMetadata", {"fields": [3]}),
    ("datasetProperties", {"description": 5}), ("upstreamLineage", {"upstreams": [{"dataset": "orders"}]}),
    ("structuredProperties", {"properties": [{"values": []}]})])
def test_an_aspect_of_another_shape_is_one_sentence_that_names_the_dataset(aspect: str, value: Any) -> None:
    found = read([proposal(TRANSACTIONS, aspect, value)])
    assert found.tables == []
    assert f"an aspect of {TRANSACTIONS} has another shape" in found.troubles["a.json"]


def test_the_committed_files_name_no_place_of_a_machine() -> None:
    for path in sorted(FOLDER.parent.rglob("*.json*")):
        assert "/tmp" not in path.read_text(encoding="utf-8")
        assert json.loads(path.read_text(encoding="utf-8").splitlines()[0] if path.suffix == ".jsonl"
                          else path.read_text(encoding="utf-8"))
