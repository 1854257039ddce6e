"""Names that do not depend on the machine: URNs of what has no web address, and URIs of where data lie."""

from __future__ import annotations

import re
from urllib.parse import quote

_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://")
_KEPT = "._-"  # with letters and digits, what a URN holds as it is
_IN_PATHS = "/:@!$&'()*+,;=~._-%"


_PARTITION = re.compile(r"/[^/=]+=\d{4}-?\d{2}(-?\d{2})?$")


def folder(location: str) -> str:
    """A location without the last folder where that is a dated partition: what other tools take for the table."""
    return _PARTITION.sub("", location)


def urn(*parts: str) -> str:
    """A URN of this project: parts are escaped, so that different ones never meet."""
    return ":".join(("urn:assay", *(quote(part, safe=_KEPT) for part in parts)))


def place(location: str) -> str | None:
    """The URI of a location: of a path that of its file; None of what is neither, such as a table's name in its database."""
    if _SCHEME.match(location):
        return quote(location, safe=_IN_PATHS)
    return f"file://{quote(location, safe=_IN_PATHS.replace('%', ''))}" if location.startswith("/") else None
