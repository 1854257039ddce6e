"""OpenMetadata's own JSON of tables and lineage."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assay.contracts.described import DescribedTable, Flow, ForeignKey
from assay.sources.catalogues.documents import Document, read_documents
from assay.sources.catalogues.openmetadata import read, split_name

FOLDER = Path(__file__).parents[2] / "data" / "catalogues" / "openmetadata"
TRANSACTIONS = ("shop_postgres", "shop", "public", "transactions")


def bodies(file: str) -> Any:
    return json.loads((FOLDER / file).read_text(encoding="utf-8"))


def said(*documents: Any) -> dict[str, DescribedTable]:
    found = read([Document("a.json", body) for body in documents])
    assert found.troubles == {}
    return {table.parts[-1]: table for table in found.tables}


def test_what_tables_say() -> None:
    found = said(*bodies("tables.json"))
    assert sorted(found) == ["landing/coupons/part-0.parquet", "products", "returns.2017", "transactions", "weekly_sales"]
    transactions = found["transactions"]
    assert (transactions.parts, transactions.comment) == (TRANSACTIONS, "Every line of every receipt.")
    assert (transactions.owner, transactions.tier) == ("Ann Lee, Sales Ops", "Tier1")
    assert transactions.column_comments["sales_value"] == "Amount paid by the household, after discounts"
    assert transactions.references == (ForeignKey(("product_id",), (*TRANSACTIONS[:-1], "products"), ("product_id",)),)
    assert found["products"].primary_key == ("product_id",)
    assert found["products"].column_comments["package.size"] == "Inside a record"
    assert found["landing/coupons/part-0.parquet"].primary_key == ("coupon_upc",)
    assert found["weekly_sales"].view


def test_lineage_of_tables_and_columns_without_pipelines_and_dashboards() -> None:
    flows = (Flow(TRANSACTIONS), Flow(TRANSACTIONS, "product_id", "product"), Flow(TRANSACTIONS, "sales_value", "sales"))
    assert said(*bodies("tables.json"), bodies("lineage.json"))["weekly_sales"].flows == flows
    assert said(bodies("lineage.json"))["weekly_sales"].flows == flows


def test_pages_of_the_api_files_and_any_order_say_the_same() -> None:
    tables, lineage = bodies("tables.json"), bodies("lineage.json")
    whole = said(*tables, lineage)
    assert said({"data": tables, "paging": {"total": 6}}, lineage) == whole
    assert said(lineage, *tables[::-1]) == whole
    documents, _ = read_documents(str(FOLDER))
    assert {table.parts[-1]: table for table in read(documents).tables} == whole


def test_the_table_that_was_updated_last_counts() -> None:
    table = bodies("tables.json")[0]
    old, new = table | {"description": "old", "updatedAt": 1}, table | {"description": "new", "updatedAt": 2}
    assert [said(*order)["transactions"].comment for order in ([old, new], [new, old])] == ["new", "new"]


def test_the_owner_of_older_releases_and_owners_that_are_gone() -> None:
    table = bodies("tables.json")[0]
    owners = table.pop("owners")
    assert said(table)["transactions"].owner is None
    assert said(table | {"owner": owners[1]})["transactions"].owner == "Sales Ops"
    assert said(table | {"owners": [owners[0] | {"deleted": True}, {"id": "x", "type": "user", "name": "bo"}]})[
        "transactions"].owner == "bo"


def test_flows_from_what_is_deleted_are_left_out() -> None:
    lineage = bodies("lineage.json")
    tables = bodies("tables.json")
    assert said(tables[0] | {"deleted": True}, *tables[1:], lineage)["weekly_sales"].flows == ()
    lineage["nodes"][0]["deleted"] = True
    assert said(lineage)["weekly_sales"].flows == ()


@pytest.mark.parametrize(("name", "parts"), [
    ("a.b.c", ("a", "b", "c")), ('a."b.c"', ("a", "b.c")), ('a."say ""b"""', ("a", 'say "b"')), ("价.表", ("价", "表"))])
def test_names_are_split_where_they_have_no_quotes(name: str, parts: tuple[str, ...]) -> None:
    assert split_name(name) == parts


def test_other_entities_say_nothing() -> None:
    assert said({"id": "1", "name": "ann", "fullyQualifiedName": "ann", "email": "ann@example.org"}) == {}


@pytest.mark.parametrize("body", [7, "text", [], {}, {"name": "orders"}, {"data": 3}, {"columns": []},
                                  {"fullyQualifiedName": "a.b", "columns": [], "updatedAt": "x"}])
def test_json_of_another_shape_is_one_sentence(body: Any) -> None:
    found = read([Document("a.json", body), *(Document("b.json", table) for table in bodies("tables.json"))])
    assert len(found.tables) == 5
    assert list(found.troubles) == ["a.json"]
    assert "a document of it is no entity of OpenMetadata" in found.troubles["a.json"]


@pytest.mark.parametrize("change", [{"columns": [3]}, {"columns": 3}, {"tags": [{"name": "Tier"}]}, {"owners": [{"id": "x"}]},
                                    {"description": 5}, {"tableConstraints": [{"columns": ["a"]}]}])
def test_a_table_of_another_shape_is_one_sentence_that_names_it(change: dict[str, Any]) -> None:
    found = read([Document("a.json", bodies("tables.json")[0] | change)])
    assert found.tables == []
    assert "table shop_postgres.shop.public.transactions has another shape" in found.troubles["a.json"]


def test_lineage_of_another_shape_is_one_sentence() -> None:
    found = read([Document("a.json", {"entity": {"id": "1"}, "upstreamEdges": []})])
    assert "lineage has another shape" in found.troubles["a.json"]
