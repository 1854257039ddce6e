"""Whatever JSON lies where a catalogue's export should: tables or sentences, never an error."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.catalog.usage.shop import CATALOGUE

from assay.catalog.catalogues import tell
from assay.contracts.schemas import DECLARED, DECLARED_LINEAGE
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
                                                   st.dictionaries(st.sampled_from(WORDS.split()), inner, max_size=5)),
                   max_leaves=20)
FOLDER = Path(__file__).parents[2] / "data" / "catalogues"
FILES = {file: json.loads((FOLDER / file).read_text(encoding="utf-8"))
         for file in ("datahub/proposals.json", "datahub/events.json", "datahub/entities.json", "openmetadata/tables.json")}
FILES["openmetadata/lineage.json"] = [json.loads((FOLDER / "openmetadata" / "lineage.json").read_text(encoding="utf-8"))]


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


@pytest.mark.parametrize("file", FILES)
@given(data=st.data())
def test_a_true_file_with_one_value_gone_wrong_is_still_told(file: str, data: st.DataObject) -> None:
    bodies = copy.deepcopy(FILES[file])
    at, place = bodies, data.draw(st.integers(0, len(bodies) - 1))
    while isinstance(at[place], (dict, list)) and at[place] and data.draw(st.integers(0, 5)):
        at = at[place]
        place = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
    at[place] = data.draw(ANY)
    kind = datahub if file.startswith("datahub") else openmetadata
    found = kind.read([Document("a.json", body) for body in bodies])
    told = tell("hub", found.tables, CATALOGUE)
    DECLARED.conform(pa.Table.from_pylist(told.declared, schema=DECLARED.schema))
    DECLARED_LINEAGE.conform(pa.Table.from_pylist(told.lineage, schema=DECLARED_LINEAGE.schema))
