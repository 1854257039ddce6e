"""OpenMetadata's tables and lineage: the JSON of its REST API, also where it lies in files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from assay.contracts.described import DescribedTable, Flow, ForeignKey, Parts
from assay.sources.catalogues.documents import Document, Reading, blamed, text
from assay.sources.catalogues.rest import RestApi

_TABLES, _LINEAGE = "/api/v1/tables", "/api/v1/lineage/table"
_PAGE = 200  # tables asked for at once, each with all its columns
_FIELDS = "tags,columns,tableConstraints"
_PART = re.compile(r'"((?:[^"]|"")*)"|([^."]+)')  # a name with dots in it is quoted
_TIER = "tier."

_Body = Mapping[str, Any]


def fetch(api: RestApi) -> list[Document]:
    """Every table of a server, and what flows into each: one request a page, and one a table.

    Args:
        api: The server.

    Raises:
        SourceUnavailable: If it doesn't answer, or refuses.
        UnreadableData: If the answer has another shape.
    """
    asked = {"fields": f"owners,{_FIELDS}", "limit": _PAGE}
    if api.refuses(_TABLES, asked | {"limit": 1}):  # before release 1.5 a table had one owner
        asked["fields"] = f"owner,{_FIELDS}"
    documents = []
    for table in api.listed(_TABLES, asked, "data", "after", lambda answer: (answer.get("paging") or {}).get("after")):
        documents.append(Document(api.place(_TABLES), table))
        path = f"{_LINEAGE}/{quote(str(table.get('id')), safe='')}"
        documents.append(Document(api.place(path), api.get(path, {"upstreamDepth": 1, "downstreamDepth": 0})))
    return documents


def read(documents: Iterable[Document]) -> Reading:
    """The tables that documents describe, with what flows into them, without those that are deleted.

    Args:
        documents: Of a table that is told several times the one updated last counts.
    """
    troubles: dict[str, str] = {}
    tables, lineages = _sorted_out(documents, troubles)
    flows = _Flows({str(document.body.get("id")): name for name, document in tables.items()})
    for document in lineages:
        with blamed(troubles, document.place, "lineage has another shape than OpenMetadata gives it"):
            flows.add(document.body)
    gone = {name for name, document in tables.items() if document.body.get("deleted")} | flows.gone
    found = []
    for name, document in tables.items():
        if name not in gone:
            with blamed(troubles, document.place, f"table {name} has another shape than OpenMetadata gives it"):
                found.append(_table(name, document.body, flows.into(name, gone)))
    alone = [DescribedTable(name, split_name(name), flows=flows.into(name, gone))  # lineage may lie there without its tables
             for name in flows.targets - tables.keys() - gone]
    return Reading(sorted([*found, *alone], key=lambda table: table.identity), troubles)


def _sorted_out(documents: Iterable[Document], troubles: dict[str, str]) -> tuple[dict[str, Document], list[Document]]:
    """Tables by name, each as it was updated last, and lineages."""
    tables: dict[str, tuple[int, Document]] = {}
    lineages = []
    for document in _unpacked(documents, troubles):
        body = document.body
        with blamed(troubles, document.place, "a document of it is no entity of OpenMetadata"):
            if "entity" in body:
                lineages.append(document)
            elif "columns" in body:
                name, updated = body["fullyQualifiedName"], int(body.get("updatedAt") or 0)
                if name not in tables or tables[name][0] <= updated:
                    tables[name] = updated, document
            elif "fullyQualifiedName" not in body:  # of another entity, which says nothing here
                raise ValueError("no entity")
    return {name: document for name, (_, document) in tables.items()}, lineages


def split_name(name: str) -> Parts:
    """The parts of a fully qualified name; one that has dots itself stands in quotes.

    Raises:
        ValueError: If it has none.
    """
    parts = tuple(quoted.replace('""', '"') or plain for quoted, plain in _PART.findall(name))
    if not parts:
        raise ValueError("no name")
    return parts


def _unpacked(documents: Iterable[Document], troubles: dict[str, str]) -> Iterator[Document]:
    """Documents with pages of the API taken apart."""
    for document in documents:
        body = document.body
        with blamed(troubles, document.place, "a document of it is no entity of OpenMetadata"):
            if not isinstance(body, dict):
                raise TypeError("no object")
            if "data" in body:
                yield from _unpacked([Document(document.place, part) for part in body["data"]], troubles)
            else:
                yield document


class _Flows:
    """Flows between tables from the lineage of several, each edge once.

    Args:
        names: Name of each table by its id.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = dict(names)
        self._edges: dict[str, dict[str, set[tuple[str | None, str | None]]]] = {}
        self.gone: set[str] = set()

    @property
    def targets(self) -> set[str]:
        """Tables that something flows into."""
        return set(self._edges)

    def add(self, lineage: _Body) -> None:
        """Take in the lineage of one table."""
        for node in (lineage["entity"], *(lineage.get("nodes") or ())):
            if node["type"] == "table":
                self._names[str(node["id"])] = node["fullyQualifiedName"]
                self.gone |= {node["fullyQualifiedName"]} if node.get("deleted") else set()
        for edge in (*(lineage.get("upstreamEdges") or ()), *(lineage.get("downstreamEdges") or ())):
            source, target = (self._names.get(_id(edge[end])) for end in ("fromEntity", "toEntity"))
            if source is not None and target is not None:
                pairs = list(_columns(edge, split_name(source), split_name(target)))
                self._edges.setdefault(target, {}).setdefault(source, {(None, None)}).update(pairs)

    def into(self, target: str, gone: set[str]) -> tuple[Flow, ...]:
        """What flows into a table from those that are not gone."""
        pairs = [(source, *pair) for source, columns in self._edges.get(target, {}).items() if source not in gone
                 for pair in columns]
        return tuple(Flow(split_name(source), column, into)
                     for source, column, into in sorted(pairs, key=lambda p: (p[0], p[1] or "", p[2] or "")))


