"""What the steps of the DAG find and plan for a use case: a night up to its features, which benchmarks then compute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.config import UseCase
    from assay.features.blocks import Block
    from assay.features.catalogue import Catalogue
    from assay.features.known import SnapshotFiles


@dataclass(frozen=True)
class Planned:
    """A night of one use case.

    Attributes:
        case: The use case.
        zone: The platform's time zone.
        catalogue: All assets.
        snapshots: Usable ones by asset.
        blocks: The features.
    """

    case: UseCase
    zone: str
    catalogue: Catalogue
    snapshots: Mapping[str, Sequence[SnapshotFiles]]
    blocks: Sequence[Block]


def plan(platform: str, partition: str, use_case: str) -> Planned:
    """Discovery, checks, classification and the plan of features, in the storage that the environment names."""
    from assay.config import load_platform
    from assay.features.plan import plan_blocks
    from assay.features.table import entity_domains
    from assay.steps.cases import by_contract
    from assay.steps.check import check
    from assay.steps.classify import classify
    from assay.steps.discover import discover
    from assay.steps.gate import gate
    from assay.steps.ingest import ingest
    from assay.steps.planned import catalogue_of, players_of, usable_snapshots
    from assay.steps.profile import profile
    from assay.storage import open_store

    night = discover(platform, partition_key=None, requested=partition, use_cases=[use_case], retrain=False, note="")
    histories = [ingest(night, list(batch)) for batch in night.batches]
    classified = classify(night, [ref for batch in histories for ref in profile(night, batch)])
    checks = [ref for batch in histories for ref in check(night, batch)]
    gated = gate(night, [ref for batch in histories for ref in batch], checks)
    manifest, store = load_platform(platform), open_store()
    case = manifest.use_case(use_case)
    catalogue = catalogue_of(store, manifest, night.discovered, classified)
    snapshots = usable_snapshots(store, night.discovered, by_contract(gated, "gate"))
    blocks = plan_blocks(catalogue, entity_domains(catalogue, case), players_of(case, catalogue, snapshots))
    return Planned(case, manifest.timezone, catalogue, snapshots, blocks)
