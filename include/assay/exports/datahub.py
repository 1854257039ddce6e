"""The inventory as metadata change proposals, for `datahub ingest` and DataHub's API: schema, profile, checks, lineage, worth.

Datasets bear the names that DataHub's own sources give them, so that what is said here joins what it knows already. Amounts are
structured properties `assay.*`, which the file defines first.

Source: DataHub, metadata model of version 1 (`datahub check metadata-file`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from assay.exports.described import Asset, Described, Row
from assay.exports.names import folder, place
from assay.exports.nodes import known

FILE = "proposals.json"
_ACTOR = "urn:li:corpuser:assay"
# what DataHub calls a platform where that is not the scheme of its addresses
_PLATFORMS = {"gs": "gcs", "postgresql": "postgres", "abfs": "abs", "abfss": "abs", "az": "abs"}
_OF_FILES = ("s3", "gcs", "abs", "hdfs", "http", "https")
_RESERVED = re.compile(r"[,()%]")  # would end a part of a URN
_AMOUNTS = {
    "value": "Shapley value of the data, summed over use cases, in the unit below", "ci_low": "2.5 % point of the value",
    "ci_high": "97.5 % point of the value", "forecast": "median of the next window's value",
    "present_value": "discounted value over the forecast's horizons less cost, in the currency",
    "cost": "of the bytes stored and read", "net_value": "value less cost", "quality_score": "0 to 1, higher is better"}
_WORDS = {"unit": "currency and window of the amounts", "value_status": "valued, not_distinguishable, predicted or unvalued",
          "action": "what to do", "reason": "why, in one sentence"}
_TYPES = {"BOOLEAN": "BooleanType", "DATE": "DateType", "FLOAT": "NumberType", "DOUBLE": "NumberType", "DECIMAL": "NumberType",
          "STRUCT": "RecordType", "MAP": "MapType", "UNION": "UnionType", "BLOB": "BytesType"}


def datahub(described: Described) -> dict[str, bytes]:
    """The one file, by name."""
    urns = _urns(described)
    proposals = [*_definitions(), *(said for asset in described.assets for said in _of_asset(described, asset, urns))]
    return {FILE: json.dumps(proposals, ensure_ascii=False, indent=1).encode()}


def _definitions() -> Iterator[dict[str, Any]]:
    """What the structured properties are."""
    for names, kind in ((_AMOUNTS, "number"), (_WORDS, "string")):
        for name, meaning in names.items():
            yield _proposal("structuredProperty", f"urn:li:structuredProperty:assay.{name}", "propertyDefinition", {
                "qualifiedName": f"assay.{name}", "displayName": name.replace("_", " "), "description": meaning,
                "valueType": f"urn:li:dataType:datahub.{kind}", "cardinality": "SINGLE",
                "entityTypes": ["urn:li:entityType:datahub.dataset"], "immutable": False})


def _of_asset(described: Described, asset: Asset, urns: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    facts, dataset = asset.facts, urns[asset.asset_id]
    told = {name: str(facts[name]) for name in ("kind", "domain", "tier", "pii_level", "status", "last_partition")
            if facts[name] is not None}
    aspects: dict[str, Any] = {
        "datasetProperties": {"name": asset.asset_id, "description": facts["description"], "customProperties": told,
                              "tags": []},
        "schemaMetadata": _schema(described, asset, urns) if asset.columns else None,
        "ownership": _ownership(described, facts["owner"]) if facts["owner"] else None,
        "upstreamLineage": _upstream(described, asset, urns), "structuredProperties": {"properties": list(_worth(asset))},
        "datasetProfile": _profile(described, asset)}
    for name, aspect in aspects.items():
        if aspect is not None:
            yield _proposal("dataset", dataset, name, aspect)
    for check in asset.checks:
        yield from _assertion(described, dataset, check)


def _urns(described: Described) -> dict[str, str]:
    """How DataHub calls each asset; those that are parts of one table are told by their own ids."""
    named = {asset.asset_id: _name(asset.facts["location"]) for asset in described.assets}
    times = Counter(named.values())
    own = {asset: ("assay", f"{described.platform.platform}.{asset}") for asset in named}
    chosen = {asset: own[asset] if name is None or times[name] > 1 else name for asset, name in named.items()}
    return {asset: f"urn:li:dataset:(urn:li:dataPlatform:{platform},{_escaped(name)},PROD)"
            for asset, (platform, name) in chosen.items()}


def _name(location: str) -> tuple[str, str] | None:
    """Platform and name: of files the folder without the partition, of a table its database's and its own; None for others."""
    if place(location) is None:
        return None
    parts = urlsplit(folder(location))
    if not parts.scheme:
        return "file", folder(location)
    platform, path = _PLATFORMS.get(parts.scheme, parts.scheme), parts.path.strip("/")
    return platform, f"{parts.netloc}/{path}" if platform in _OF_FILES else path.replace("/", ".")


