"""Task `check`: hold every partition in reach against its asset's suite, and show the newest results as Data Docs."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import pyarrow as pa

from assay.contracts.refs import ArtifactRef, Night
from assay.contracts.schemas import CHECK_INDEX, DATA_DOCS, PARTITION_CHECKS
from assay.quality.suite import Suite, find_suite
from assay.quality.validate import depends_on_label, first_failure, relabel, validate
from assay.steps import staying
from assay.steps.compared import Compared, Sight
from assay.steps.frame import Frame, asset_of, open_frame

logger = logging.getLogger(__name__)

_MODULES = ("assay.steps.check", "assay.steps.compared", "assay.steps.staying", "assay.quality.expectations",
            "assay.quality.terms", "assay.quality.links", "assay.quality.suite", "assay.quality.frames",
            "assay.quality.reading", "assay.quality.partition", "assay.quality.asking", "assay.quality.metrics",
            "assay.quality.reaching", "assay.quality.engine", "assay.quality.rules", "assay.quality.session",
            "assay.quality.validate", "assay.quality.docs", "assay.quality.distance", "assay.engine")


def check(night: Night, histories: Sequence[ArtifactRef]) -> list[ArtifactRef]:
    """Check the assets of one batch.

    Args:
        night: The run, all of whose assets have been ingested: expectations may compare one asset with another.
        histories: Contract `history` of each asset of the batch.

    Returns:
        Contract `check_index` of each asset, in the same order.
    """
    part = asset_of(histories[0]) if histories else "none"
    with open_frame("check", night.platform, night.partition, _MODULES, part) as frame:
        sight = Sight(frame, night)
        return [_check_asset(frame, sight, history) for history in histories]


def _check_asset(frame: Frame, sight: Sight, history: ArtifactRef) -> ArtifactRef:
    asset_id = asset_of(history)
    with frame.measure(asset_id):
        suite = find_suite(frame.platform.platform, asset_id)
        snapshots = sight.snapshots(asset_id)
        compared = [sight.compare(asset_id, label, suite) for label, _ in snapshots]
        known: dict[tuple[str, ...], pa.Table] = {}
        rows = [_check_label(frame, asset_id, label, snapshot, with_, known)
                for (label, snapshot), with_ in zip(snapshots, compared, strict=True)]
        rows += [staying.check(frame, asset_id, row) for row in frame.store.read(history).to_pylist()
                 if row["fingerprint"] and not row["uri"]]
        if snapshots:
            _publish_docs(frame, asset_id, *snapshots[-1], compared[-1])
        logger.info("checked %d partitions of %s, %d of different content", len(rows), asset_id, len(known))
        return frame.publish(CHECK_INDEX, lambda: pa.Table.from_pylist(rows, schema=CHECK_INDEX.schema), name=asset_id,
                             inputs=[row["fingerprint"] for row in rows], config=[row["source_partition"] for row in rows])


def _config(suite: Suite | None, label: str) -> dict[str, Any]:
    return {"suite": suite, "great_expectations": version("great_expectations"), "label": label}


def _check_label(frame: Frame, asset_id: str, label: str, snapshot: ArtifactRef, compared: Compared,
                 known: dict[tuple[str, ...], pa.Table]) -> dict[str, Any]:
    """The index row of one label; `known` holds the checks of content seen before, and gets those of this one."""
    suite, inputs = compared.suite, [snapshot.fingerprint, *compared.fingerprints]
    content = (*inputs, *compared.left_out, label if depends_on_label(suite) else "")

    def make() -> pa.Table:
        if content in known:
            return relabel(known[content], label)
        return validate(frame.store.files(snapshot), suite, asset_id, label, others=compared.others)

    name = "/".join([asset_id, *(["without", "_".join(compared.left_out)] if compared.left_out else [])])
    ref = frame.publish(PARTITION_CHECKS, make, name=name, partition=label or frame.partition, inputs=inputs,
                        config=_config(suite, label))
    checks = known[content] = frame.store.read(ref)
    reason = first_failure(checks)
    return {"asset_id": asset_id, "source_partition": label, "uri": ref.uri, "fingerprint": ref.fingerprint,
            "row_count": ref.row_count, "passed": reason is None, "reason": reason}


def _publish_docs(frame: Frame, asset_id: str, label: str, snapshot: ArtifactRef, compared: Compared) -> None:
    """Data Docs of the newest label, one site an asset, so that each stands or falls alone."""
    recipe = frame.recipe([snapshot.fingerprint, *compared.fingerprints], _config(compared.suite, label))
    where = {"platform": frame.platform.platform, "partition": frame.partition, "name": asset_id}
    if frame.store.find(DATA_DOCS, **where, recipe=recipe):
        return
    from assay.quality.docs import build_docs

    pages = build_docs(frame.store.files(snapshot), compared.suite, asset_id, label, others=compared.others)
    frame.store.publish_files(DATA_DOCS, pages, **where, recipe=recipe)
