"""What a platform's artifacts take, and removing those that nothing needs any more."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.config import load_platform
from assay.errors import ArtifactMissing, ConfigError

if TYPE_CHECKING:
    from assay.storage import ArtifactStore
    from assay.storage.retention import Stored

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Holdings:
    """Artifacts of one platform.

    Attributes:
        stored: All of them.
        superfluous: Those that can go.
        newest: Newest partition that was run.
        keep_days: Days before it that everything is kept for; None where nothing ever goes.
    """

    stored: list[Stored]
    superfluous: list[Stored]
    newest: str
    keep_days: int | None


def take_stock(platform: str, keep_days: int | None, store: ArtifactStore) -> Holdings:
    """What lies in storage, and what of it can go.

    Args:
        platform: Name of the manifest.
        keep_days: Instead of the manifest's.
        store: Shared storage.

    Raises:
        ArtifactMissing: If no night of the platform has been run.
        ConfigError: If nights read further back than is to be kept.
    """
    from assay.contracts.schemas import ASSET_STATES, CHAMPIONS
    from assay.storage.retention import superfluous

    manifest = load_platform(platform)
    keep = manifest.storage.keep_days if keep_days is None else keep_days
    if keep is not None and keep < manifest.reach_days:
        raise ConfigError(f"storage of {platform}", f"keep_days {keep}, while a night reads {manifest.reach_days} days back",
                          f"keep {manifest.reach_days} days or more")
    runs = store.partitions(ASSET_STATES, manifest.platform)
    if not runs:
        raise ArtifactMissing(f"a night of {platform}", store.root)
    stored = store.artifacts(manifest.platform)
    served: set[str] = set()
    for case in manifest.use_cases:
        known = store.partitions(CHAMPIONS, manifest.platform, case.name)
        if known:
            rows = store.read(store.get(CHAMPIONS, manifest.platform, known[-1], case.name)).to_pylist()
            served |= {row[key] for row in rows for key in ("champion", "challenger")}
    out = [] if keep is None else superfluous(stored, runs[-1], keep, served)
    return Holdings(stored, out, runs[-1], keep)


def prune(holdings: Holdings, store: ArtifactStore) -> None:
    """Remove what can go; a run that is killed leaves whole artifacts or none."""
    for artifact in holdings.superfluous:
        store.remove(artifact.uri)
    logger.info("removed %d artifacts, %d bytes", len(holdings.superfluous), sum(a.bytes for a in holdings.superfluous))
