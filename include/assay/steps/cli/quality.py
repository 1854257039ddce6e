"""`python -m assay quality`: what is probably wrong in an asset, and what should be expected of it."""

from __future__ import annotations

import sys

from assay.config import load_platform
from assay.contracts.contract import Contract
from assay.errors import ArtifactMissing, AssetUnknown
from assay.steps.cli.run import check_date
from assay.storage import ArtifactStore, open_store


def suggest(platform: str, asset: str, partition: str | None = None) -> int:
    """Print a suite's file.

    Args:
        platform: Name of the manifest.
        asset: Asset id.
        partition: Local day of a night that has been run, by default the newest.

    Raises:
        AssayError: For any bad input.
    """
    from assay.contracts.schemas import COLUMNS
    from assay.steps.suggest import suggest_suite

    store = open_store()
    sys.stdout.write(suggest_suite(platform, asset, _night(store, COLUMNS, platform, partition), store))
    return 0


def suspects(platform: str, asset: str, partition: str | None = None) -> int:
    """Print what is probably wrong in the newest partition that a night knows of an asset, and in which rows.

    Args:
        platform: Name of the manifest.
        asset: Asset id.
        partition: Local day of a night that has been run, by default the newest.

    Raises:
        AssayError: For any bad input.
    """
    from assay.contracts.schemas import ASSET_STATES, SUSPECTS

    store = open_store()
    day = _night(store, ASSET_STATES, platform, partition)
    found = store.find(SUSPECTS, platform, day, asset)
    if found is None:
        known = store.read(store.get(ASSET_STATES, platform, day)).column("asset_id").to_pylist()
        raise AssetUnknown(asset, f"{platform} on {day}", tuple(sorted(known)))
    rows = store.read(found).to_pylist()
    for row in rows:
        sys.stdout.write(f"{', '.join(row['columns'])}: {row['kind']}: {row['reason']} ({row['rows']:,} rows; "
                         f"{'; '.join(row['found_in'])})\n")
    if not rows:
        sys.stdout.write(f"nothing looks wrong in {asset}\n")
    return 0


def _night(store: ArtifactStore, contract: Contract, platform: str, partition: str | None) -> str:
    """The partition that is asked for, or the newest in which the contract was published.

    Raises:
        ArtifactMissing: If there is none.
    """
    known = store.partitions(contract, load_platform(platform).platform)
    if partition:
        return check_date(partition)
    if not known:
        raise ArtifactMissing(f"{contract.name} of {platform}", store.root)
    return known[-1]
