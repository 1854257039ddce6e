"""Fold ledgers again after a backfill: in the order of partitions, where what they were made from is no longer the same.

A night that is run again makes its own ledgers anew, but not those of later nights, which read them. Here the steps that fold
are called once more for each partition, with what its night has published; whatever still has its recipe is left as it stands.
`notifications` and `decisions` tell of what people were told and have decided, and are never folded.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assay.config import Platform, load_platform
from assay.contracts.refs import ArtifactRef, CaseRef, Night
from assay.errors import ArtifactMissing, PartitionError
from assay.storage.rehearsal import NotingStore, Published, noting

if TYPE_CHECKING:
    from assay.contracts.contract import Contract

logger = logging.getLogger(__name__)


@dataclass
class Reconciled:
    """What folding again has done.

    Attributes:
        partitions: Those that were looked at, ascending.
        published: What was made anew.
        skipped: Partition -> why it was left as it stands.
    """

    partitions: list[str] = field(default_factory=list)
    published: list[Published] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)


def reconcile(platform: str, since: str | None = None, until: str | None = None, *, rehearse: bool = False) -> Reconciled:
    """Fold the ledgers of the partitions that were run, ascending, where their recipes no longer hold.

    Args:
        platform: Name of the manifest.
        since: First partition, by default the first that was run.
        until: Last one, included, by default the newest that was run.
        rehearse: Do it in memory alone.

    Raises:
        ArtifactMissing: If no night of the platform has been run.
        PartitionError: If the range is none, or reaches beyond what was run.
    """
    from assay.contracts.schemas import INVENTORY

    manifest, done = load_platform(platform), Reconciled()
    with noting(rehearse=rehearse) as store:
        run = store.partitions(INVENTORY, manifest.platform)
        if not run:
            raise ArtifactMissing(f"night of {platform}", store.root)
        done.partitions = _chosen(run, since, until)
        for partition in done.partitions:
            try:
                _fold(store, manifest, partition)
            except ArtifactMissing as error:
                done.skipped[partition] = str(error)
                logger.warning("%s %s can't be folded again and stays as it is: %s", platform, partition, error)
        done.published = store.published
    logger.info("%s: %d partitions looked at, %d artifacts made anew, %d of them with other content", platform,
                len(done.partitions), len(done.published), sum(one.changed for one in done.published))
    return done


def _chosen(run: Sequence[str], since: str | None, until: str | None) -> list[str]:
    first, last = since or run[0], until or run[-1]
    if first > last:
        raise PartitionError(first, f"lies after {last}", "give the earlier one as FROM and the later one as TO")
    if last > run[-1]:
        raise PartitionError(last, f"lies after the newest one that was run, {run[-1]}", f"name {run[-1]} or an earlier one")
    if last < run[0]:
        raise PartitionError(last, f"lies before the first one that was run, {run[0]}", f"name {run[0]} or a later one")
    return [partition for partition in run if first <= partition <= last]


def _fold(store: NotingStore, manifest: Platform, partition: str) -> None:
    """Call the steps that fold, as the partition's night has called them.

    Raises:
        ArtifactMissing: If something that they read was removed, or was never kept.
    """
    from assay.contracts import schemas
    from assay.steps import champion, discover, export, forecast, publish
    from assay.steps.frame import open_frame

    def get(*contracts: Contract) -> list[ArtifactRef]:
        return [store.get(contract, manifest.platform, partition) for contract in contracts]

    (discovered,) = get(schemas.DISCOVERED)
    classified = get(schemas.COLUMNS, schemas.TABLE_KINDS, schemas.RELATIONS)
    gated = get(schemas.GATE, schemas.ASSET_STATES, schemas.CHECKS)
    used = get(schemas.USAGE, schemas.LINEAGE, schemas.LOG_COVERAGE)
    values = _values(store, manifest, partition)
    trained = [case.use_case for case in values if store.find(schemas.CHAMPIONS, manifest.platform, partition, case.use_case)]

    def of_cases(contract: Contract, names: Sequence[str]) -> list[CaseRef]:
        return [CaseRef(name, store.get(contract, manifest.platform, partition, name)) for name in names]

    features, models = of_cases(schemas.FEATURES, trained), of_cases(schemas.MODEL, trained)
    with open_frame("discover", manifest.platform, partition, discover.MODULES) as frame:
        discover.report_late(frame, store.read(discovered).to_pylist())
    night = Night(manifest.platform, partition, tuple(trained), False, "", discovered, ())
    champion.choose(night, features, models)
    forecasts = forecast.forecast(night, values, classified, gated, used)
    publish.publish(night, classified, gated, values, forecasts, used)
    if manifest.exports:
        export.export(night)


def _values(store: NotingStore, manifest: Platform, partition: str) -> list[CaseRef]:
    """Values of the use cases that the partition's night was asked for, or why they stopped.

    Raises:
        ArtifactMissing: If an older night has left one without values and without a reason.
    """
    from assay.contracts.schemas import USE_CASE_STATES, VALUES

    states = store.find(USE_CASE_STATES, manifest.platform, partition)
    cases = [(row["use_case"], row["reason"]) for row in store.read(states).to_pylist()] if states else \
        [(case.name, None) for case in manifest.use_cases]  # nights of older code have not noted them
    return [CaseRef(name, None if reason else store.get(VALUES, manifest.platform, partition, name), reason)
            for name, reason in cases]
