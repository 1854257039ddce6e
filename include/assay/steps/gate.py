"""Task `gate`: which partitions later steps may read, and how each asset stands."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from assay.contracts.refs import ArtifactRef, Night
from assay.contracts.schemas import ASSET_STATES, CHECKS, GATE, PARTITION_CHECKS
from assay.quality.gate import SourceLabel, Standing, judge
from assay.quality.suite import suite_names
from assay.steps.frame import Frame, open_frame

logger = logging.getLogger(__name__)

_MODULES = ("assay.steps.gate", "assay.quality.gate")
_Rows = dict[str, list[dict[str, Any]]]


def gate(night: Night, histories: Sequence[ArtifactRef], checks: Sequence[ArtifactRef]) -> list[ArtifactRef]:
    """Decide from artifacts alone, never from the states of earlier tasks.

    Args:
        night: The run.
        histories: Contract `history` of every asset.
        checks: Contract `check_index` of every asset; an asset without one has nothing usable.

    Returns:
        Contracts `gate` (a row per asset and label in reach), `asset_states` (a row per asset) and `checks` (of each
        asset's newest checked label, failing or not), in this order.
    """
    with open_frame("gate", night.platform, night.partition, _MODULES) as frame:
        found = _by_asset(frame, [night.discovered])
        past = _by_asset(frame, histories)
        index = _by_asset(frame, checks)
        assets = sorted(set(found) | set(past) | set(index))
        _report_idle_suites(frame, assets)
        newest = {asset: max(rows, key=lambda row: str(row["source_partition"])) for asset, rows in sorted(index.items())}
        shown = {asset: _checks_of(frame, row) for asset, row in newest.items()}

        known_ahead = {asset: frame.platform.known_ahead(asset) for asset in assets}
        labels = {asset: _labels(frame.partition, known_ahead[asset], found.get(asset, []), past.get(asset, []),
                                 index.get(asset, [])) for asset in assets}
        standings = {asset: judge(labels[asset], frame.partition, _rhythm(found.get(asset, []))) for asset in assets}
        for asset, standing in standings.items():
            if standing.reason:
                logger.warning("%s is %s: %s", asset, standing.status, standing.reason)

        inputs = [night.discovered.fingerprint, *(ref.fingerprint for ref in (*histories, *checks))]
        return [
            frame.publish(GATE, lambda: _gate_rows(labels, past, standings), inputs=inputs, config=known_ahead),
            frame.publish(ASSET_STATES, lambda: _state_rows(standings), inputs=inputs, config=known_ahead),
            frame.publish(CHECKS, lambda: pa.concat_tables([CHECKS.schema.empty_table(), *shown.values()]),
                          inputs=[str(row["fingerprint"]) for row in newest.values()]),
        ]


def _by_asset(frame: Frame, refs: Sequence[ArtifactRef]) -> _Rows:
    """The rows of several artifacts by their asset; an asset whose artifact is empty has none."""
    rows: _Rows = {}
    for ref in refs:
        for row in frame.store.read(ref).to_pylist():
            rows.setdefault(row["asset_id"], []).append(row)
    return rows


def _checks_of(frame: Frame, row: dict[str, Any]) -> pa.Table:
    """The checks that a row of the index points at."""
    return frame.store.read(ArtifactRef(PARTITION_CHECKS.name, row["uri"], row["row_count"], row["fingerprint"]))


def _labels(partition: str, known_ahead: int, found: list[dict[str, Any]], past: list[dict[str, Any]],
            index: list[dict[str, Any]]) -> list[SourceLabel]:
    """Everything known of each label that can be known on `partition`."""
    discovered = {row["source_partition"]: row for row in found}
    checked = {row["source_partition"]: row for row in index}
    last = (date.fromisoformat(partition) + timedelta(days=known_ahead)).isoformat()
    labels = []
    for row in past:
        label = row["source_partition"]
        seen, check = discovered.get(label), checked.get(label)
        labels.append(SourceLabel(
            label=label, status=seen["status"] if seen else "ok", ingested=bool(row["fingerprint"]), checked=check is not None,
            failure=check["reason"] if check and not check["passed"] else None,
            problem=row["reason"] or (seen["reason"] if seen else None)))
    ingested = {label.label for label in labels}
    labels += [SourceLabel(label=label, status=row["status"], problem=row["reason"]) for label, row in discovered.items()
               if label not in ingested and row["status"] != "ok"]
    return sorted((label for label in labels if label.label <= last), key=lambda label: label.label)


def _rhythm(found: list[dict[str, Any]]) -> float | None:
    """The asset's rhythm as its newest label states it."""
    stated = [row for row in found if row["rhythm_days"] is not None]
    return float(max(stated, key=lambda row: str(row["source_partition"]))["rhythm_days"]) if stated else None


def _gate_rows(labels: dict[str, list[SourceLabel]], past: _Rows, standings: dict[str, Standing]) -> pa.Table:
    rows = []
    for asset, known in labels.items():
        snapshots = {row["source_partition"]: row for row in past.get(asset, [])}
        for label in known:
            row = snapshots.get(label.label, {})
            rows.append({
                "asset_id": asset, "source_partition": label.label, "uri": row.get("uri") or None,
                "fingerprint": row.get("fingerprint"), "row_count": row.get("row_count", 0), "bytes": row.get("bytes", 0),
                "usable": label.usable, "newest": label.usable and label.label == standings[asset].last_good,
                "reason": label.reason})
    return pa.Table.from_pylist(rows, schema=GATE.schema)


def _state_rows(standings: dict[str, Standing]) -> pa.Table:
    return pa.Table.from_pylist([
        {"asset_id": asset, "status": str(standing.status), "reason": standing.reason,
         "last_good_partition": standing.last_good}
        for asset, standing in standings.items()], schema=ASSET_STATES.schema)


def _report_idle_suites(frame: Frame, assets: list[str]) -> None:
    """A suite that no asset bears the name of checks nothing, silently: say so."""
    for name in suite_names(frame.platform.platform):
        if name not in assets:
            logger.warning("suite %s.yaml checks nothing: %s has no asset of that name", name, frame.platform.platform)
