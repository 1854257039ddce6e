from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from tests.exports import builders as e
from tests.inventory import builders as b

from assay.exports import Described
from assay.exports.dcat import FILE, dcat

SHAPE = Path(__file__).parents[1] / "data" / "shapes" / "dcat.ttl"
ASSET = f"urn:assay:{b.PLATFORM}:asset:"


def nodes(described: Described) -> dict[str, dict[str, Any]]:
    found = json.loads(dcat(described)[FILE])["@graph"]
    assert len({node["@id"] for node in found}) == len(found)
    return {node["@id"]: node for node in found}


def odd(described: Described) -> Described:
    """With an asset of which little is known, and one whose names want escapes."""
    bare, named, *others = described.assets
    unknown = dict.fromkeys(("owner", "tier", "first_partition", "last_partition", "freshness_hours"))
    bare = dataclasses.replace(bare, facts={**bare.facts, **unknown, "kind": "unknown", "domain": "unknown",
                                            "potential_uses": [], "location": "main.campaigns"}, quality={})
    named = dataclasses.replace(named, facts={**named.facts, "asset_id": "landing.a b/é", "description": 'x "y" \\ 行\n',
                                              "location": "/data/my shop/a%b"})
    return dataclasses.replace(described, assets=(bare, named, *others))


def test_a_catalogue_lists_every_asset_once(described: Described) -> None:
    found = nodes(described)
    catalogue = found[f"urn:assay:{b.PLATFORM}"]
    assert [node["@id"] for node in catalogue["dcat:dataset"]] == [ASSET + name for name in b.ASSETS]
    assert catalogue["dct:modified"] == {"@value": "2017-12-24T05:00:00Z", "@type": "xsd:dateTime"}
    assert {node["@type"] for node in found.values()} == {"dcat:Catalog", "dcat:Dataset", "dqv:Metric"}


def test_what_an_asset_is_where_it_lies_and_what_it_is_worth(described: Described) -> None:
    found = nodes(described)
    sales, promotions = found[ASSET + e.SALES], found[f"{ASSET}landing.promotions"]
    assert sales["dct:publisher"]["foaf:name"] == "store-systems" and sales["assay:tier"] == "gold"
    assert [node["@id"] for node in sales["dct:references"]] == [f"{ASSET}landing.products", f"{ASSET}landing.promotions"]
    assert sales["dcat:distribution"]["dcat:accessURL"] == {"@id": "file:///landing/landing.transactions"}
    assert sales["assay:worth"]["assay:value"] == {"@value": "8421.5", "@type": "xsd:double"}
    assert {row["dqv:isMeasurementOf"]["@id"] for row in sales["dqv:hasQualityMeasurement"]} >= {"urn:assay:quality:accuracy"}
    assert promotions["prov:wasDerivedFrom"] == [{"@id": ASSET + e.SALES}]  # what is no asset is left out
    assert found[f"{ASSET}landing.products"]["dct:relation"] == [{"@id": f"{ASSET}landing.products_copy"}]
    assert "assay:value" not in found[f"{ASSET}landing.products_copy"]["assay:worth"]  # unvalued is not 0


def test_what_is_not_known_is_left_out(described: Described) -> None:
    bare = nodes(odd(described))[f"{ASSET}landing.campaigns"]
    unknown = {"dct:publisher", "assay:tier", "dct:temporal", "dct:modified", "dcat:keyword", "dqv:hasQualityMeasurement"}
    assert not unknown & set(bare)
    assert bare["dcat:distribution"]["dcat:accessURL"] == {"@id": f"urn:assay:{b.PLATFORM}:source:landing"}


@pytest.mark.service
@pytest.mark.parametrize("change", [lambda found: found, odd], ids=["all", "odd"])
def test_it_is_what_the_vocabularies_ask_for(change: Any, described: Described) -> None:
    """Parsed by rdflib and held against the shape by pyshacl, which also has to find a catalogue that is wrong."""
    rdflib, pyshacl = pytest.importorskip("rdflib"), pytest.importorskip("pyshacl")

    def conforms(content: str) -> tuple[bool, str]:
        graph = rdflib.Graph().parse(data=content, format="json-ld")
        assert len(graph) > 100
        valid, _, said = pyshacl.validate(graph, shacl_graph=str(SHAPE), shacl_graph_format="turtle", advanced=False)
        return valid, said

    content = dcat(change(described))[FILE].decode()
    valid, said = conforms(content)
    assert valid, said
    for right, wrong in (("dcat:accessURL", "dcat:accessUrl"), ("xsd:nonNegativeInteger", "xsd:string"),
                         ('"@type": "dqv:Metric"', '"@type": "dqv:Dimension"'), ('"dct:title"', '"dct:titel"')):
        assert right in content and not conforms(content.replace(right, wrong))[0]
