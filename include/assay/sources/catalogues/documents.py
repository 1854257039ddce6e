"""JSON documents of a catalogue's export, on any fsspec filesystem: lists, single objects or an object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from assay.contracts.described import DescribedTable
from assay.errors import UnreadableData
from assay.sources.listing import list_files

FORMATS = ("json", "jsonl", "ndjson")
_MALFORMED = (KeyError, IndexError, TypeError, AttributeError, ValueError)  # what reading JSON of another shape comes to
_REMEDY = "export it from the catalogue again"


@dataclass(frozen=True)
class Document:
    """One JSON value.

    Attributes:
        place: File or address that it comes from.
        body: The value.
    """

    place: str
    body: Any


@dataclass(frozen=True)
class Reading:
    """What could be understood of a catalogue.

    Attributes:
        tables: By their identity.
        troubles: A sentence on each place where something could not.
    """

    tables: Sequence[DescribedTable]
    troubles: Mapping[str, str] = field(default_factory=dict)


def read_documents(path: str) -> tuple[list[Document], dict[str, str]]:
    """The documents of every file below a path, in the order of names, and by place why a file is not JSON.

    Args:
        path: fsspec URI of a file or folder, or a glob.

    Raises:
        SourceUnavailable: If nothing lies there, or something can't be fetched.
    """
    documents: list[Document] = []
    troubles: dict[str, str] = {}
    for file in list_files(path, FORMATS, "catalogues"):
        try:
            documents += [Document(file.name, body) for body in _parse(file.name, file.content())]
        except UnreadableData as error:
            troubles[file.name] = str(error)
    return documents, troubles


@contextmanager
def blamed(troubles: dict[str, str], place: str, problem: str) -> Iterator[None]:
    """Turn JSON of another shape into one sentence on the place where it lies, the first of that place.

    Args:
        troubles: Sentences by place, which may get one more.
        place: Where it lies.
        problem: What is not as it should be.
    """
    try:
        yield
    except _MALFORMED:
        troubles.setdefault(place, str(UnreadableData(place, problem, remedy=_REMEDY)))


def load(content: str) -> Any:
    """A JSON value, without halves of characters, which no artifact could hold.

    Raises:
        ValueError: If it is none.
        RecursionError: If it is nested beyond all measure.
    """
    found = json.loads(content)
    return _whole(found) if "\\ud" in content.lower() else found


def text(value: Any) -> str | None:
    """A text without the spaces around it, or None for one that says nothing.

    Raises:
        TypeError: If it is something else.
    """
    if value is not None and not isinstance(value, str):
        raise TypeError("no text")
    return (value or "").strip() or None


def _parse(place: str, content: bytes) -> list[Any]:
    """The values of a file; messages of the parser tell places and quote nothing."""
    try:
        whole = content.decode("utf-8-sig")
        try:
            found = load(whole)
        except json.JSONDecodeError:
            lines = [line for line in whole.splitlines() if line.strip()]
            if len(lines) < 2:
                raise
            return [load(line) for line in lines]
    except UnicodeDecodeError as error:
        raise UnreadableData(place, "it is not UTF-8", remedy=_REMEDY) from error
    except (ValueError, RecursionError) as error:
        raise UnreadableData(place, f"it is no JSON: {error}", remedy=_REMEDY) from error
    return found if isinstance(found, list) else [found]


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {_whole(key): _whole(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
