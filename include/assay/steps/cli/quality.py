"""`python -m assay quality suggest`: a suite from the history of an asset's profiles, printed for review."""

from __future__ import annotations

import sys

from assay.config import load_platform
from assay.errors import ArtifactMissing
from assay.steps.cli.run import check_date


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
    from assay.storage import open_store

    store = open_store()
    known = store.partitions(COLUMNS, load_platform(platform).platform)
    if partition is None and not known:
        raise ArtifactMissing(f"columns of {platform}", store.root)
    sys.stdout.write(suggest_suite(platform, asset, check_date(partition) if partition else known[-1], store))
    return 0
