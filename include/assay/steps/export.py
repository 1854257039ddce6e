"""Task `export`: the partition's inventory in the formats that the manifest names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.contracts.refs import ArtifactRef, Night
from assay.steps.frame import Frame, open_frame

if TYPE_CHECKING:
    from assay.exports import Described
    from assay.storage import Recipe

MODULES = ("assay.exports", "assay.quality.expectations", "assay.quality.scores", "assay.quality.suite", "assay.quality.terms",
           "assay.steps.export")


def export(night: Night) -> list[ArtifactRef]:
    """Publish `exports/<format>` for every format of the manifest.

    Args:
        night: The run, whose inventory is published.
    """
    from assay.contracts.schemas import EXPORTS
    from assay.exports import FORMATS

    with open_frame("export", night.platform, night.partition, MODULES) as frame:
        described, recipe = described_of(frame)
        where = frame.platform.platform, frame.partition
        out = []
        for name in frame.platform.exports:
            with frame.measure():
                found = frame.store.find(EXPORTS, *where, name, recipe=recipe)
                out.append(found or frame.store.publish_files(EXPORTS, FORMATS[name](described), platform=where[0],
                                                              partition=where[1], name=name, recipe=recipe))
        return out


def described_of(frame: Frame) -> tuple[Described, Recipe]:
    """What there is to tell of a partition, and what it is made from.

    Raises:
        ArtifactMissing: If the partition has no inventory.
    """
    from assay.contracts import schemas
    from assay.exports import describe
    from assay.quality.suite import find_suite

    platform, partition = frame.platform.platform, frame.partition
    told = (schemas.ASSETS, schemas.INVENTORY, schemas.TABLE_KINDS, schemas.COLUMNS, schemas.RELATIONS, schemas.CHECKS,
            schemas.QUALITY_SCORES, schemas.LINEAGE)
    refs = {contract.name: frame.store.get(contract, platform, partition) for contract in told}
    tables = {name: frame.store.read(ref) for name, ref in refs.items()}
    assets = tables["assets"].column("asset_id").to_pylist()
    profiles = [ref for asset in assets if (ref := frame.store.find(schemas.PROFILES, platform, partition, asset))]
    suites = {asset: suite for asset in assets if (suite := find_suite(platform, asset))}
    said = frame.platform.model_dump(mode="json", include={"platform", "title", "note", "currency", "timezone"})
    return (describe(frame.platform, partition, tables, [frame.store.read(ref) for ref in profiles], suites),
            frame.recipe([ref.fingerprint for ref in (*refs.values(), *profiles)],
                         [said, {asset: suite.model_dump(mode="json") for asset, suite in suites.items()}]))