def _escaped(name: str) -> str:
    return _RESERVED.sub(lambda found: quote(found.group()), name)


def _schema(described: Described, asset: Asset, urns: Mapping[str, str]) -> dict[str, Any]:
    dataset = urns[asset.asset_id]
    foreign = [{"name": f"{asset.asset_id}.{'.'.join(row['from_columns'])}",
                "sourceFields": [_field(dataset, name) for name in row["from_columns"]],
                "foreignFields": [_field(urns[row["to_asset"]], name) for name in row["to_columns"]],
                "foreignDataset": urns[row["to_asset"]]} for row in asset.references if row["to_asset"] in urns]
    return known({
        "schemaName": asset.asset_id, "platform": dataset[len("urn:li:dataset:("):].split(",", 1)[0], "version": 0,
        "created": _stamp(described), "lastModified": _stamp(described), "hash": asset.facts["schema_fingerprint"] or "-",
        "platformSchema": {"com.linkedin.schema.OtherSchema": {"rawSchema": ""}}, "foreignKeys": foreign,
        "primaryKeys": list(asset.primary_key), "fields": [_column(asset, row) for row in asset.columns]})


def _column(asset: Asset, row: Row) -> dict[str, Any]:
    tags = {"tags": [{"tag": f"urn:li:tag:{_escaped('personal:' + row['pii_type'])}"}]} if row["pii_type"] else None
    return known({"fieldPath": row["column"], "nullable": True, "description": row["description"],
                  "type": {"type": {f"com.linkedin.schema.{_type(row['dtype'])}": {}}}, "nativeDataType": row["dtype"],
                  "recursive": False, "isPartOfKey": row["column"] in asset.primary_key, "globalTags": tags})


def _type(dtype: str) -> str:
    kind = dtype.upper()
    word = kind.split("(")[0].split(" ")[0]
    if kind.endswith("]"):
        return "ArrayType"
    if word in _TYPES:
        return _TYPES[word]
    if word.startswith("TIME"):
        return "TimeType"
    return "NumberType" if word.endswith("INT") or word == "INTEGER" else "StringType"


def _ownership(described: Described, owner: str) -> dict[str, Any]:
    groups = [name.strip() for name in owner.split(",") if name.strip()]
    return {"owners": [{"owner": f"urn:li:corpGroup:{_escaped(name)}", "type": "TECHNICAL_OWNER"} for name in groups],
            "ownerTypes": {}, "lastModified": _stamp(described)}


