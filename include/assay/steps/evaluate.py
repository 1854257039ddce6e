"""How good all of it was over a range of partitions, from what nights published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assay.config import load_platform
from assay.errors import ArtifactMissing

if TYPE_CHECKING:
    import pyarrow as pa

    from assay.contracts.contract import Contract
    from assay.inventory.evaluation import Evaluation
    from assay.storage import ArtifactStore


def evaluate(platform: str, since: str, until: str, store: ArtifactStore) -> Evaluation:
    """Judge the partitions from `since` to `until`, both included, of those that were run.

    Raises:
        ArtifactMissing: If none of them was run.
    """
    import pyarrow as pa

    from assay.contracts.schemas import FORECAST_SCORES, INCIDENTS, INVENTORY, MODEL_METRICS, VALUES
    from assay.inventory.evaluation import evaluate as judge

    manifest = load_platform(platform)
    run = [p for p in store.partitions(INVENTORY, manifest.platform) if since <= p <= until]
    if not run:
        raise ArtifactMissing(f"a night of {platform} from {since} to {until}", store.root)
    cases = [case.name for case in manifest.use_cases]
    metrics = {name: _read(store, MODEL_METRICS, manifest.platform, run, name) for name in cases}
    values = {name: _read(store, VALUES, manifest.platform, run, name) for name in cases}
    scores = _read(store, FORECAST_SCORES, manifest.platform, run)
    return judge(metrics, values, pa.concat_tables([FORECAST_SCORES.schema.empty_table(), *scores.values()]),
                 _read(store, INCIDENTS, manifest.platform, run))


def _read(store: ArtifactStore, contract: Contract, platform: str, partitions: Sequence[str],
          name: str = "") -> dict[str, pa.Table]:
    """What was published in each of some partitions, where it was."""
    found = {partition: store.find(contract, platform, partition, name) for partition in partitions}
    return {partition: store.read(ref) for partition, ref in found.items() if ref is not None}
