"""Whatever JSON lies where a catalogue's export should: tables or sentences, never an error."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.sources.catalogues import datahub, openmetadata
from assay.sources.catalogues.documents import Document

URN = "urn:li:dataset:(urn:li:dataPlatform:hive,a.b,PROD)"
WORDS = """urn entityUrn aspectName aspect json value proposedSnapshot aspects entities status removed ownership owners owner
schemaMetadata fields fieldPath description systemMetadata tags tag upstreamLineage upstreams dataset fineGrainedLineages data
columns name fullyQualifiedName entity nodes upstreamEdges fromEntity toEntity id type children tableConstraints constraintType
updatedAt changeType globalTags structuredProperties properties values propertyUrn"""
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.floats(),
                   st.sampled_from([URN, "table", "a.b", "DELETE", ""]))
ANY = st.recursive(LEAVES, lambda inner: st.one_of(st.lists(inner, max_size=3),
                                                   st.dictionaries(st.sampled_from(WORDS.split()), inner, max_size=5)), max_leaves=20)


@pytest.mark.parametrize("kind", [datahub, openmetadata])
@given(bodies=st.lists(ANY, max_size=3))
def test_no_json_is_an_error(kind: Any, bodies: list[Any]) -> None:
    found = kind.read([Document(f"{place}.json", body) for place, body in enumerate(bodies)])
    assert all("\n" not in said for said in found.troubles.values())


@given(aspect=st.sampled_from(["status", "ownership", "schemaMetadata", "upstreamLineage", "globalTags", "datasetProperties",
                               "structuredProperties", "editableSchemaMetadata", "subTypes"]), value=ANY)
def test_no_aspect_is_an_error(aspect: str, value: Any) -> None:
    found = datahub.read([Document("a.json", {"urn": URN, aspect: {"value": value}})])
    assert len(found.tables) + len(found.troubles) in (0, 1)


@given(key=st.sampled_from(["columns", "owners", "owner", "tags", "tableConstraints", "description", "deleted", "tableType"]),
       value=ANY)
def test_no_part_of_a_table_is_an_error(key: str, value: Any) -> None:
    found = openmetadata.read([Document("a.json", {"fullyQualifiedName": "a.b", "columns": []} | {key: value})])
    assert len(found.tables) + len(found.troubles) in (0, 1)


@pytest.mark.parametrize("body", [{"entityUrn": URN, "aspectName": 3, "aspect": {"json": {}}},
                                  {"entityUrn": URN, "aspectName": [], "aspect": {"json": {}}}])
def test_an_aspect_whose_name_is_no_text_says_nothing(body: dict[str, Any]) -> None:
    whole = {"urn": URN, "datasetProperties": {"value": {"description": "x"}}}
    assert [table.comment for table in datahub.read([Document("a", body), Document("b", whole)]).tables] == ["x"]


@pytest.mark.parametrize("ident", [[], {}, 3, None])
def test_an_id_that_is_no_text_harms_nothing(ident: Any) -> None:
    assert len(openmetadata.read([Document("a", {"fullyQualifiedName": "a.b", "columns": [], "id": ident})]).tables) == 1
