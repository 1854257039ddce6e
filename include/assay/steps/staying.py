"""Large tables of databases that no use case reads: they are not copied, their database counts them.

Such a table is discovered, has a profile, is classified and stands in the inventory. Its row in `history` names no snapshot,
but a fingerprint: of its place, schema, rows and the night, since only reading it would tell whether it changed within one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from assay.catalog.discovery import split_table
from assay.config import Platform
from assay.config.manifest import Database
from assay.contracts.enums import Dimension, Severity
from assay.contracts.schemas import DISCOVERED, PARTITION_CHECKS
from assay.errors import SourceUnavailable
from assay.sources import Connector, CountingConnector, Footer, SourcePartition
from assay.sources.types import type_name
from assay.steps.frame import Frame
from assay.steps.sources import open_source

_REASON = "it stays in its database, which counts it: no use case reads it, and it has more than {limit:,} rows"


def _entry(platform: Platform, asset_id: str) -> tuple[Database, int] | None:
    """The database of a table that may stay there and the rows beyond which it does, or None."""
    entry = next((source for source in platform.sources if asset_id.startswith(f"{source.name}.")), None)
    if not isinstance(entry, Database) or entry.count_beyond is None or platform.is_read(asset_id):
        return None
    return (entry, entry.count_beyond) if list(split_table(platform, asset_id)) == [asset_id] else None


def look(frame: Frame, source: Connector, asset_id: str, partition: SourcePartition) -> Footer | None:
    """What is told of a table that stays, or None if it is copied.

    Raises:
        SourceUnavailable: If the database can't be reached.
        UnreadableData: If it can't read the table.
    """
    found = _entry(frame.platform, asset_id)
    if found is None or not isinstance(source, CountingConnector):
        return None
    with source.counter(partition) as counter:
        rows, schema = counter.count(), {field.name: type_name(field.type) for field in counter.schema}
    if rows <= found[1]:
        return None
    said = json.dumps([partition.location, schema, rows, frame.partition])
    return Footer(schema, rows, dict.fromkeys(schema, 0), hashlib.sha256(said.encode()).hexdigest())


def why_staying(frame: Frame, asset_id: str, found: Mapping[str, Any]) -> str | None:
    """Why a table is not copied, or None if it is.

    Args:
        frame: Of the step.
        asset_id: The table.
        found: Its row in `discovered`.
    """
    place = _entry(frame.platform, asset_id)
    if place is None or found["row_count"] <= place[1]:
        return None
    return _REASON.format(limit=place[1]) if isinstance(open_source(place[0]), CountingConnector) else None


def count(frame: Frame, asset_id: str, said: Mapping[str, str]) -> pa.Table:
    """The state of a table that stays.

    Args:
        frame: Of the step.
        asset_id: The table.
        said: Column -> kind of personal data, as somebody said.

    Raises:
        SourceUnavailable: If the database can't be reached.
        UnreadableData: If it can't read the table.
    """
    from assay.engine.remote import RemoteRows
    from assay.profiling.states import count_rows

    place = _entry(frame.platform, asset_id)
    source = open_source(place[0]) if place else None
    if not isinstance(source, CountingConnector):
        raise SourceUnavailable(asset_id, "its database doesn't count any more", "run the night again from its beginning")
    found = frame.store.read(frame.store.get(DISCOVERED, frame.platform.platform, frame.partition)).to_pylist()
    row = next(row for row in found if row["asset_id"] == asset_id)
    partition = SourcePartition(row["source_partition"], row["location"], row["format"], tuple(row["files"]), row["bytes"])
    with source.counter(partition) as counter, RemoteRows(counter) as rows:
        return count_rows(rows, asset_id, said)


def check(frame: Frame, asset_id: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row of `check_index` of a table that stays: that it has rows is all that is checked.

    Args:
        frame: Of the step.
        asset_id: The table.
        row: Of its history.
    """
    rows, label = row["row_count"], row["source_partition"]
    checks = pa.Table.from_pylist([{
        "asset_id": asset_id, "column": None, "expectation": "expect_table_row_count_to_be_between",
        "severity": str(Severity.CRITICAL), "dimension": str(Dimension.COMPLETENESS), "source_partition": label, "owner": None,
        "success": rows > 0, "observed": f"{rows:,} rows; nothing else is checked of a table that stays in its database",
        "unexpected_count": None, "unexpected_ratio": None}], schema=PARTITION_CHECKS.schema)
    ref = frame.publish(PARTITION_CHECKS, lambda: checks, name=asset_id, partition=label or frame.partition,
                        inputs=[row["fingerprint"]], config={"stays": True})
    return {"asset_id": asset_id, "source_partition": label, "uri": ref.uri, "fingerprint": ref.fingerprint,
            "row_count": ref.row_count, "passed": rows > 0, "reason": None if rows > 0 else "it has no rows"}
