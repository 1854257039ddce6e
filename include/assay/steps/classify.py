"""Task `classify`: what columns mean, what tables are and how they are related, from counts and few questions to rows."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from assay.catalog.declared import Declaration, read_declarations
from assay.catalog.vocabulary import raw_vocabulary
from assay.contracts.refs import ArtifactRef, Night
from assay.contracts.schemas import CHANGES, COLUMNS, DECLARED, HISTORY, RELATIONS, TABLE_KINDS
from assay.language.encoder import ENCODER
from assay.steps.frame import Frame, open_frame, snapshot_of

if TYPE_CHECKING:
    from assay.catalog.classify import Classification
    from assay.config.manifest import AssetOverride

_CATALOG = ("changes", "classify", "composite", "composite_references", "declared", "derivations", "descriptions", "domains",
            "facts", "keys", "kinds", "meanings", "naming", "overlaps", "phrases", "pii", "references", "relations", "roles",
            "rows", "semantic_types", "sketches", "values", "vocabulary")
_MODULES = ("assay.steps.classify", *(f"assay.catalog.{module}" for module in _CATALOG), "assay.profiling",
            "assay.engine")


def classify(night: Night, states: Sequence[ArtifactRef]) -> list[ArtifactRef]:
    """Classify all assets together, since keys are found by what other tables refer to.

    Args:
        night: The run.
        states: Contract `profile_states` of the recent partitions of every asset.

    Returns:
        Contracts `columns`, `table_kinds`, `relations` and `changes`, in this order. An asset without a state has no rows in
        them.
    """
    with open_frame("classify", night.platform, night.partition, _MODULES) as frame:
        overrides = frame.platform.assets
        said = {asset: override.model_dump(mode="json", include={"kind", "time", "roles", "description", "key", "personal"})
                for asset, override in overrides.items()}
        ordered = sorted(states, key=_place)
        catalogues = [catalogue.name for catalogue in frame.platform.catalogues]
        config = {"overrides": said, "states": [_place(state) for state in ordered], "vocabulary": raw_vocabulary(),
                  "encoder": ENCODER, "catalogues": catalogues}
        declared = frame.store.find(DECLARED, frame.platform.platform, frame.partition)
        snapshots = _snapshots(frame, ordered)
        read = [*ordered, *(snapshot for asset in sorted(snapshots) for snapshot in snapshots[asset])]
        inputs = [artifact.fingerprint for artifact in (*read, *([declared] if declared else []))]
        made: dict[str, Any] = {}

        def result() -> Any:
            if not made:
                found = frame.store.read(declared) if declared else None
                made["all"] = _find_out(frame, ordered, snapshots, overrides, read_declarations(found, catalogues))
            return made["all"]

        return [
            frame.publish(COLUMNS, lambda: result().columns, inputs=inputs, config=config),
            frame.publish(TABLE_KINDS, lambda: result().table_kinds, inputs=inputs, config=config),
            frame.publish(RELATIONS, lambda: result().relations, inputs=inputs, config=config),
            frame.publish(CHANGES, lambda: _changes(frame, ordered), inputs=[state.fingerprint for state in ordered],
                          config=config["states"]),
        ]


def _changes(frame: Frame, states: Sequence[ArtifactRef]) -> pa.Table:
    """What changed within the recent partitions of each asset."""
    from assay.catalog.changes import find_changes
    from assay.catalog.facts import read_facts

    out = []
    for asset, own in itertools.groupby(states, key=lambda state: _place(state)[0]):
        known = list(own)
        if len(known) < 2:  # nothing to compare it with
            continue
        tables = [(_place(state)[1].removeprefix("ds="), read_facts(asset, frame.store.read(state))) for state in known]
        out += [{"asset_id": asset, **asdict(change)} for change in find_changes(tables)]
    return pa.Table.from_pylist(out, schema=CHANGES.schema)


def _find_out(frame: Frame, states: Sequence[ArtifactRef], snapshots: dict[str, list[ArtifactRef]],
              overrides: Mapping[str, AssetOverride], said: Mapping[str, Declaration]) -> Classification:
    """Classify by the states, and by the rows of their snapshots where counts don't tell."""
    from assay.catalog.classify import classify as find_out
    from assay.catalog.rows import SnapshotRows

    files = {asset: [found for part in parts if (found := frame.store.files(part))] for asset, parts in snapshots.items()}
    with SnapshotRows(files) as rows:
        return find_out(_Gathered(frame, states, files), overrides, rows, said)


def _place(state: ArtifactRef) -> tuple[str, str]:
    """Asset and source partition of a state, which its folder names: `…/ds=<label>/profile_states/<asset>`."""
    label, _, asset = state.uri.rstrip("/").rsplit("/", 3)[1:]
    return asset, label


class _Gathered(Mapping[str, pa.Table]):
    """One state an asset, read when it is asked for and not kept: all states of a large platform don't fit into memory.

    It is the newest partition's where partitions repeat the whole, else all of them merged. In the former case the asset's
    older files are taken out of `files`, so whoever asks for rows asks for those of the same partitions.
    """

    def __init__(self, frame: Frame, states: Sequence[ArtifactRef], files: dict[str, list[list[str]]]) -> None:
        self._frame, self._files = frame, files
        self._states: dict[str, list[ArtifactRef]] = defaultdict(list)
        for state in states:
            self._states[_place(state)[0]].append(state)

    def __getitem__(self, asset: str) -> pa.Table:
        """The state of an asset."""
        from assay.profiling.states import combine

        state, newest = combine([self._frame.store.read(part) for part in self._states[asset]])
        if newest and asset in self._files:
            self._files[asset] = self._files[asset][-1:]
        return state

    def __iter__(self) -> Iterator[str]:
        """Assets that have a state."""
        return iter(self._states)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._states)


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
            out[asset] = [snapshot_of(row)
                          for row in map(known.__getitem__, counted)]
    return out
