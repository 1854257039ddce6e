"""What every step shares: its store and manifest, reuse of unchanged artifacts, and its line in `run_metrics`."""

from __future__ import annotations

import logging
import resource
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from assay.config import Platform, load_platform
from assay.contracts.contract import Contract
from assay.contracts.refs import ArtifactRef
from assay.contracts.schemas import RUN_METRICS, SNAPSHOT
from assay.storage import ArtifactStore, Recipe, code_fingerprint, fingerprint, open_store

logger = logging.getLogger(__name__)


@dataclass
class Frame:
    """The surroundings of one step in one run.

    Attributes:
        step: Name of the DAG task.
        platform: The manifest.
        partition: Partition of the run.
        store: Shared storage.
        modules: Modules whose sources the step's results depend on.
        measured: Rows for `run_metrics`.
    """

    step: str
    platform: Platform
    partition: str
    store: ArtifactStore
    modules: tuple[str, ...]
    measured: list[dict[str, Any]] = field(default_factory=list)

    def recipe(self, inputs: list[str], config: Any = None) -> Recipe:
        """Recipe of an artifact made from `inputs` (fingerprints) under `config` by this step's modules."""
        return Recipe(tuple(inputs), fingerprint(config), code_fingerprint(*self.modules))

    def publish(self, contract: Contract, make: Callable[[], pa.Table], *, inputs: list[str], config: Any = None,
                name: str = "", partition: str | None = None, again: bool = False) -> ArtifactRef:
        """The published artifact of this recipe: reused if it stands, else made and published.

        Args:
            contract: What to publish.
            make: Computes the table; called only if it must be.
            inputs: Fingerprints of everything that `make` reads.
            config: The part of the configuration that `make` depends on.
            name: Asset or use case below the contract's folder.
            partition: Partition to publish under, by default the run's.
            again: Make it even if it stands.
        """
        recipe = self.recipe(inputs, config)
        where = {"platform": self.platform.platform, "partition": partition or self.partition, "name": name}
        found = None if again else self.store.find(contract, **where, recipe=recipe)
        return found or self.store.publish(contract, make(), **where, recipe=recipe)

    def earlier(self, contract: Contract, name: str = "", among: Collection[str] | None = None) -> dict[str, ArtifactRef]:
        """Published artifacts of earlier partitions within the forecast's reach, by partition, ascending.

        Those of an older version of the contract are left out: they say something else, or in other words.

        Args:
            contract: Of which.
            name: Asset or use case below the contract's folder.
            among: Only of these partitions.
        """
        from assay.forecasting.history import in_reach

        platform, out = self.platform.platform, {}
        for partition in in_reach(self.store.partitions(contract, platform, name), self.partition):
            if among is None or partition in among:
                ref = self.store.get(contract, platform, partition, name)
                if self.store.manifest(ref.uri)["version"] == contract.version:
                    out[partition] = ref
        return out

    @contextmanager
    def measure(self, asset_id: str | None = None) -> Iterator[None]:
        """Add a row to `run_metrics` for what happens inside."""
        start, read, written = time.perf_counter(), self.store.traffic.read, self.store.traffic.written
        yield
        self.measured.append({
            "step": self.step, "asset_id": asset_id, "seconds": time.perf_counter() - start,
            "bytes_read": self.store.traffic.read - read, "bytes_written": self.store.traffic.written - written,
            "peak_rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        })


def asset_of(ref: ArtifactRef) -> str:
    """The asset that an artifact is of: the last part of its folder, which is there even where it has no rows."""
    return ref.uri.rstrip("/").rsplit("/", 1)[-1]


def snapshot_of(row: Mapping[str, Any]) -> ArtifactRef:
    """The snapshot that a row of the contract `history` names; of a table that stays in its database one without a URI."""
    return ArtifactRef(SNAPSHOT.name, row["uri"] or "", row["row_count"], row["fingerprint"])


@contextmanager
def open_frame(step: str, platform: str, partition: str, modules: tuple[str, ...], part: str = "") -> Iterator[Frame]:
    """Surround one step; on leaving, its `run_metrics` are published as `<step>[.<part>]`.

    Args:
        step: Name of the DAG task.
        platform: Name of the manifest.
        partition: Partition of the run.
        modules: Modules whose sources the step's results depend on.
        part: Tells mapped instances of the step apart.
    """
    frame = Frame(step, load_platform(platform), partition, open_store(), modules)
    with frame.measure():
        yield frame
    name = f"{step}.{part}" if part else step
    frame.store.publish(RUN_METRICS, pa.Table.from_pylist(frame.measured, schema=RUN_METRICS.schema), platform=platform,
                        partition=partition, name=name, recipe=frame.recipe([]))
