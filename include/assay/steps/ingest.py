"""Task `ingest`: copy what is visible into shared storage, cleaned, one snapshot per source partition."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from assay.catalog.discovery import split_table, table_of
from assay.config.manifest import Database, Files
from assay.contracts.refs import ArtifactRef, Night
from assay.contracts.schemas import HISTORY, SNAPSHOT
from assay.errors import SourceUnavailable, UnreadableData
from assay.sources import SourcePartition
from assay.sources.cleaning import clean
from assay.steps.footers import READERS
from assay.steps.frame import Frame, open_frame
from assay.steps.sources import open_source
from assay.steps.staying import why_staying

logger = logging.getLogger(__name__)

_MODULES = ("assay.steps.ingest", "assay.steps.staying", "assay.sources.cleaning", *READERS)
_Row = dict[str, Any]


def ingest(night: Night, batch: Sequence[str]) -> list[ArtifactRef]:
    """Publish a snapshot of every visible source partition of some assets.

    A snapshot stands under its own label and depends on nothing but that partition, so one that stands is reused. What can't
    be read is a row of the asset's history with its reason; the other partitions and assets go on.

    Args:
        night: The run.
        batch: Asset ids.

    Returns:
        Contract `history` of each asset, in the order of `batch`. A table without dated partitions is listed under the run's
        partition.
    """
    part = batch[0] if batch else "none"
    with open_frame("ingest", night.platform, night.partition, _MODULES, part) as frame:
        found: dict[str, list[_Row]] = {asset: [] for asset in batch}
        for row in frame.store.read(night.discovered).to_pylist():
            if row["asset_id"] in found:
                found[row["asset_id"]].append(row)
        return [_ingest_asset(frame, asset, found[asset]) for asset in batch]


def _ingest_asset(frame: Frame, asset: str, rows: Sequence[_Row]) -> ArtifactRef:
    with frame.measure(asset):
        entry = next(source for source in frame.platform.sources if asset.startswith(f"{source.name}."))
        columns = split_table(frame.platform, table_of(frame.platform, asset))[asset]
        history = [_ingest_label(frame, entry, asset, columns, row) for row in rows]
        unread = sum(row["fingerprint"] is None for row in history)
        logger.info("%s: %d partitions, %d of them can't be used", asset, len(history), unread)
        return frame.publish(HISTORY, lambda: pa.Table.from_pylist(history, schema=HISTORY.schema), name=asset,
                             inputs=[row["fingerprint"] or "" for row in history],
                             config=[[row["source_partition"], row["reason"]] for row in history])


def _ingest_label(frame: Frame, entry: Files | Database, asset: str, columns: list[str] | None, row: _Row) -> _Row:
    """One row of `history`: the snapshot of one row of `discovered`, or why there is none."""
    label = row["source_partition"] or (frame.partition if row["fingerprint"] else "")
    if row["status"] == "outage":
        snapshot = frame.store.find(SNAPSHOT, frame.platform.platform, label, asset) if label else None
        return _history(frame, asset, label, snapshot, row["reason"])
    if row["status"] != "ok":
        return _history(frame, asset, label, None, row["reason"])

    stays = why_staying(frame, asset, row) if columns is None else None
    if stays is not None:
        return _history(frame, asset, label, None, stays) | {"fingerprint": row["fingerprint"], "row_count": row["row_count"]}

    def make() -> pa.Table:
        partition = SourcePartition(row["source_partition"], row["location"], row["format"], tuple(row["files"]), row["bytes"])
        return clean(open_source(entry).read(partition, columns, fingerprint=row["fingerprint"]), row["location"])

    try:
        snapshot = frame.publish(SNAPSHOT, make, inputs=[row["fingerprint"]], config=columns, name=asset, partition=label)
        return _history(frame, asset, label, snapshot, None)
    except UnreadableData as error:
        logger.warning("%s %s: %s", asset, label, error)
        return _history(frame, asset, label, None, str(error))
    except SourceUnavailable as error:
        logger.warning("%s %s, its published snapshot is used if there is one: %s", asset, label, error)
        return _history(frame, asset, label, frame.store.find(SNAPSHOT, frame.platform.platform, label, asset), str(error))


def _history(frame: Frame, asset: str, label: str, snapshot: ArtifactRef | None, reason: str | None) -> _Row:
    if snapshot is None:
        return {"asset_id": asset, "source_partition": label, "uri": None, "fingerprint": None, "row_count": 0, "bytes": 0,
                "reason": reason}
    size = sum(entry["bytes"] for entry in frame.store.manifest(snapshot.uri)["files"])
    return {"asset_id": asset, "source_partition": label, "uri": snapshot.uri, "fingerprint": snapshot.fingerprint,
            "row_count": snapshot.row_count, "bytes": size, "reason": None}