def _upstream(described: Described, asset: Asset, urns: Mapping[str, str]) -> dict[str, Any] | None:
    flows = [flow for flow in described.flows
             if flow["to_asset"] == asset.asset_id and flow["from_asset"] in urns and flow["from_asset"] != asset.asset_id]
    if not flows:
        return None
    sources = {flow["from_asset"]: urns[flow["from_asset"]] for flow in flows}
    columns = {(flow["from_asset"], flow["from_column"], flow["to_column"]): flow["confidence"] for flow in flows
               if flow["from_column"] and flow["to_column"]}
    return {"upstreams": [{"auditStamp": _stamp(described), "dataset": sources[name], "type": "TRANSFORMED"}
                          for name in sorted(sources)],
            "fineGrainedLineages": [
                {"upstreamType": "FIELD_SET", "upstreams": [_field(sources[name], source)], "downstreamType": "FIELD",
                 "downstreams": [_field(urns[asset.asset_id], target)], "confidenceScore": columns[name, source, target]}
                for name, source, target in sorted(columns)]}


def _worth(asset: Asset) -> Iterator[dict[str, Any]]:
    for names, kind in ((_AMOUNTS, "double"), (_WORDS, "string")):
        for name in names:
            if asset.worth[name] is not None:
                yield {"propertyUrn": f"urn:li:structuredProperty:assay.{name}", "values": [{kind: asset.worth[name]}]}


def _profile(described: Described, asset: Asset) -> dict[str, Any] | None:
    """Of the newest partition; smallest and largest values of columns of numbers alone, as all others may be stand-ins."""
    rows = [row for row in asset.profile.values() if row["parent"] is None]
    if not rows:
        return None
    return {"timestampMillis": _millis(described), "partitionSpec": {"type": "FULL_TABLE", "partition": "FULL_TABLE_SNAPSHOT"},
            "rowCount": rows[0]["row_count"], "columnCount": len(rows), "fieldProfiles": [_field_profile(row) for row in rows]}


def _field_profile(row: Row) -> dict[str, Any]:
    numbers = {} if row["mean"] is None else {
        "min": row["min"], "max": row["max"], "mean": repr(row["mean"]),
        "median": None if row["p50"] is None else repr(row["p50"])}
    return known({"fieldPath": row["column"], "uniqueCount": row["distinct_count"], "nullCount": row["null_count"],
                  "nullProportion": row["null_count"] / row["row_count"] if row["row_count"] else None, **numbers})


def _assertion(described: Described, dataset: str, check: Row) -> Iterator[dict[str, Any]]:
    """An expectation, and how it went on this partition."""
    about = {"dataset": dataset, "scope": "DATASET_COLUMN" if check["column"] else "DATASET_ROWS", "operator": "_NATIVE_",
             "nativeType": check["expectation"]}
    about |= {"fields": [_field(dataset, check["column"])]} if check["column"] else {}
    key = hashlib.sha256(json.dumps([dataset, check["column"], check["expectation"], check["severity"]]).encode()).hexdigest()
    urn = f"urn:li:assertion:{key[:32]}"
    said = {name: str(check[name]) for name in ("severity", "dimension", "observed") if check[name] is not None}
    yield _proposal("assertion", urn, "assertionInfo", {"type": "DATASET", "datasetAssertion": about, "customProperties": said})
    yield _proposal("assertion", urn, "assertionRunEvent", {
        "timestampMillis": _millis(described), "runId": described.partition, "assertionUrn": urn, "asserteeUrn": dataset,
        "status": "COMPLETE", "result": known({
            "type": "SUCCESS" if check["success"] else "FAILURE", "unexpectedCount": check["unexpected_count"]}),
        "partitionSpec": {"type": "FULL_TABLE", "partition": "FULL_TABLE_SNAPSHOT"}})


def _field(dataset: str, column: str) -> str:
    return f"urn:li:schemaField:({dataset},{_escaped(column)})"


def _stamp(described: Described) -> dict[str, Any]:
    return {"time": _millis(described), "actor": _ACTOR}


def _millis(described: Described) -> int:
    return int(dt.datetime.fromisoformat(described.ends).timestamp() * 1000)


def _proposal(kind: str, urn: str, name: str, aspect: dict[str, Any]) -> dict[str, Any]:
    return {"entityType": kind, "entityUrn": urn, "changeType": "UPSERT", "aspectName": name, "aspect": {"json": aspect}}
