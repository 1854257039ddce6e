"""Task `classify`: what columns mean, what tables are and how they are related, from counts and few questions to rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from assay.contracts.refs import ArtifactRef, Night
from assay.contracts.schemas import COLUMNS, HISTORY, RELATIONS, SNAPSHOT, TABLE_KINDS
from assay.steps.frame import Frame, open_frame

if TYPE_CHECKING:
    from assay.catalog.classify import Classification
    from assay.config.manifest import AssetOverride

_CATALOG = ("classify", "composite", "composite_references", "derivations", "descriptions", "facts", "keys", "kinds", "naming",
            "overlaps", "pii", "references", "relations", "roles", "rows", "semantic_types", "sketches")
_MODULES = ("assay.steps.classify", *(f"assay.catalog.{module}" for module in _CATALOG), "assay.profiling",
            "assay.engine")


def classify(night: Night, states: Sequence[ArtifactRef]) -> list[ArtifactRef]:
    """Classify all assets together, since keys are found by what other tables refer to.

    Args:
        night: The run.
        states: Contract `profile_states` of the recent partitions of every asset.

    Returns:
        Contracts `columns`, `table_kinds` and `relations`, in this order. An asset without a state has no rows in them.
    """
    with open_frame("classify", night.platform, night.partition, _MODULES) as frame:
        overrides = frame.platform.assets
        said = {asset: override.model_dump(mode="json", include={"kind", "time", "roles", "description", "key"})
                for asset, override in overrides.items()}
        ordered = sorted(states, key=_place)
        config = {"overrides": said, "states": [_place(state) for state in ordered]}
        snapshots = _snapshots(frame, ordered)
        read = [*ordered, *(snapshot for asset in sorted(snapshots) for snapshot in snapshots[asset])]
        inputs = [artifact.fingerprint for artifact in read]
        made: dict[str, Any] = {}

        def result() -> Any:
            if not made:
                made["all"] = _find_out(frame, ordered, snapshots, overrides)
            return made["all"]

        return [
            frame.publish(COLUMNS, lambda: result().columns, inputs=inputs, config=config),
            frame.publish(TABLE_KINDS, lambda: result().table_kinds, inputs=inputs, config=config),
            frame.publish(RELATIONS, lambda: result().relations, inputs=inputs, config=config),
        ]


def _find_out(frame: Frame, states: Sequence[ArtifactRef], snapshots: dict[str, list[ArtifactRef]],
              overrides: Mapping[str, AssetOverride]) -> Classification:
    """Classify by the states, and by the rows of their snapshots where counts don't tell."""
    from assay.catalog.classify import classify as find_out
    from assay.catalog.rows import SnapshotRows

    gathered = _gather(frame, states)
    files = {asset: [frame.store.files(part) for part in (parts[-1:] if gathered[asset][1] else parts)]
             for asset, parts in snapshots.items()}
    with SnapshotRows(files) as rows:
        return find_out({asset: state for asset, (state, _) in gathered.items()}, overrides, rows)


def _place(state: ArtifactRef) -> tuple[str, str]:
    """Asset and source partition of a state, which its folder names: `…/ds=<label>/profile_states/<asset>`."""
    label, _, asset = state.uri.rstrip("/").rsplit("/", 3)[1:]
    return asset, label


def _gather(frame: Frame, states: Sequence[ArtifactRef]) -> dict[str, tuple[pa.Table, bool]]:
    """One state an asset: the newest where partitions repeat the whole, else all of them merged."""
    from assay.profiling.states import combine

    tables: dict[str, list[pa.Table]] = defaultdict(list)
    for state in states:
        tables[_place(state)[0]].append(frame.store.read(state))
    return {asset: combine(parts) for asset, parts in tables.items()}


def _snapshots(frame: Frame, states: Sequence[ArtifactRef]) -> dict[str, list[ArtifactRef]]:
    """The snapshots that the states count, oldest first, of every asset whose `history` of this run names all of them.

    A state is published under the label of its partition, or under the run's where the source has no partitions.
    """
    labels: dict[str, list[str]] = defaultdict(list)
    for state in states:
        asset, label = _place(state)
        labels[asset].append(label.removeprefix("ds="))
    out = {}
    for asset, counted in labels.items():
        history = frame.store.find(HISTORY, frame.platform.platform, frame.partition, asset)
        if history is None:
            continue
        known = {row["source_partition"] or frame.partition: row for row in frame.store.read(history).to_pylist() if row["uri"]}
        if all(label in known for label in counted):
            out[asset] = [ArtifactRef(SNAPSHOT.name, row["uri"], row["row_count"], row["fingerprint"])
                          for row in map(known.__getitem__, counted)]
    return out
