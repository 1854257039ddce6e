from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.exports import builders as e
from tests.inventory import builders as b

from assay.exports import Described
from assay.exports.openlineage import FILE, VALUE, openlineage

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
PUBLISHED = {"1-0-0/AssayValueDatasetFacet.json": "2df871648493c58fcd02d04b6e8bb3fb4f47ab2c26076b4685a64b3ea3ad6ddc"}
NAMED = {"namespace": f"assay://{b.PLATFORM}", "name": e.SALES}


def events(described: Described) -> list[dict[str, Any]]:
    return [json.loads(line) for line in openlineage(described)[FILE].decode().splitlines()]


def kind(event: dict[str, Any]) -> str:
    return str(event["schemaURL"]).rpartition("/")[2]


def facets(described: Described, asset: str) -> dict[str, Any]:
    datasets = {event["dataset"]["name"]: event["dataset"] for event in events(described) if kind(event) == "DatasetEvent"}
    return dict(datasets[asset]["facets"])


def test_every_asset_is_a_dataset_and_the_night_one_run(described: Described) -> None:
    found = events(described)
    assert [event["dataset"]["name"] for event in found if kind(event) == "DatasetEvent"] == b.ASSETS
    runs = [event for event in found if kind(event) == "RunEvent"]
    assert [runs[0]["eventType"], runs[-1]["eventType"]] == ["START", "COMPLETE"]
    assert {event["eventType"] for event in runs[1:-1]} == {"RUNNING"}
    assert len({event["run"]["runId"] for event in runs}) == 1
    assert {event["eventTime"] for event in found} == {"2017-12-24T05:00:00Z"}
    tomorrow = events(dataclasses.replace(described, partition="2017-12-24"))
    assert {event["run"]["runId"] for event in tomorrow if "run" in event}.isdisjoint({runs[0]["run"]["runId"]})


def test_what_a_dataset_is_and_is_worth(described: Described) -> None:
    sales = facets(described, e.SALES)
    assert [field["name"] for field in sales["schema"]["fields"]][-1] == 'a "b" é'
    assert sales["ownership"]["owners"] == [{"name": "store-systems", "type": "OWNER"}]
    assert sales["symlinks"]["identifiers"] == [{"namespace": "file", "name": "/landing/landing.transactions", "type": "TABLE"}]
    value = sales["assay_value"]
    assert (value["value"], value["valueLow"], value["unit"], value["status"]) == (8421.5, 7900.0, "USD/week", "valued")
    copy = facets(described, "landing.products_copy")["assay_value"]
    assert "value" not in copy and copy["status"] == "unvalued"  # never 0


@pytest.mark.parametrize(("location", "namespace", "name"), [
    ("/lake/orders/ds=2017-12-31", "file", "/lake/orders"), ("/lake/orders/month=201712", "file", "/lake/orders"),
    ("/lake/region=eu", "file", "/lake/region=eu"), ("s3://lake/a/orders/ds=20171231", "s3://lake", "a/orders"),
    ("postgresql://db.example:5432/shop/orders", "postgresql://db.example:5432", "shop/orders")])
def test_other_producers_name_the_folder_without_its_partition(location: str, namespace: str, name: str,
                                                               described: Described) -> None:
    sales = described.assets[-1]
    moved = dataclasses.replace(sales, facts={**sales.facts, "location": location})
    (said,) = facets(dataclasses.replace(described, assets=(moved,)), e.SALES)["symlinks"]["identifiers"]
    assert (said["namespace"], said["name"]) == (namespace, name)


def test_quality_is_told_of_what_the_night_read(described: Described) -> None:
    (read,) = [event["inputs"][0] for event in events(described) if event.get("inputs") and kind(event) == "RunEvent"
               and event["inputs"][0]["name"] == e.SALES]
    metrics = read["inputFacets"]["dataQualityMetrics"]
    assert metrics["rowCount"] == 100 and set(metrics["columnMetrics"]) == {"sales_value", "basket_id", "buyer"}
    assert metrics["columnMetrics"]["sales_value"] == {
        "nullCount": 4, "distinctCount": 7, "count": 96, "min": 0.5, "max": 9.5, "sum": 3.25 * 96,
        "quantiles": {"0.05": 0.75, "0.25": 1.5, "0.5": 3.0, "0.75": 4.5, "0.95": 8.0}}
    assert metrics["columnMetrics"]["buyer"] == {"nullCount": 4, "distinctCount": 7, "count": 96}  # no stand-ins as numbers
    (assertion,) = read["inputFacets"]["dataQualityAssertions"]["assertions"]
    assert assertion == {"assertion": "expect_column_values_to_be_between", "success": False, "column": "price",
                         "severity": "warn", "actual": "-3 <script>alert(1)</script>"}


