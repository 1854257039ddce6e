from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from tests.inventory import builders as b

from assay.exports import Described
from assay.exports.datahub import FILE, datahub
from assay.sources.catalogues.datahub import read
from assay.sources.catalogues.documents import Document

SALES = "urn:li:dataset:(urn:li:dataPlatform:file,/landing/landing.transactions,PROD)"
PROMOTIONS = "urn:li:dataset:(urn:li:dataPlatform:file,/landing/landing.promotions,PROD)"


def proposals(described: Described) -> list[dict[str, Any]]:
    return list(json.loads(datahub(described)[FILE]))


def aspects(described: Described, urn: str) -> dict[str, Any]:
    return {said["aspectName"]: said["aspect"]["json"] for said in proposals(described) if said["entityUrn"] == urn}


def moved(described: Described, *locations: str) -> list[str]:
    """Names of datasets if the first assets lay elsewhere."""
    kept = described.assets[:len(locations)]
    assets = [dataclasses.replace(asset, facts={**asset.facts, "location": where})
              for asset, where in zip(kept, locations, strict=True)]
    found = proposals(dataclasses.replace(described, assets=tuple(assets), flows=()))
    return [said["entityUrn"] for said in found if said["aspectName"] == "datasetProperties"]


def test_what_a_dataset_is_and_is_worth(described: Described) -> None:
    sales = aspects(described, SALES)
    assert set(sales) == {"datasetProperties", "schemaMetadata", "ownership", "structuredProperties", "datasetProfile"}
    assert sales["ownership"]["owners"] == [{"owner": "urn:li:corpGroup:store-systems", "type": "TECHNICAL_OWNER"}]
    worth = {said["propertyUrn"].rpartition(".")[2]: said["values"] for said in sales["structuredProperties"]["properties"]}
    assert worth["value"] == [{"double": 8421.5}] and worth["unit"] == [{"string": "USD/week"}]
    defined = {said["entityUrn"] for said in proposals(described) if said["aspectName"] == "propertyDefinition"}
    used = {said["propertyUrn"] for said in sales["structuredProperties"]["properties"]}
    assert used <= defined and len(defined) == len(worth)
    copy = aspects(described, "urn:li:dataset:(urn:li:dataPlatform:file,/landing/landing.products_copy,PROD)")
    assert not any(said["propertyUrn"].endswith(".value") for said in copy["structuredProperties"]["properties"])


def test_profiles_hold_no_stand_ins(described: Described) -> None:
    profile = aspects(described, SALES)["datasetProfile"]
    assert (profile["timestampMillis"], profile["rowCount"]) == (1514091600000, 100)  # 2017-12-24 05:00 UTC
    fields = {field["fieldPath"]: field for field in profile["fieldProfiles"]}
    assert (fields["sales_value"]["min"], fields["sales_value"]["median"]) == ("0.5", "3.0")
    assert fields["buyer"] == {"fieldPath": "buyer", "uniqueCount": 7, "nullCount": 4, "nullProportion": 0.04}


def test_checks_are_assertions_with_a_run(described: Described) -> None:
    found = [said for said in proposals(described) if said["entityType"] == "assertion"]
    info = {said["entityUrn"]: said["aspect"]["json"] for said in found if said["aspectName"] == "assertionInfo"}
    runs = [said["aspect"]["json"] for said in found if said["aspectName"] == "assertionRunEvent"]
    assert len(info) == len(runs) == 3
    (price,) = [run for run in runs if run["asserteeUrn"] == SALES]
    assert price["result"] == {"type": "FAILURE", "unexpectedCount": 12} and price["runId"] == b.PARTITION
    assert info[price["assertionUrn"]]["datasetAssertion"]["fields"] == [f"urn:li:schemaField:({SALES},price)"]


def test_datasets_bear_the_names_that_datahub_gives_them(described: Described) -> None:
    assert moved(described, "s3://lake/orders/ds=2017-12-31", "postgresql://db.example:5432/shop/orders", "main.orders",
                 "/lake/a,b (c)/x.csv") == [f"urn:li:dataset:(urn:li:dataPlatform:{name},PROD)" for name in (
                     "s3,lake/orders", "postgres,shop.orders", "assay,corner_shop.landing.demographics",
                     "file,/lake/a%2Cb %28c%29/x.csv")]


def test_parts_of_one_table_are_datasets_of_their_own(described: Described) -> None:
    assert moved(described, "/lake/wide", "/lake/wide", "/lake/other") == [
        f"urn:li:dataset:(urn:li:dataPlatform:{name},PROD)" for name in (
            "assay,corner_shop.landing.campaigns", "assay,corner_shop.landing.coupons", "file,/lake/other")]


def test_what_is_said_is_read_back_by_the_reader_of_such_files(described: Described) -> None:
    """The other end of the same format: descriptions, owners, columns, keys and flows are those that went out."""
    found = read([Document("proposals.json", said) for said in proposals(described)])
    assert not found.troubles and len(found.tables) == len(b.ASSETS)
    tables = {table.identity: table for table in found.tables}
    sales = tables[SALES]
    assert (sales.owner, sales.tier, sales.primary_key) == ("store-systems", "gold", ("product_id",))
    assert sales.comment == "What was bought." and sales.column_comments['a "b" é'] == 'What a "b" é says.'
    assert [(key.columns, key.table) for key in sales.references] == [
        (("product_id",), ("/landing/landing.products",)), (("basket_id", "product_id"), ("/landing/landing.promotions",))]
    assert [(flow.source, flow.column, flow.into) for flow in tables[PROMOTIONS].flows] == [
        (("/landing/landing.transactions",), None, None), (("/landing/landing.transactions",), "sales_value", "price")]


@pytest.mark.service
def test_every_aspect_is_one_of_datahubs_classes(described: Described) -> None:
    """Made again by DataHub's own classes, which give the same back only if they know every field."""
    schemas = pytest.importorskip("datahub.metadata.schema_classes")
    helper = pytest.importorskip("datahub.emitter.serialization_helper")
    for said in proposals(described):
        aspect = said["aspect"]["json"]
        made = schemas.ASPECT_NAME_MAP[said["aspectName"]].from_obj(helper.post_json_transform(aspect))
        assert made.validate() and helper.pre_json_transform(made.to_obj()) == aspect
