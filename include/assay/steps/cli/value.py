"""`python -m assay value explain`: what an asset's money comes from, on the terminal."""

from __future__ import annotations

from pathlib import Path

from assay.config import load_platform
from assay.errors import ArtifactMissing
from assay.steps.cli.run import check_date, quiet


def explain(platform: str, asset: str, partition: str | None = None, *, logs: Path) -> int:
    """Print why the asset is worth what it is.

    Args:
        platform: Name of the manifest.
        asset: Asset id.
        partition: Local day, by default the newest that was valued.
        logs: Folder of the log file.

    Raises:
        AssayError: For any bad input.
    """
    from assay.contracts.schemas import INVENTORY
    from assay.inventory.explanation import explanation_lines
    from assay.steps.explain import explain as explained
    from assay.storage import open_store

    manifest, store = load_platform(platform), open_store()
    if partition is None:
        known = store.partitions(INVENTORY, platform)
        if not known:
            raise ArtifactMissing(f"inventory of {platform}", store.root)
        partition = known[-1]
    logs.mkdir(parents=True, exist_ok=True)
    with quiet(logs / f"explain-{platform}.log") as terminal:
        terminal.write(f"{platform} {check_date(partition)}\n")
        for case, why in explained(manifest, asset, partition, store):
            lines = ([f"{asset} has no value to {case}: {why}."] if isinstance(why, str) else explanation_lines(why))
            terminal.write("\n" + "".join(f"{line}\n" for line in lines))
    return 0