def _id(end: Any) -> str:
    return str(end["id"] if isinstance(end, dict) else end)


def _columns(edge: _Body, source: Parts, target: Parts) -> Iterator[tuple[str, str]]:
    for carried in (edge.get("lineageDetails") or {}).get("columnsLineage") or ():
        into = _within(carried["toColumn"], target) if carried.get("toColumn") else None
        for name in carried.get("fromColumns") or ():
            if into and (column := _within(name, source)):
                yield column, into


def _within(column: str, table: Parts) -> str | None:
    """A column's own name, or None where it is another table's."""
    parts = split_name(column)
    return ".".join(parts[len(table):]) or None if parts[: len(table)] == table else None


def _table(name: str, body: _Body, flows: tuple[Flow, ...]) -> DescribedTable:
    columns = list(_flat(body["columns"] or ()))
    comments = {path: comment for path, column in columns if (comment := text(column.get("description")))}
    constraints = body.get("tableConstraints") or ()
    keys = next((c["columns"] for c in constraints if c["constraintType"] == "PRIMARY_KEY"), None) or [
        path for path, column in columns if column.get("constraint") == "PRIMARY_KEY"]
    owners = {text(owner.get("displayName")) or text(owner["name"]) for owner in body.get("owners") or [body.get("owner")]
              if owner and not owner.get("deleted")}
    tiers = [tag["tagFQN"][len(_TIER):] for tag in body.get("tags") or () if tag["tagFQN"].lower().startswith(_TIER)]
    return DescribedTable(
        name, split_name(name), "View" in (body.get("tableType") or ""), text(body.get("description")),
        ", ".join(sorted(owner for owner in owners if owner)) or None, min(tiers, default=None), comments,
        tuple(map(str, keys)),
        tuple(key for constraint in constraints if constraint["constraintType"] == "FOREIGN_KEY"
              for key in _reference(constraint)), flows)


def _flat(columns: Iterable[_Body], above: str = "") -> Iterator[tuple[str, _Body]]:
    for column in columns:
        path = f"{above}{column['name']}"
        yield path, column
        yield from _flat(column.get("children") or (), f"{path}.")


def _reference(constraint: _Body) -> Iterator[ForeignKey]:
    """A foreign key whose columns all refer to those of one table."""
    targets = [split_name(name) for name in constraint.get("referredColumns") or ()]
    tables = {parts[:-1] for parts in targets}
    if len(tables) == 1 and () not in tables and len(targets) == len(constraint["columns"]):
        yield ForeignKey(tuple(map(str, constraint["columns"])), tables.pop(), tuple(parts[-1] for parts in targets))
