from __future__ import annotations

import dataclasses
import importlib.resources
import json
from typing import Any

import jsonschema
import pytest
import yaml
from tests.exports import builders as e
from tests.inventory import builders as b

from assay.exports import Described
from assay.exports.odcs import _logical, odcs


def contracts(described: Described) -> dict[str, dict[str, Any]]:
    return {name.removesuffix(".odcs.yaml"): yaml.safe_load(content) for name, content in odcs(described).items()}


def columns(contract: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {column["name"]: column for column in contract["schema"][0]["properties"]}


def custom(contract: dict[str, Any]) -> dict[str, Any]:
    return {said["property"]: said["value"] for said in contract["customProperties"]}


def odd(described: Described) -> Described:
    """Names and places that want care."""
    first, *others = described.assets
    first = dataclasses.replace(first, facts={**first.facts, "asset_id": "landing.订单 a/b", "location": "main.orders",
                                              "owner": None, "tier": None, "domain": "unknown", "kind": "unknown",
                                              "schema_fingerprint": None})
    sales = others[-1]
    to_odd = {**sales.references[0], "to_asset": "landing.订单 a/b"}
    away = {**sales.facts, "location": "s3://lake/sales/ds=2017-12-22"}
    others[-1] = dataclasses.replace(sales, facts=away, references=(to_odd, *sales.references))
    return dataclasses.replace(described, assets=(first, *others))


def test_every_asset_has_a_contract_of_its_own(described: Described) -> None:
    found = contracts(described)
    assert sorted(found) == b.ASSETS
    sales = found[e.SALES]
    assert (sales["apiVersion"], sales["kind"], sales["name"], sales["team"]) == (
        "v3.1.0", "DataContract", e.SALES, {"name": "store-systems"})
    assert sales["servers"] == [
        {"server": "landing", "type": "local", "path": "/landing/landing.transactions", "format": "parquet"}]
    assert len({contract["id"] for contract in found.values()}) == len(b.ASSETS)


def test_columns_have_types_keys_and_what_they_refer_to(described: Described) -> None:
    found = columns(contracts(described)[e.SALES])
    assert {name: column["logicalType"] for name, column in found.items()} == {
        "basket_id": "integer", "product_id": "integer", "sold": "timestamp", "day": "date", "sales_value": "number",
        "discount": "number", "paid": "boolean", "tags": "array", "buyer": "object", 'a "b" é': "string"}
    product = found["product_id"]
    assert (product["primaryKey"], product["primaryKeyPosition"], product["unique"]) == (True, 1, True)
    assert product["relationships"] == [
        {"type": "foreignKey", "to": "landing.products.odcs.yaml#/schema/table/properties/product_id"}]
    assert found["buyer"]["classification"] == "personal: person_name" and "classification" not in found["paid"]
    (pair,) = contracts(described)[e.SALES]["schema"][0]["relationships"]
    assert pair["from"] == ["/schema/table/properties/basket_id", "/schema/table/properties/product_id"]
    assert pair["to"] == [f"landing.promotions.odcs.yaml#{place}" for place in pair["from"]]


def test_what_is_promised_is_what_the_suite_says(described: Described) -> None:
    (rows, key) = contracts(described)[e.SALES]["schema"][0]["quality"]
    assert {name: rows[name] for name in ("type", "engine", "dimension", "severity")} == {
        "type": "custom", "engine": "greatExpectations", "dimension": "completeness", "severity": "error"}
    assert rows["implementation"]["type"] == "expect_table_row_count_to_be_between"
    assert rows["implementation"]["kwargs"]["min_value"] == 1
    assert key["implementation"]["kwargs"]["column"] == "gone"  # a column that isn't there any more is still promised
    found = columns(contracts(described)[e.SALES])
    assert found["sales_value"]["required"] is True and "required" not in found["basket_id"]  # a warning promises nothing
    assert "required" not in found["product_id"]  # nor does one about some of the rows
    between, some = found["sales_value"]["quality"][1], found["product_id"]["quality"][0]
    assert "dimension" not in between and between["engine"] == "greatExpectations"
    assert between["implementation"]["kwargs"] == {
        "column": "sales_value", "min_value": 0, "mostly": 0.99, "strict_min": False, "strict_max": False}
    assert some["engine"] == "assay" and some["implementation"]["kwargs"] == {
        "column": "product_id", "where": [{"column": "paid", "equals": True}]}
    assert "quality" not in contracts(described)["landing.products"]["schema"][0]  # nobody wrote a suite


def test_worth_is_no_price(described: Described) -> None:
    found = contracts(described)
    assert "price" not in found[e.SALES] and custom(found[e.SALES])["value"] == 8421.5
    assert custom(found[e.SALES])["partition"] == b.PARTITION
    assert "value" not in custom(found["landing.products_copy"])


@pytest.mark.parametrize(("dtype", "logical"), [
    ("HUGEINT", "integer"), ("UTINYINT", "integer"), ("INTEGER", "integer"), ("DECIMAL(38,9)", "number"), ("FLOAT", "number"),
    ("TIMESTAMP_NS", "timestamp"), ("TIMESTAMP WITH TIME ZONE", "timestamp"), ("TIME", "time"), ("DATE", "date"),
    ("STRUCT(a INTEGER, b VARCHAR[])", "object"), ("STRUCT(a INTEGER)[]", "array"), ("MAP(VARCHAR, INTEGER)", "object"),
    ("INTEGER[3]", "array"), ("INTERVAL", "string"), ("UUID", "string"), ("ENUM('a')", "string"), ("BLOB", "string")])
def test_types(dtype: str, logical: str) -> None:
    assert _logical(dtype) == logical


def test_what_has_an_odd_name_is_left_out_of_references_alone(described: Described) -> None:
    found = contracts(odd(described))
    assert "landing.%E8%AE%A2%E5%8D%95%20a%2Fb" in found and len(found) == len(b.ASSETS)
    sales, before = found[e.SALES], contracts(described)[e.SALES]
    assert columns(sales)["product_id"]["relationships"] == columns(before)["product_id"]["relationships"]
    assert sales["servers"] == [
        {"server": "landing", "type": "s3", "location": "s3://lake/sales/ds=2017-12-22", "format": "parquet"}]


@pytest.mark.service
@pytest.mark.parametrize("change", [lambda found: found, odd], ids=["all", "odd"])
def test_they_are_what_the_standard_asks_for(change: Any, described: Described) -> None:
    """Held against the standard's own JSON schema, and read by its own classes, which also have to find what is wrong."""
    model = pytest.importorskip("open_data_contract_standard.model")
    schema = json.loads((importlib.resources.files("open_data_contract_standard") / "schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    for content in odcs(change(described)).values():
        contract = yaml.safe_load(content)
        assert [error.message for error in validator.iter_errors(contract)] == []
        again = model.OpenDataContractStandard.from_string(content.decode())
        assert (again.id, len(again.schema_[0].properties or [])) == (
            contract["id"], len(contract["schema"][0].get("properties", [])))
    for wrong in ({"kind": "Contract"}, {"tags": "x"}, {"sceham": []}, {"servers": [{"server": "x", "type": "local"}]}):
        assert list(validator.iter_errors(contract | wrong))
