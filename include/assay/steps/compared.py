"""Which partitions an expectation compares the one in question with: a function of labels alone, whatever nights ran."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from assay.contracts.refs import ArtifactRef, Night
from assay.contracts.schemas import HISTORY
from assay.quality.partition import Other
from assay.quality.suite import Suite
from assay.quality.terms import Reference
from assay.steps.frame import Frame, snapshot_of

Snapshots = list[tuple[str, ArtifactRef]]


@dataclass(frozen=True)
class Compared:
    """What one partition is held to, and compared with.

    Attributes:
        suite: Expectations that are in force for it; None where its asset has no suite.
        left_out: Places in the suite, from 1, of those that are not: what they compare with is not in sight.
        others: What those in force compare it with.
        fingerprints: Of all that is in `others`.
    """

    suite: Suite | None
    left_out: tuple[str, ...] = ()
    others: Mapping[Reference, Other] = field(default_factory=dict)
    fingerprints: tuple[str, ...] = ()


@dataclass
class Sight:
    """The ingested partitions that a night sees.

    Attributes:
        frame: Of the step.
        night: The run.
    """

    frame: Frame
    night: Night
    _snapshots: dict[str, Snapshots] = field(default_factory=dict)

    def snapshots(self, asset_id: str) -> Snapshots:
        """Label and snapshot of each ingested partition of an asset, oldest first; empty where it has none."""
        if asset_id not in self._snapshots:
            history = self.frame.store.find(HISTORY, self.frame.platform.platform, self.frame.partition, asset_id)
            rows = self.frame.store.read(history).sort_by("source_partition").to_pylist() if history else []
            self._snapshots[asset_id] = [
                (row["source_partition"], snapshot_of(row))
                for row in rows if row["uri"]]
        return self._snapshots[asset_id]

    def compare(self, asset_id: str, label: str, suite: Suite | None) -> Compared:
        """What the partition `label` of an asset is held to.

        An expectation is in force if all that it compares with lies in the night's sight, for then it is the same in every
        night that sees it. One about an asset that the platform doesn't have stays in force, and fails.
        """
        if suite is None or not any(expected.reference for expected in suite.expectations):
            return Compared(suite)
        found: dict[Reference, list[ArtifactRef]] = {}
        left_out = []
        for place, expected in enumerate(suite.expectations):
            if (reference := expected.reference) is None or reference in found:
                continue
            seen = self._find(asset_id, label or self.frame.partition, reference)
            if len(seen) == reference.partitions:
                found[reference] = seen
            elif reference.asset is None or reference.asset in self._assets:
                left_out.append(place)
        kept = tuple(expected for place, expected in enumerate(suite.expectations) if place not in left_out)
        others = {reference: Other(tuple(tuple(self.frame.store.files(ref)) for ref in refs))
                  for reference, refs in found.items()}
        return Compared(suite.model_copy(update={"expectations": kept}), tuple(str(place + 1) for place in left_out), others,
                        tuple(ref.fingerprint for refs in found.values() for ref in refs))

    def _find(self, asset_id: str, label: str, reference: Reference) -> list[ArtifactRef]:
        """The last partitions before `label`, or of another asset up to it, no more than asked for.

        Of a label that is known ahead there are none: more may still come.
        """
        if label > self.frame.partition:
            return []
        if reference.asset is None:
            before = [snapshot for other, snapshot in self.snapshots(asset_id) if other < label]
        else:
            before = [snapshot for other, snapshot in self.snapshots(reference.asset) if other <= label]
        return before[-reference.partitions:]

    @cached_property
    def _assets(self) -> set[str]:
        return set(self.frame.store.read(self.night.discovered, columns=["asset_id"]).column("asset_id").to_pylist())
