"""What files have said of themselves before: unchanged data costs no read."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from assay.contracts.schemas import SOURCE_VERSIONS
from assay.sources import Connector, Footer, SourcePartition
from assay.steps.frame import Frame
from assay.storage import ArtifactStore, code_fingerprint

READERS = tuple(f"assay.sources.{module}" for module in (
    "content", "databases", "files", "formats", "layout", "tables", "types"))  # whatever reads a source


@dataclass
class KnownFooters:
    """Footers by place and version of a source partition, from the ledger `source_versions`.

    A version is what the listing tells of the files (size, time of change, entity tag), so a file that is changed and keeps all
    of these is taken for unchanged. Sources that tell no version are read.

    Attributes:
        code: Fingerprint of what reads files; footers of other code aren't used.
        known: From earlier nights and this one.
        versions: Place -> version as listed this night.
    """

    code: str
    known: dict[tuple[str, str], dict[str, Any]]
    versions: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, store: ArtifactStore, platform: str) -> KnownFooters:
        """What the newest partition knows."""
        found = store.partitions(SOURCE_VERSIONS, platform)
        rows = store.read(store.get(SOURCE_VERSIONS, platform, found[-1])).to_pylist() if found else []
        return cls(code_fingerprint(*READERS), {(row["place"], row["version"]): row for row in rows})

    def look(self, source: Connector, partition: SourcePartition) -> Footer:
        """A partition's footer, read only where its version is new.

        Raises:
            SourceUnavailable: If a file is gone or can't be fetched.
            UnreadableData: If a file can't be read.
        """
        place = f"{partition.location}\0{partition.label}\0{partition.files[0]}"
        row = self.known.get((place, partition.version))
        if partition.version and row is not None and row["code"] == self.code:
            self.versions[place] = partition.version
            return Footer(json.loads(row["schema"]), row["row_count"], json.loads(row["column_bytes"]), row["fingerprint"])
        footer = source.footer(partition)
        if partition.version:
            self.versions[place] = partition.version
            self.known[place, partition.version] = {
                "place": place, "version": partition.version, "code": self.code, "row_count": footer.row_count,
                "fingerprint": footer.fingerprint, "schema": json.dumps(dict(footer.schema)),
                "column_bytes": json.dumps(dict(footer.column_bytes))}
        return footer

    def publish(self, frame: Frame) -> None:
        """Write down what is known, but for versions that files have no more."""
        rows = [row for (place, version), row in sorted(self.known.items()) if self.versions.get(place, version) == version]
        frame.publish(SOURCE_VERSIONS, lambda: pa.Table.from_pylist(rows, schema=SOURCE_VERSIONS.schema),
                      inputs=[f"{row['place']} {row['version']} {row['code']}" for row in rows])
