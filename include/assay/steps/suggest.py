"""A suite for an asset from what a night has published of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.errors import ArtifactMissing, AssetUnknown

if TYPE_CHECKING:
    from assay.storage import ArtifactStore


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
    states = [(label, state) for label in labels if not label or label > watched_from(partition) or label == labels[-1]
              if (state := store.find(PROFILE_STATES, platform, label or partition, asset)) is not None]
    tables = [(label, read_facts(asset, store.read(state))) for label, state in states]
    key = next(row["primary_key"] for row in kinds if row["asset_id"] == asset)
    refers = [f"{', '.join(row['from_columns'])} refers to {row['to_asset']} ({', '.join(row['to_columns'])}); "
              f"{row['coverage']:.0%} of its values are found there, which no expectation checks"
              for row in relations if row["kind"] == "foreign_key" and row["from_asset"] == asset]
    head = [f"Suggested for {asset} from {len(tables)} partitions up to {partition}. Read it, change it, then save it as",
            f"expectations/{asset}.yaml in the platform's folder: nothing of it holds before.", *refers]
    return as_yaml(suggest(tables, roles, key), "\n".join(head))