def test_what_flows_where(described: Described) -> None:
    (flow,) = [event for event in events(described) if kind(event) == "JobEvent"]
    assert flow["inputs"] == [NAMED] and flow["outputs"][0]["name"] == "landing.promotions"  # what is no asset is left out
    assert flow["outputs"][0]["facets"]["columnLineage"]["fields"] == {
        "price": {"inputFields": [NAMED | {"field": "sales_value"}]}}


def test_the_facet_of_values_is_what_its_published_schema_says(described: Described) -> None:
    schema = json.loads((SCHEMAS / "1-0-0" / "AssayValueDatasetFacet.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    found = [facets(described, asset)["assay_value"] for asset in b.ASSETS]
    for facet in found:
        validator.validate({"assay_value": facet})
        assert facet["_schemaURL"] == VALUE and VALUE.startswith(schema["$id"])
    for wrong in ({"value": "1"}, {"status": "sure"}, {"valeu": 1.0}, {"_schemaURL": "urn:x"}):
        with pytest.raises(jsonschema.ValidationError):
            validator.validate({"assay_value": found[0] | wrong})


def test_a_published_schema_never_changes() -> None:
    """Readers keep what they have read: another schema is another version, beside the old one."""
    found = {path.relative_to(SCHEMAS).as_posix(): path.read_bytes() for path in SCHEMAS.rglob("*.json")}
    assert {name: hashlib.sha256(content).hexdigest() for name, content in found.items()} == PUBLISHED


@pytest.mark.service
def test_every_event_and_facet_is_one_of_the_specification(described: Described) -> None:
    """Made again by OpenLineage's own classes, which know every field, and which say where their schemas lie."""
    v2, facet_v2 = pytest.importorskip("openlineage.client.event_v2"), pytest.importorskip("openlineage.client.facet_v2")
    base = pytest.importorskip("openlineage.client.generated.base")
    modules = [module for module in vars(facet_v2).values() if getattr(module, "__name__", "").startswith("openlineage")]
    classes = {cls.__name__: cls for module in modules for cls in vars(module).values()
               if isinstance(cls, type) and hasattr(cls, "_get_schema")}

    def made(facet: dict[str, Any]) -> Any:
        cls = classes[facet["_schemaURL"].rpartition("/")[2]]
        assert cls._get_schema() == facet["_schemaURL"]
        return cls(**{name: value for name, value in facet.items() if not name.startswith("_")})

    def dataset(cls: Any, said: dict[str, Any]) -> Any:
        own = {name: facet for name, facet in said.get("facets", {}).items() if name != "assay_value"}
        more = {name: {key: made(facet) for key, facet in said[name].items()} for name in ("inputFacets",) if name in said}
        return cls(said["namespace"], said["name"], facets={name: made(facet) for name, facet in own.items()}, **more)

    seen = set()
    for event in events(described):
        common = {"eventTime": event["eventTime"], "producer": event["producer"]}
        seen.add(kind(event))
        if kind(event) == "DatasetEvent":
            made_again = base.DatasetEvent(**common, dataset=dataset(base.StaticDataset, event["dataset"]))
        else:
            ends = {"inputs": [dataset(v2.InputDataset, said) for said in event.get("inputs", [])],
                    "outputs": [dataset(v2.OutputDataset, said) for said in event.get("outputs", [])]}
            job = v2.Job(**event["job"])
            made_again = base.JobEvent(**common, job=job, **ends) if kind(event) == "JobEvent" else v2.RunEvent(
                **common, run=v2.Run(**event["run"]), job=job, eventType=v2.RunState(event["eventType"]), **ends)
        assert made_again._get_schema() == event["schemaURL"]
    assert seen == {"DatasetEvent", "RunEvent", "JobEvent"}
