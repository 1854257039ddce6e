"""DataHub's datasets: proposals (MCP) and events (MCE) of its file sink, entities of its OpenAPI v3.

All three hold *aspects* of an entity, which is named by its URN. Of an aspect that is told several times the last one observed
counts; what people wrote (`editable…`) wins over what was ingested.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from assay.contracts.described import DescribedTable, Flow, ForeignKey, Parts
from assay.sources.catalogues.documents import Document, Reading, blamed, load, text
from assay.sources.catalogues.rest import RestApi

_PATH = "/openapi/v3/entity/dataset"
_PAGE = 200  # entities asked for at once, each with its whole schema
_ASPECTS = ("datasetProperties", "editableDatasetProperties", "schemaMetadata", "editableSchemaMetadata", "ownership",
            "globalTags", "structuredProperties", "upstreamLineage", "subTypes", "status")
_KEY = "datasetKey"  # the aspect that every dataset has
_DATASET = re.compile(r"urn:li:dataset:\(urn:li:dataPlatform:([^,]+),(.+),\w+\)\Z")
_FIELD = re.compile(r"urn:li:schemaField:\((urn:li:dataset:\(.+?,\w+\)),(.+)\)\Z")
_TOKENS = re.compile(r"\[[^\]]*\]\.?")  # version 2 of field paths: [version=2.0].[type=struct].[type=string].name
_TIER = re.compile(r"tier(?:[\W_]+(?P<rank>.+)|\d+)\Z", re.IGNORECASE)

_Aspects = dict[str, Any]


class _Said(NamedTuple):
    """One aspect of one entity, None where it was deleted."""

    urn: str
    aspect: str
    value: Any
    observed: int


def fetch(api: RestApi) -> list[Document]:
    """Every dataset of a server, with the aspects that are read.

    Args:
        api: The server's metadata service (GMS).

    Raises:
        SourceUnavailable: If it doesn't answer, or refuses.
        UnreadableData: If the answer has another shape.
    """
    asked = {"count": _PAGE, "aspects": list(_ASPECTS), "systemMetadata": "false", "includeSoftDelete": "false"}
    return [Document(api.place(_PATH), entity)
            for entity in api.listed(_PATH, asked, "entities", "scrollId", lambda answer: answer.get("scrollId"))]


def read(documents: Iterable[Document]) -> Reading:
    """The datasets that documents describe, without those that are removed.

    Args:
        documents: In the order in which they were written, where nothing tells when they were observed.
    """
    latest: dict[tuple[str, str], _Said] = {}
    places: dict[str, str] = {}
    troubles: dict[str, str] = {}
    for document in documents:
        with blamed(troubles, document.place, "a document of it is no proposal, event or entity of DataHub"):
            for said in _aspects(document.body):
                before = latest.get((said.urn, said.aspect))
                if before is None or before.observed <= said.observed:
                    latest[said.urn, said.aspect] = said
                    places[said.urn] = document.place
    by_urn: dict[str, _Aspects] = {}
    for (urn, aspect), said in sorted(latest.items()):
        if said.value is not None:
            by_urn.setdefault(urn, {})[aspect] = said.value
    removed = {urn for urn, aspects in by_urn.items()
               if isinstance(status := aspects.get("status"), dict) and status.get("removed")}
    tables = []
    for urn, aspects in by_urn.items():
        if urn not in removed:
            with blamed(troubles, places[urn], f"an aspect of {urn} has another shape than DataHub gives it"):
                tables.append(_table(urn, aspects, removed))
    return Reading(tables, troubles)


# -- documents --------------------------------------------------------------------------------------------------------


def _aspects(body: Any) -> Iterator[_Said]:
    """What a document says of datasets; those of other entities say nothing here."""
    if "proposedSnapshot" in body:
        ((_, snapshot),) = body["proposedSnapshot"].items()
        for aspect in snapshot["aspects"]:
            ((name, value),) = aspect.items()
            short = name.rpartition(".")[2]
            yield from _of_dataset(_Said(snapshot["urn"], short[:1].lower() + short[1:], value, _observed(body)))
    elif "entityUrn" in body:
        yield from _of_dataset(*_proposal(body))
    elif "entities" in body:
        for entity in body["entities"]:
            yield from _aspects(entity)
    else:
        urn = body["urn"]
        told = [_Said(urn, name, part["value"], _observed(part)) for name, part in body.items()
                if isinstance(part, dict) and "value" in part]
        yield from _of_dataset(_Said(urn, _KEY, {}, 0), *told)


def _proposal(body: Mapping[str, Any]) -> Iterator[_Said]:
    """The aspect of a proposal; a patch changes what isn't known here, and says nothing."""
    change = body.get("changeType", "UPSERT")
    name, aspect = body.get("aspectName"), body.get("aspect") or {}
    if change == "DELETE":
        aspect, value = ("status", {"removed": True}) if name in (None, _KEY) else (str(name), None)
        yield _Said(body["entityUrn"], aspect, value, _observed(body))
    elif change != "PATCH":
        value = aspect["json"] if "json" in aspect else load(aspect["value"])
        yield _Said(body["entityUrn"], body["aspectName"], value, _observed(body))


