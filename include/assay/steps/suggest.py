"""A suite for an asset from what a night has published of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from assay.errors import ArtifactMissing, AssetUnknown

if TYPE_CHECKING:
    from assay.quality.dependencies import Dependency, Key
    from assay.storage import ArtifactStore

_LOOKED_AT = 8  # newest partitions whose rows are read for what columns have to do with each other


def suggest_suite(platform: str, asset: str, partition: str, store: ArtifactStore) -> str:
    """The text of a suite's file, for review.

    Args:
        platform: Name of the manifest.
        asset: Asset id.
        partition: Of a night that has been run; partitions of the asset up to 56 days before it are looked at.
        store: Where it published.

    Raises:
        ArtifactMissing: If the night has not been run.
        AssetUnknown: If the night has not profiled such an asset.
    """
    from assay.catalog.facts import read_facts
    from assay.contracts.enums import Role
    from assay.contracts.schemas import COLUMNS, HISTORY, PROFILE_STATES, RELATIONS, TABLE_KINDS
    from assay.quality.dependencies import find_dependencies
    from assay.quality.suggest import as_yaml, suggest
    from assay.steps.profile import watched_from

    if store.find(COLUMNS, platform, partition) is None:
        raise ArtifactMissing(f"columns of {platform} for {partition}", store.root)
    columns, kinds, relations = (store.read(store.get(contract, platform, partition)).to_pylist()
                                 for contract in (COLUMNS, TABLE_KINDS, RELATIONS))
    roles = {row["column"]: Role(row["role"]) for row in columns if row["asset_id"] == asset}
    if not roles:
        raise AssetUnknown(asset, f"{platform} on {partition}", tuple(sorted({row["asset_id"] for row in columns})))
    labels = sorted(row["source_partition"] for row in
                    store.read(store.get(HISTORY, platform, partition, asset)).to_pylist() if row["uri"])
    snapshots = _snapshots(store, platform, partition, asset)[-_LOOKED_AT:]
    states = [(label, state) for label in labels if not label or label > watched_from(partition) or label == labels[-1]
              if (state := store.find(PROFILE_STATES, platform, label or partition, asset)) is not None]
    tables = [(label, read_facts(asset, store.read(state))) for label, state in states]
    key = next(row["primary_key"] for row in kinds if row["asset_id"] == asset)
    refers = [row for row in relations if row["kind"] == "foreign_key" and row["from_asset"] == asset]
    links: list[Dependency | Key] = [
        *find_dependencies([files for _, files in snapshots]),
        *(link for row in refers if (link := _key(store, platform, partition, row, snapshots)) is not None)]
    head = [f"Suggested for {asset} from {len(tables)} partitions up to {partition}. Read it, change it, then save it as",
            f"expectations/{asset}.yaml in the platform's folder: nothing of it holds before."]
    return as_yaml(suggest(tables, roles, key, links), "\n".join(head))


def _snapshots(store: ArtifactStore, platform: str, partition: str, asset: str) -> list[tuple[str, list[str]]]:
    """Label and files of each ingested partition of an asset, oldest first; empty where it has none."""
    from assay.contracts.schemas import HISTORY
    from assay.steps.frame import snapshot_of

    history = store.find(HISTORY, platform, partition, asset)
    rows = store.read(history).sort_by("source_partition").to_pylist() if history else []
    return [(row["source_partition"], store.files(snapshot_of(row)))
            for row in rows if row["uri"] and row["row_count"]]


def _key(store: ArtifactStore, platform: str, partition: str, relation: Mapping[str, Any],
         snapshots: Sequence[tuple[str, list[str]]]) -> Key | None:
    """A foreign key as far as partitions keep to it; None where nothing can be compared."""
    from assay.quality.dependencies import find_key

    others = _snapshots(store, platform, partition, relation["to_asset"])
    pairs = [(files, before[-1]) for label, files in snapshots
             if (before := [held for other, held in others if other <= (label or partition)])]
    return find_key(relation["from_columns"], relation["to_asset"], relation["to_columns"], pairs)
