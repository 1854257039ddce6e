"""The connector of a manifest's source."""

from __future__ import annotations

from collections.abc import Mapping

from assay.config.manifest import Source
from assay.sources import Connector, FilesSource


def open_source(source: Source | Mapping[str, object]) -> Connector:
    """The connector of one entry of `sources`.

    Raises:
        SourceUnavailable: If nothing serves its place.
    """
    return FilesSource(Source.model_validate(source).path)
