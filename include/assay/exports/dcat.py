"""The inventory as a catalogue in JSON-LD: DCAT 3 for what there is and where, DQV for how good it is, own terms for money.

Money has no term in a standard vocabulary; `worth` stands in a namespace of its own, whose terms are those of the artifact
`inventory`, and a reader that doesn't know them loses nothing else.

Sources: W3C, Data Catalog Vocabulary (DCAT) version 3; W3C, Data on the Web Best Practices: Data Quality Vocabulary.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from assay.contracts.enums import Dimension
from assay.exports.described import Asset, Described
from assay.exports.names import place, urn
from assay.exports.nodes import camel, known

FILE = "catalogue.jsonld"
_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "dqv": "http://www.w3.org/ns/dqv#",
    "foaf": "http://xmlns.com/foaf/0.1/", "prov": "http://www.w3.org/ns/prov#", "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#", "assay": urn("terms") + ":"}
_WORTH = ("value", "ci_low", "ci_high", "forecast", "present_value", "cost", "net_value")
_SAID = ("unit", "value_status", "action", "reason")
_MEDIA = {"parquet": "application/vnd.apache.parquet", "csv": "text/csv"}  # of our formats those that IANA has registered


def dcat(described: Described) -> dict[str, bytes]:
    """The one file, by name."""
    platform = described.platform
    listed = {asset.asset_id for asset in described.assets}
    catalogue = {
        "@id": urn(platform.platform), "@type": "dcat:Catalog", "dct:title": described.title,
        "dct:description": platform.note or f"Data assets of {described.title}.", "dct:publisher": _agent(described.title),
        "dct:modified": _typed(described.ends, "dateTime"), "dcat:dataset": [_id(described, name) for name in sorted(listed)]}
    metrics = [{"@id": urn("quality", dimension), "@type": "dqv:Metric", "dqv:expectedDataType": {"@id": "xsd:double"},
                "skos:prefLabel": dimension.value,
                "skos:definition": f"Share of what was checked of {dimension.value} that is as it should be, 0 to 1."}
               for dimension in Dimension]
    graph = [catalogue, *metrics, *(_dataset(described, asset, listed) for asset in described.assets)]
    return {FILE: json.dumps({"@context": _CONTEXT, "@graph": graph}, ensure_ascii=False, indent=1).encode()}


def _dataset(described: Described, asset: Asset, listed: set[str]) -> dict[str, Any]:
    facts = asset.facts
    words = [facts["kind"], facts["domain"], *facts["potential_uses"]]
    read = {flow["from_asset"] for flow in described.flows if flow["to_asset"] == asset.asset_id} & listed - {asset.asset_id}
    refers = {row["to_asset"] for row in asset.references} & listed - {asset.asset_id}
    return known({
        "@id": _id(described, asset.asset_id)["@id"], "@type": "dcat:Dataset", "dct:identifier": asset.asset_id,
        "dct:title": asset.asset_id, "dct:description": facts["description"],
        "dcat:keyword": sorted({word for word in words if word and word != "unknown"}),
        "dct:publisher": _agent(facts["owner"]) if facts["owner"] else None,
        "dct:modified": _typed(facts["last_partition"], "date"), "dct:temporal": _period(asset),
        "dct:references": [_id(described, name) for name in sorted(refers)],
        "dct:relation": [_id(described, name) for name in asset.copies],
        "prov:wasDerivedFrom": [_id(described, name) for name in sorted(read)],
        "dcat:distribution": _distribution(described, asset),
        "dqv:hasQualityMeasurement": list(_measurements(described, asset)),
        "assay:status": facts["status"], "assay:tier": facts["tier"], "assay:personalData": facts["pii_level"],
        "assay:rows": _typed(facts["row_count"], "nonNegativeInteger"), "assay:worth": _worth(asset)})


def _distribution(described: Described, asset: Asset) -> dict[str, Any]:
    """Where its newest partition lies; what has no address is told by the name of its source."""
    facts, name = asset.facts, _id(described, asset.asset_id)["@id"]
    source = urn(described.platform.platform, "source", asset.asset_id.partition(".")[0])
    return known({
        "@id": f"{name}:distribution", "@type": "dcat:Distribution", "dct:title": f"{asset.asset_id}, {facts['format']}",
        "dcat:accessURL": {"@id": place(facts["location"]) or source}, "dct:format": facts["format"],
        "dcat:mediaType": _media(facts["format"]), "dcat:byteSize": _typed(facts["bytes"], "nonNegativeInteger")})


def _media(form: str) -> dict[str, str] | None:
    return {"@id": f"https://www.iana.org/assignments/media-types/{_MEDIA[form]}"} if form in _MEDIA else None


def _measurements(described: Described, asset: Asset) -> Iterator[dict[str, Any]]:
    for dimension, score in sorted(asset.quality.items()):
        yield {"@id": f"{_id(described, asset.asset_id)['@id']}:quality:{dimension}", "@type": "dqv:QualityMeasurement",
               "dqv:isMeasurementOf": {"@id": urn("quality", dimension)}, "dqv:value": _typed(score, "double"),
               "dct:date": _typed(described.partition, "date")}


def _worth(asset: Asset) -> dict[str, Any]:
    said = {f"assay:{camel(name)}": _typed(asset.worth[name], "double") for name in _WORTH}
    return known({"@type": "assay:Worth", **said, **{f"assay:{camel(name)}": asset.worth[name] for name in _SAID}})


def _period(asset: Asset) -> dict[str, Any] | None:
    first, last = asset.facts["first_partition"], asset.facts["last_partition"]
    return {"@type": "dct:PeriodOfTime", "dcat:startDate": _typed(first, "date"),
            "dcat:endDate": _typed(last, "date")} if first and last else None


def _agent(name: str) -> dict[str, str]:
    return {"@id": urn("agent", name), "@type": "foaf:Agent", "foaf:name": name}


def _id(described: Described, asset_id: str) -> dict[str, str]:
    return {"@id": urn(described.platform.platform, "asset", asset_id)}


def _typed(value: Any, kind: str) -> dict[str, str] | None:
    """A literal of an XML Schema type; nothing of what is not known."""
    if value is None or value == "":
        return None
    return {"@value": repr(value) if isinstance(value, float) else str(value), "@type": f"xsd:{kind}"}
