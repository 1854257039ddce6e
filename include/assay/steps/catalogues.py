"""The platform's other catalogues, read for a night; of one that can't be read, what an earlier night has published."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from assay.catalog.catalogues import tell
from assay.catalog.usage.names import catalogue_of
from assay.config.manifest import ExternalCatalogue
from assay.contracts.refs import ArtifactRef
from assay.contracts.schemas import CATALOGUE_COVERAGE, DECLARED, DECLARED_LINEAGE
from assay.errors import ConfigError, SourceUnavailable, UnreadableData
from assay.steps.connections import web_address
from assay.steps.frame import Frame

if TYPE_CHECKING:
    from assay.sources.catalogues.documents import Reading

logger = logging.getLogger(__name__)

MODULES = ("assay.steps.catalogues", "assay.sources.catalogues", "assay.sources.listing", "assay.catalog.catalogues",
           "assay.catalog.usage.names")
_Row = dict[str, Any]


@dataclass
class Declarations:
    """What all catalogues say: rows of `declared`, `declared_lineage` and `catalogue_coverage`."""

    declared: list[_Row] = field(default_factory=list)
    lineage: list[_Row] = field(default_factory=list)
    coverage: list[_Row] = field(default_factory=list)

    @property
    def lineage_table(self) -> pa.Table:
        """Contract `declared_lineage`."""
        return pa.Table.from_pylist(self.lineage, schema=DECLARED_LINEAGE.schema)

    @property
    def coverage_table(self) -> pa.Table:
        """Contract `catalogue_coverage`."""
        return pa.Table.from_pylist(self.coverage, schema=CATALOGUE_COVERAGE.schema)


def read_catalogues(frame: Frame, discovered: ArtifactRef) -> Declarations:
    """What the manifest's catalogues say of the assets that the night has discovered.

    A catalogue is read whole or not at all: of one that is out of reach or torn, what the newest night up to this one that
    read the whole has published is used. Where none has, what could be read counts.

    Args:
        frame: The step's surroundings.
        discovered: Contract `discovered`.
    """
    found = Declarations()
    if not frame.platform.catalogues:
        return found
    known = catalogue_of(frame.store.read(discovered), frame.platform)
    for entry in frame.platform.catalogues:
        status, reason, reading = _read(entry)
        remembered = None if status == "ok" else _remembered(frame, entry.name)
        if reason is not None:
            logger.warning("catalogue %s, %s: %s", entry.name, status, reason)
        row: _Row = {"catalogue": entry.name, "type": entry.type, "status": status, "reason": reason}
        if remembered is not None:
            declared, lineage, before = remembered
            row = before | row
        else:
            told = tell(entry.name, reading.tables, known)
            declared, lineage = told.declared, told.lineage
            row |= {"as_of": frame.partition if status == "ok" else None, "tables": told.tables, "matched": told.matched,
                    "unlisted": told.unlisted, "ambiguous": told.ambiguous}
        found.declared += declared
        found.lineage += lineage
        found.coverage.append(row)
    return found


def _read(entry: ExternalCatalogue) -> tuple[str, str | None, Reading]:
    """Status of a catalogue, why it is not ok, and what could be understood."""
    from assay.sources.catalogues import datahub, openmetadata
    from assay.sources.catalogues.documents import Reading, read_documents
    from assay.sources.catalogues.rest import RestApi

    kind = datahub if entry.type == "datahub" else openmetadata
    torn: dict[str, str] = {}
    try:
        if entry.path is not None:
            documents, torn = read_documents(entry.path)
        else:
            address, token = web_address(str(entry.connection))
            remedy = f"check the server, and host and password of connection {entry.connection}"
            with RestApi(address, token, remedy) as api:
                documents = kind.fetch(api)
        reading = kind.read(documents)
    except (SourceUnavailable, ConfigError) as error:
        return "outage", str(error), Reading(())
    except UnreadableData as error:
        return "unreadable", str(error), Reading(())
    troubles = [said for _, said in sorted((torn | dict(reading.troubles)).items())]
    if not troubles and not reading.tables:
        troubles = [f"catalogue {entry.name} describes no table; check that it is {entry.type}'s, and export it again"]
    if not troubles:
        return "ok", None, reading
    return "unreadable", _joined(troubles), reading


def _joined(troubles: Sequence[str]) -> str:
    """The first trouble, and how many others there are."""
    return troubles[0] if len(troubles) == 1 else f"{troubles[0]} (and {len(troubles) - 1} more such)"


def _remembered(frame: Frame, name: str) -> tuple[list[_Row], list[_Row], _Row] | None:
    """What the newest night up to this one that read a catalogue whole has published of it, or None."""
    store, platform = frame.store, frame.platform.platform
    for partition in reversed(store.partitions(CATALOGUE_COVERAGE, platform)):
        if partition > frame.partition:
            continue
        for row in store.read(store.get(CATALOGUE_COVERAGE, platform, partition)).to_pylist():
            if row["catalogue"] == name and row["as_of"] is not None:
                tables = (store.read(store.get(contract, platform, partition)) for contract in (DECLARED, DECLARED_LINEAGE))
                declared, lineage = ([said for said in table.to_pylist() if said["origin"] == name] for table in tables)
                return declared, lineage, row
    return None
