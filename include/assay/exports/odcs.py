"""One data contract an asset in the Open Data Contract Standard: its schema, what is expected of it, who answers for it.

What is promised is what the platform wrote down itself: expectations are those of the asset's suite, as Great Expectations
types with their arguments where it has them, and a column is `required` where the suite has a critical one that says so. What
the asset is worth stands in `customProperties`: a `price` would be what somebody pays.

Source: Bitol, Open Data Contract Standard 3.1.0.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any
from urllib.parse import quote

import yaml

from assay.contracts.enums import Dimension, Severity
from assay.exports.described import Asset, Described, Row
from assay.exports.names import place, urn
from assay.exports.nodes import camel, known
from assay.quality.expectations import Expectation

_VERSION = "v3.1.0"
_TABLE = "table"  # id of the one schema of a contract
_WORTH = ("value", "ci_low", "ci_high", "unit", "forecast", "present_value", "cost", "net_value", "value_status", "action",
          "reason")
_NO_ARGUMENTS = {"expectation", "severity", "dimension"}
_REFERABLE = re.compile(r"^[A-Za-z0-9._-]+$")  # names of files that another contract may refer to
_LOGICAL = {"DATE": "date", "BOOLEAN": "boolean", "FLOAT": "number", "DOUBLE": "number", "DECIMAL": "number"}
_NESTED = ("STRUCT", "MAP", "UNION", "JSON")


def odcs(described: Described) -> dict[str, bytes]:
    """`<asset id>.odcs.yaml` of every asset."""
    return {_file(asset.asset_id): yaml.safe_dump(_contract(described, asset), sort_keys=False, allow_unicode=True,
                                                  width=128).encode() for asset in described.assets}


def _contract(described: Described, asset: Asset) -> dict[str, Any]:
    facts, platform = asset.facts, described.platform.platform
    return known({
        "apiVersion": _VERSION, "kind": "DataContract", "id": urn(platform, "asset", asset.asset_id), "name": asset.asset_id,
        "version": (facts["schema_fingerprint"] or "unknown")[:12], "status": "active", "dataProduct": described.title,
        "domain": None if facts["domain"] == "unknown" else facts["domain"],
        "description": known({"purpose": facts["description"], "usage": "; ".join(facts["potential_uses"])}),
        "tags": [tag for tag in (facts["kind"], facts["tier"]) if tag and tag != "unknown"],
        "servers": [_server(asset)], "team": {"name": facts["owner"]} if facts["owner"] else None,
        "schema": [_schema(described, asset)],
        "customProperties": [{"property": camel(name), "value": asset.worth[name]} for name in _WORTH
                             if asset.worth[name] is not None] + [{"property": "partition", "value": described.partition}]})


def _server(asset: Asset) -> dict[str, Any]:
    """Where its newest partition lies."""
    facts, uri = asset.facts, place(asset.facts["location"])
    source = {"server": asset.asset_id.partition(".")[0]}
    if uri is None:
        return {**source, "type": "custom"}
    if uri.startswith("file://"):
        return {**source, "type": "local", "path": facts["location"], "format": facts["format"]}
    return {**source, "type": "s3" if uri.startswith("s3://") else "custom", "location": uri, "format": facts["format"]}


def _schema(described: Described, asset: Asset) -> dict[str, Any]:
    names = {row["column"] for row in asset.columns}
    listed = {other.asset_id for other in described.assets}
    pairs = [row for row in asset.references if len(row["from_columns"]) > 1 and _can_refer(row, listed)]
    return known({
        "id": _TABLE, "name": asset.asset_id, "physicalName": asset.asset_id.partition(".")[2], "logicalType": "object",
        "physicalType": "table", "description": asset.facts["description"],
        "properties": [_property(described, asset, row, listed) for row in asset.columns],
        "quality": [_expected(described, term) for term in asset.expected if _column(term) not in names],
        "relationships": [{"type": "foreignKey", "from": [_own(name) for name in row["from_columns"]],
                           "to": [_other(row, name) for name in row["to_columns"]]} for row in pairs]})


def _property(described: Described, asset: Asset, row: Row, listed: set[str]) -> dict[str, Any]:
    name = row["column"]
    terms = [term for term in asset.expected if _column(term) == name]
    required = any(term.expectation == "expect_column_values_to_not_be_null" and term.severity is Severity.CRITICAL
                   and term.mostly == 1 and not term.where for term in terms)
    keyed = name in asset.primary_key
    refers = [to for to in asset.references if to["from_columns"] == [name] and _can_refer(to, listed)]
    return known({
        "id": _id(name), "name": name, "physicalType": row["dtype"], "logicalType": _logical(row["dtype"]),
        "description": row["description"], "required": True if required else None,
        "primaryKey": True if keyed else None, "primaryKeyPosition": asset.primary_key.index(name) + 1 if keyed else None,
        "unique": True if asset.primary_key == (name,) else None,
        "classification": f"personal: {row['pii_type']}" if row["pii_type"] else None,
        "relationships": [{"type": "foreignKey", "to": _other(to, to["to_columns"][0])} for to in refers],
        "quality": [_expected(described, term) for term in terms]})


def _expected(described: Described, term: Expectation) -> dict[str, Any]:
    """An expectation of the suite, for Great Expectations where it can compute it as it stands.

    What it has no type for, or what is about some rows alone or moves with the partition, is said in the suite's own words.
    The standard has no dimension of accessibility.
    """
    native = term.sentence is None and not term.where and not term.moves
    own = term.model_dump(mode="json", exclude=_NO_ARGUMENTS, exclude_none=True, exclude_defaults=True)
    return known({
        "type": "custom", "engine": "greatExpectations" if native else "assay",
        "dimension": None if term.dimension is Dimension.ACCESSIBILITY else term.dimension.value,
        "severity": "error" if term.severity is Severity.CRITICAL else "warning",
        "implementation": {"type": term.expectation, "kwargs": term.arguments(described.partition) if native else own}})


def _column(term: Expectation) -> str | None:
    """The one column that an expectation is about, if there is one."""
    column: str | None = getattr(term, "column", None)
    return column


def _can_refer(row: Row, listed: set[str]) -> bool:
    return row["to_asset"] in listed and _REFERABLE.match(_file(row["to_asset"])) is not None


def _other(row: Row, column: str) -> str:
    """A column of another asset's contract, whose file lies beside this one."""
    return f"{_file(row['to_asset'])}#{_own(column)}"


def _own(column: str) -> str:
    return f"/schema/{_TABLE}/properties/{_id(column)}"


def _file(asset_id: str) -> str:
    return f"{quote(asset_id, safe='._-')}.odcs.yaml"


def _id(name: str) -> str:
    """A name as the standard wants ids: one of other characters is told by its hash."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else f"column-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def _logical(dtype: str) -> str:
    """The standard's type of a DuckDB type."""
    kind = dtype.upper()
    if kind.endswith("]"):
        return "array"
    word = kind.split("(")[0].split(" ")[0]
    if word in _LOGICAL:
        return _LOGICAL[word]
    if word in _NESTED:
        return "object"
    if word.startswith("TIMESTAMP"):
        return "timestamp"
    return "time" if word == "TIME" else "integer" if word.endswith("INT") or word == "INTEGER" else "string"
