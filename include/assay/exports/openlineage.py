"""The inventory as OpenLineage events: what each dataset is and is worth, how good it is, and what flows where.

One event a line, in an order in which they can be sent one by one:

- a `DatasetEvent` an asset: schema, owner, description, where it lies, and the facet `assay_value`, whose schema is
  `docs/schemas/1-0-0/AssayValueDatasetFacet.json`;
- the night as one run, which reads every asset: START, for each asset RUNNING with its metrics and assertions, COMPLETE;
- a `JobEvent` an asset that is made from others: which, and which columns from which.

Source: OpenLineage specification 2-0-2 and its facets.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

from assay.exports.described import Asset, Described, Row
from assay.exports.names import folder, place

FILE = "events.jsonl"
PRODUCER = "urn:assay"
VALUE = "urn:assay:schemas:1-0-0:AssayValueDatasetFacet#/$defs/AssayValueDatasetFacet"
_SPEC = "https://openlineage.io/spec"
_AMOUNTS = {"value": "value", "ci_low": "valueLow", "ci_high": "valueHigh", "forecast": "forecast",
            "present_value": "presentValue", "cost": "cost", "net_value": "netValue"}
_QUANTILES = {"p05": "0.05", "p25": "0.25", "p50": "0.5", "p75": "0.75", "p95": "0.95"}
_SEVERITY = {"critical": "error", "warning": "warn"}


def openlineage(described: Described) -> dict[str, bytes]:
    """The one file, by name."""
    lines = (json.dumps(event, ensure_ascii=False, separators=(",", ":")) for event in _events(described))
    return {FILE: "".join(f"{line}\n" for line in lines).encode()}


def _events(described: Described) -> Iterator[dict[str, Any]]:
    for asset in described.assets:
        yield _event(described, "DatasetEvent") | {"dataset": _named(described, asset.asset_id) | {
            "facets": _facets(described, asset)}}
    night = _event(described, "RunEvent") | {
        "run": {"runId": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{_namespace(described)}/{described.partition}"))},
        "job": {"namespace": _namespace(described), "name": f"inventory_{described.platform.platform}"}}
    yield night | {"eventType": "START"}
    for asset in described.assets:
        if facets := _input_facets(asset):
            yield night | {"eventType": "RUNNING", "inputs": [_named(described, asset.asset_id) | {"inputFacets": facets}]}
    yield night | {"eventType": "COMPLETE"}
    known = {asset.asset_id for asset in described.assets}
    for target in sorted(known):
        flows = [flow for flow in described.flows if flow["to_asset"] == target and flow["from_asset"] in known - {target}]
        if flows:
            yield _event(described, "JobEvent") | {
                "job": {"namespace": _namespace(described), "name": f"flow.{target}"},
                "inputs": [_named(described, name) for name in sorted({flow["from_asset"] for flow in flows})],
                "outputs": [_named(described, target) | {"facets": _column_lineage(described, flows)}]}


def _facets(described: Described, asset: Asset) -> dict[str, Any]:
    facts, uri = asset.facts, place(asset.facts["location"])
    found = {
        "documentation": _facet("1-1-0", "DocumentationDatasetFacet", description=facts["description"]),
        "assay_value": {"_producer": PRODUCER, "_schemaURL": VALUE, **_worth(asset)},
    }
    if asset.columns:
        found["schema"] = _facet("1-2-0", "SchemaDatasetFacet", fields=[
            {"name": row["column"], "type": row["dtype"], "description": row["description"]} for row in asset.columns])
    if facts["owner"]:
        found["ownership"] = _facet("1-0-1", "OwnershipDatasetFacet", owners=[
            {"name": name.strip(), "type": "OWNER"} for name in facts["owner"].split(",")])
    if facts["last_good_partition"]:
        found["version"] = _facet("1-0-1", "DatasetVersionDatasetFacet", datasetVersion=facts["last_good_partition"])
    if uri:
        source = asset.asset_id.partition(".")[0]
        found["dataSource"] = _facet("1-0-1", "DatasourceDatasetFacet", name=f"{described.platform.platform}.{source}", uri=uri)
        found["symlinks"] = _facet("1-0-1", "SymlinksDatasetFacet", identifiers=[_where(facts["location"])])
    return found


def _worth(asset: Asset) -> dict[str, Any]:
    worth = asset.worth
    amounts = {name: worth[column] for column, name in _AMOUNTS.items() if worth[column] is not None}
    return {"status": worth["value_status"], **{name: worth[name] for name in ("unit", "rank", "action", "reason")}, **amounts}


def _where(location: str) -> dict[str, str]:
    """How other producers name the same data: its folder without the partition, in the namespace of its filesystem."""
    scheme, colon, path = folder(location).partition("://")
    if not colon:
        return {"namespace": "file", "name": scheme, "type": "TABLE"}
    authority, _, name = path.partition("/")
    return {"namespace": f"{scheme}://{authority}", "name": name, "type": "TABLE"}


def _input_facets(asset: Asset) -> dict[str, Any]:
    found = {}
    whole = [row for row in asset.profile.values() if row["parent"] is None]
    if whole:
        found["dataQualityMetrics"] = _facet(
            "1-0-3", "DataQualityMetricsInputDatasetFacet", rowCount=whole[0]["row_count"],
            columnMetrics={row["column"]: _metrics(row) for row in whole})
    if asset.checks:
        found["dataQualityAssertions"] = _facet(
            "1-1-0", "DataQualityAssertionsDatasetFacet", assertions=[_assertion(row) for row in asset.checks])
    return found


def _metrics(row: Row) -> dict[str, Any]:
    counted: dict[str, Any] = {"nullCount": row["null_count"], "distinctCount": row["distinct_count"],
                               "count": row["row_count"] - row["null_count"]}
    if row["mean"] is None:  # smallest and largest are texts, and masked where they are personal
        return counted
    quantiles = {name: row[column] for column, name in _QUANTILES.items() if row[column] is not None}
    return counted | {"min": float(row["min"]), "max": float(row["max"]), "sum": row["mean"] * counted["count"],
                      "quantiles": quantiles}


def _assertion(row: Row) -> dict[str, Any]:
    said = {"assertion": row["expectation"], "success": row["success"], "column": row["column"],
            "severity": _SEVERITY[row["severity"]], "actual": row["observed"]}
    return {name: value for name, value in said.items() if value is not None}


def _column_lineage(described: Described, flows: list[Row]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for flow in sorted((flow for flow in flows if flow["to_column"] and flow["from_column"]),
                       key=lambda flow: (flow["to_column"], flow["from_asset"], flow["from_column"])):
        read = _named(described, flow["from_asset"]) | {"field": flow["from_column"]}
        of = fields.setdefault(flow["to_column"], {"inputFields": []})["inputFields"]
        of += [read] if read not in of else []
    return {"columnLineage": _facet("1-2-0", "ColumnLineageDatasetFacet", fields=fields)} if fields else {}


def _named(described: Described, asset_id: str) -> dict[str, str]:
    return {"namespace": _namespace(described), "name": asset_id}


def _namespace(described: Described) -> str:
    return f"assay://{described.platform.platform}"


def _event(described: Described, kind: str) -> dict[str, Any]:
    return {"eventTime": described.ends, "producer": PRODUCER, "schemaURL": f"{_SPEC}/2-0-2/OpenLineage.json#/$defs/{kind}"}


def _facet(version: str, kind: str, **said: Any) -> dict[str, Any]:
    return {"_producer": PRODUCER, "_schemaURL": f"{_SPEC}/facets/{version}/{kind}.json#/$defs/{kind}", **said}
