"""Task `profile`: count the values of every recent partition, and derive the newest one's statistics from the counts."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from functools import partial

import pyarrow as pa

from assay.contracts.refs import ArtifactRef, Night
from assay.contracts.schemas import ANOMALIES, ASSOCIATIONS, PROFILE_STATES, PROFILES, SUSPECTS
from assay.errors import SourceUnavailable, UnreadableData
from assay.steps import staying
from assay.steps.engines import engine_of
from assay.steps.frame import Frame, asset_of, open_frame, snapshot_of
from assay.storage import code_fingerprint

logger = logging.getLogger(__name__)

RECENT_DAYS = 28  # assets are classified by the partitions of so many days
_WATCHED_DAYS = 56  # and what is usual is learned from those of so many: eight of each weekday
_MODULES = ("assay.steps.profile", "assay.profiling", "assay.engine", "assay.steps.engines", "assay.steps.staying")
_NAMING = ("assay.catalog.facts", "assay.catalog.keys", "assay.catalog.vocabulary")
_WATCHING = (*_NAMING, "assay.profiling", "assay.quality.anomalies", "assay.quality.distance")
_SUSPECTING = (*_NAMING, "assay.catalog.semantic_types", "assay.profiling", "assay.quality.anomalies.readings",
               "assay.quality.suspects", "assay.engine")


def profile(night: Night, histories: Sequence[ArtifactRef]) -> list[ArtifactRef]:
    """Profile the assets of one batch.

    A snapshot that can't be read costs its asset that one partition, with a sentence in the log.

    Args:
        night: The run.
        histories: Contract `history` of each asset of the batch.

    Returns:
        Contract `profile_states` of every recent partition of each asset, oldest first: the last 28 days up to what is
        known ahead, or the newest partition where all are older.
    """
    part = asset_of(histories[0]) if histories else "none"
    with open_frame("profile", night.platform, night.partition, _MODULES, part) as frame:
        return [state for history in histories for state in _profile_asset(frame, history)]


def watched_from(partition: str) -> str:
    """The label behind which a run looks for what is usual."""
    return (date.fromisoformat(partition) - timedelta(days=_WATCHED_DAYS)).isoformat()


class _Reader:
    """States of an asset, each read once however many answers follow from it.

    Args:
        frame: Of the step.
        kept: Fingerprints of those that are held once they are read; others are read each time.
    """

    def __init__(self, frame: Frame, kept: Collection[str]) -> None:
        self._frame, self._kept = frame, kept
        self._held: dict[str, pa.Table] = {}

    def read(self, state: ArtifactRef) -> pa.Table:
        """One state."""
        table = self._held.get(state.fingerprint)
        if table is None:
            table = self._frame.store.read(state)
            if state.fingerprint in self._kept:
                self._held[state.fingerprint] = table
        return table


def _profile_asset(frame: Frame, history: ArtifactRef) -> list[ArtifactRef]:
    asset_id = asset_of(history)
    with frame.measure(asset_id):
        snapshots = _readable(frame, asset_id, history)
        states = _counted(frame, asset_id, snapshots)
        recent = (date.fromisoformat(frame.partition) - timedelta(days=RECENT_DAYS)).isoformat()
        kept = [(label, state) for place, (label, state) in enumerate(states, start=1 - len(states))
                if not place or not label or label > recent]
        reader = _Reader(frame, {state.fingerprint for _, state in kept})
        if states:
            label, newest = states[-1]
            snapshot = dict(snapshots)[label]
            frame.publish(PROFILES, partial(_summarise, reader, newest), name=asset_id, inputs=[newest.fingerprint])
            if snapshot.uri:
                _associate(frame, reader, asset_id, snapshot, newest)
        _watch(frame, reader, asset_id, states)
        _suspect(frame, reader, asset_id, kept, dict(snapshots))
        logger.info("profiled %d of %d partitions of %s", len(states), len(snapshots), asset_id)
        return [state for _, state in kept]


def _counted(frame: Frame, asset_id: str, snapshots: Sequence[tuple[str, ArtifactRef]]) -> list[tuple[str, ArtifactRef]]:
    """Label and state of each watched partition that can be read, oldest first, and of the newest one however old it is."""
    watched = watched_from(frame.partition)
    known: dict[str, pa.Table] = {}
    states: list[tuple[str, ArtifactRef]] = []
    for label, snapshot in reversed(snapshots):
        if states and label and label <= watched:
            break
        state = _count(frame, asset_id, label, snapshot, known)
        if state is not None:
            states.append((label, state))
    return states[::-1]


def _summarise(reader: _Reader, state: ArtifactRef) -> pa.Table:
    from assay.profiling.statistics import profile as summarise

    return summarise(reader.read(state))


def _associate(frame: Frame, reader: _Reader, asset_id: str, snapshot: ArtifactRef, state: ArtifactRef) -> None:
    """Publish which columns of a partition go together."""
    from assay.catalog.facts import read_facts
    from assay.catalog.keys import has_key_name
    from assay.profiling.associations import associate

    def make() -> pa.Table:
        counted = reader.read(state)
        keys = {name for name, column in read_facts(asset_id, counted).columns.items() if has_key_name(column)}
        return associate(frame.store.files(snapshot), counted, keys)

    try:
        frame.publish(ASSOCIATIONS, make, name=asset_id, inputs=[snapshot.fingerprint, state.fingerprint],
                      config={"code": code_fingerprint(*_NAMING)})
    except UnreadableData as error:  # counted by an earlier night, and lost since
        logger.warning("no columns of %s are compared: %s", asset_id, error)


def _watch(frame: Frame, reader: _Reader, asset_id: str, states: Sequence[tuple[str, ArtifactRef]]) -> None:
    """Publish what is unusual in the newest partition of an asset; nothing where its partitions have no dates.

    Args:
        frame: Of the step.
        reader: Of its states.
        asset_id: The asset.
        states: Label and state of its partitions, oldest first.
    """
    from assay.catalog.facts import read_facts
    from assay.quality.anomalies import FEWEST, find_anomalies, lighten

    rate = frame.platform.quality.false_alarm_rate

    def make() -> pa.Table:
        if len(states) <= FEWEST or not states[0][0]:
            return ANOMALIES.schema.empty_table()
        light = lighten([reader.read(state) for _, state in states])
        tables = [(label, read_facts(asset_id, state)) for (label, _), state in zip(states, light, strict=True)]
        return pa.Table.from_pylist([{"asset_id": asset_id, "source_partition": tables[-1][0], **asdict(anomaly)}
                                     for anomaly in find_anomalies(tables, rate)], schema=ANOMALIES.schema)

    frame.publish(ANOMALIES, make, name=asset_id, inputs=[state.fingerprint for _, state in states],
                  config={"rate": rate, "labels": [label for label, _ in states], "code": code_fingerprint(*_WATCHING)})


def _suspect(frame: Frame, reader: _Reader, asset_id: str, states: Sequence[tuple[str, ArtifactRef]],
             snapshots: Mapping[str, ArtifactRef]) -> None:
    """Publish what is probably wrong in the newest partition of an asset.

    Args:
        frame: Of the step.
        reader: Of its states.
        asset_id: The asset.
        states: Label and state of its recent partitions, oldest first: what is usual.
        snapshots: By label.
    """
    from assay.catalog.facts import read_facts
    from assay.profiling.states import combine
    from assay.quality.suspects import find_suspects

    if not states or not snapshots[states[-1][0]].uri:
        return
    label = states[-1][0]

    def make() -> pa.Table:
        read = [reader.read(state) for _, state in states]
        newest, recent = read_facts(asset_id, read[-1]), read_facts(asset_id, combine(read)[0])
        return pa.Table.from_pylist([
            {"asset_id": asset_id, "source_partition": label, "kind": str(found.kind), "columns": list(found.columns),
             "dimension": str(found.dimension), "rows": found.rows, "share": found.rows / newest.rows, "example": found.example,
             "instead": found.instead, "reason": found.reason, "found_in": list(found.where)}
            for found in find_suspects(newest, recent, frame.store.files(snapshots[label]))], schema=SUSPECTS.schema)

    try:
        frame.publish(SUSPECTS, make, name=asset_id,
                      inputs=[snapshots[label].fingerprint, *(state.fingerprint for _, state in states)],
                      config={"labels": [label for label, _ in states], "code": code_fingerprint(*_SUSPECTING)})
    except UnreadableData as error:  # counted by an earlier night, and lost since
        logger.warning("nothing of %s is suspected: %s", asset_id, error)


def _readable(frame: Frame, asset_id: str, history: ArtifactRef) -> list[tuple[str, ArtifactRef]]:
    """Label and snapshot of each partition that is known by the run's, oldest first; of a table that stays without a URI."""
    last = (date.fromisoformat(frame.partition) + timedelta(days=frame.platform.known_ahead(asset_id))).isoformat()
    rows = frame.store.read(history).sort_by("source_partition").to_pylist()
    return [(row["source_partition"], snapshot_of(row))
            for row in rows if row["fingerprint"] and row["source_partition"] <= last]


def _count(frame: Frame, asset_id: str, label: str, snapshot: ArtifactRef, known: dict[str, pa.Table]) -> ArtifactRef | None:
    """State of one partition, or None where its snapshot can't be read; `known` holds what was counted by content."""
    from assay.profiling.states import count_values

    override = frame.platform.assets.get(asset_id)
    said = override.personal if override else {}

    def make() -> pa.Table:
        if not snapshot.uri:
            return staying.count(frame, asset_id, said)
        if snapshot.fingerprint not in known:
            known[snapshot.fingerprint] = count_values(frame.store.files(snapshot), asset_id, said,
                                                       open_rows=engine_of(frame.platform))
        return known[snapshot.fingerprint]

    try:  # the engine is no part of the recipe: all give the same counts
        return frame.publish(PROFILE_STATES, make, name=asset_id, partition=label or frame.partition,
                             inputs=[snapshot.fingerprint], config={"personal": said})
    except SourceUnavailable as error:
        if snapshot.uri:
            raise
        logger.warning("%s has no profile: %s", asset_id, error)
        return None
    except UnreadableData as error:
        logger.warning("partition %s of %s has no profile: %s", label or frame.partition, asset_id, error)
        return None