def _of_dataset(*told: _Said) -> Iterator[_Said]:
    yield from (said for said in told if _DATASET.match(said.urn) and said.aspect in (_KEY, *_ASPECTS))


def _observed(body: Mapping[str, Any]) -> int:
    return int((body.get("systemMetadata") or {}).get("lastObserved") or 0)


# -- aspects ----------------------------------------------------------------------------------------------------------


def _table(urn: str, aspects: _Aspects, removed: set[str]) -> DescribedTable:
    said, edited = aspects.get("datasetProperties", {}), aspects.get("editableDatasetProperties", {})
    schema = aspects.get("schemaMetadata", {})
    edits = aspects.get("editableSchemaMetadata", {}).get("editableSchemaFieldInfo") or ()
    comments = {}
    for field in (*(schema.get("fields") or ()), *edits):
        if comment := text(field.get("description")):
            comments[_column(field["fieldPath"])] = comment
    keys = schema.get("primaryKeys") or [field["fieldPath"] for field in schema.get("fields") or () if field.get("isPartOfKey")]
    owners = {_name(owner["owner"]) for owner in aspects.get("ownership", {}).get("owners") or ()}
    return DescribedTable(
        urn, _parts(urn), "View" in (aspects.get("subTypes", {}).get("typeNames") or ()),
        text(edited.get("description")) or text(said.get("description")), ", ".join(sorted(owners)) or None, _tier(aspects),
        comments, tuple(map(_column, keys)), tuple(_references(schema)), tuple(_flows(urn, aspects, removed)))


def _tier(aspects: _Aspects) -> str | None:
    """The rank by a structured property, a property or a tag that is called so, in this order."""
    for assigned in aspects.get("structuredProperties", {}).get("properties") or ():
        if re.split(r"[.:]", assigned["propertyUrn"])[-1].lower() == "tier" and assigned["values"]:
            value = assigned["values"][0]
            return str(next(iter(value.values())) if isinstance(value, dict) else value)
    for name, value in sorted((aspects.get("datasetProperties", {}).get("customProperties") or {}).items()):
        if name.lower() == "tier" and text(value):
            return text(value)
    for name in sorted(_name(tag["tag"]) for tag in aspects.get("globalTags", {}).get("tags") or ()):
        if found := _TIER.match(name):
            return found["rank"] or name
    return None


def _references(schema: Mapping[str, Any]) -> Iterator[ForeignKey]:
    for key in schema.get("foreignKeys") or ():
        columns, to_columns = (tuple(_field(field)[1] for field in key[end]) for end in ("sourceFields", "foreignFields"))
        if len(columns) == len(to_columns):
            yield ForeignKey(columns, _parts(key["foreignDataset"]), to_columns)


def _flows(urn: str, aspects: _Aspects, removed: set[str]) -> Iterator[Flow]:
    lineage = aspects.get("upstreamLineage", {})
    for upstream in lineage.get("upstreams") or ():
        if upstream["dataset"] not in removed:
            yield Flow(_parts(upstream["dataset"]))
    for fine in lineage.get("fineGrainedLineages") or ():
        score = fine.get("confidenceScore")
        sure = 1.0 if score is None else min(max(float(score), 0.0), 1.0)
        into = [column for table, column in map(_field, fine.get("downstreams") or ()) if table == urn and column]
        for source, column in map(_field, fine.get("upstreams") or ()):
            if source not in removed and _DATASET.match(source):
                yield from (Flow(_parts(source), column or None, target, sure) for target in into)


# -- names ------------------------------------------------------------------------------------------------------------


def _parts(urn: str) -> Parts:
    """The name of a dataset, by its dots; of files the path.

    Raises:
        ValueError: If it is no URN of a dataset.
    """
    found = _DATASET.match(urn)
    if found is None:
        raise ValueError("no dataset")
    name = unquote(found[2])
    parts = (name,) if "/" in name else tuple(part for part in name.split(".") if part)
    if not parts:
        raise ValueError("no name")
    return parts


def _field(urn: str) -> tuple[str, str]:
    """Dataset and column of a field's URN; a dataset's own has no column."""
    found = _FIELD.match(urn)
    return (found[1], _column(unquote(found[2]))) if found else (urn, "")


def _column(path: str) -> str:
    return _TOKENS.sub("", path).strip(".")


def _name(urn: str) -> str:
    """What a URN of a user, group or tag says behind its kind."""
    return unquote(urn.split(":", 3)[3])
