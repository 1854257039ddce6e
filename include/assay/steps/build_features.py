"""Task `build_features`: point-in-time feature tables and outcomes for every window of every use case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING

from assay.contracts.refs import ArtifactRef, CaseRef, Night
from assay.errors import NotEnoughData
from assay.steps.cases import by_contract, for_each_case
from assay.steps.frame import Frame, open_frame
from assay.steps.planned import Planned, catalogue_of, plan_case, usable_snapshots

if TYPE_CHECKING:
    from assay.config import UseCase
    from assay.features.known import SnapshotFiles
    from assay.features.windows import Window

MODULES = ("assay.features", "assay.engine", "assay.steps.planned")

_LEAST_HISTORY_DAYS = 28
_LEAST_BASE_WINDOWS = 3  # of a base model, unless the manifest asks for fewer


def build_features(night: Night, gated: Sequence[ArtifactRef], classified: Sequence[ArtifactRef]) -> list[CaseRef]:
    """Publish `features/<use_case>`, an index of the windows' tables.

    Args:
        night: The run.
        gated: What `gate` returned.
        classified: What `classify` returned.
    """
    with open_frame("build_features", night.platform, night.partition, MODULES) as frame:
        catalogue = catalogue_of(frame.store, frame.platform, night.discovered, classified)
        snapshots = usable_snapshots(frame.store, night.discovered, by_contract(gated, "gate"))

        def make(name: str) -> ArtifactRef:
            with frame.measure():
                case = frame.platform.use_case(name)
                return _build_case(frame, plan_case(frame.platform, case, catalogue, snapshots, frame.partition))

        return for_each_case(night.use_cases, (), make)


def _windows(case: UseCase, partition: str, snapshots: Sequence[SnapshotFiles], period_days: int) -> list[Window]:
    """Windows with enough history before them.

    The newest one ends with the last day whose outcomes are usable: a window that a missing or quarantined partition cuts short
    would measure less than was earned.
    """
    from assay.features.windows import WindowRole, plan_windows, plan_without_base, split_entities

    if case.outcome.time is None or case.outcome.window_days is None:
        return split_entities()
    first = min(s.label for s in snapshots)
    earliest = dt.date.fromisoformat(first) + dt.timedelta(days=_LEAST_HISTORY_DAYS) if first else dt.date.min
    last = dt.date.fromisoformat(partition)
    if first:
        newest = dt.date.fromisoformat(max(s.label for s in snapshots))
        last = min(last, newest + dt.timedelta(days=period_days - 1))
    kept: list[Window] = []
    for plan in (plan_windows, plan_without_base):
        planned = plan(last, case.outcome.window_days, case.train_windows)
        kept = [w for w in planned if w.cutoff is not None and w.cutoff >= earliest]
        if sum(w.role is WindowRole.BASE_TRAIN for w in kept) >= min(case.train_windows, _LEAST_BASE_WINDOWS):
            return kept
    if not any(w.role is WindowRole.TRAIN for w in kept):
        needed = earliest + dt.timedelta(days=3 * case.outcome.window_days)
        raise NotEnoughData(case.name, f"history from {first} is too short to train for partition {partition}",
                            f"run a partition from about {needed} on")
    return kept


def _build_case(frame: Frame, planned: Planned) -> ArtifactRef:
    import pyarrow as pa

    from assay.contracts.schemas import FEATURES
    from assay.features.table import joined
    from assay.features.windows import WindowRole

    case, outcomes = planned.case, planned.case.outcome.asset
    windows = _windows(case, frame.partition, planned.snapshots[outcomes], planned.catalogue.assets[outcomes].period_days)
    built: dict[str | None, tuple[dict[str, ArtifactRef], ArtifactRef | None]] = {}
    for window in windows:
        cutoff = window.cutoff.isoformat() if window.cutoff else None
        if cutoff not in built:
            built[cutoff] = _build_one(frame, planned, window)
    whole = joined(list(case.entity))
    texts = _texts(frame, case, [ref for tables, _ in built.values() for of, ref in tables.items() if "+" not in of])
    history = _build_history(frame, planned, windows[0])
    rows = []
    if history:
        rows.append({"use_case": case.name, "window": WindowRole.HISTORY.value, "cutoff": str(windows[0].cutoff), "texts": [],
                     "labels_uri": None, "labels_fingerprint": None} | _tables(history, "user"))
    for window in windows:
        cutoff = window.cutoff.isoformat() if window.cutoff else None
        tables, labels = built[cutoff]
        rows.append({"use_case": case.name, "window": window.role.value, "cutoff": cutoff, "texts": texts,
                     "labels_uri": labels.uri if labels else None,
                     "labels_fingerprint": labels.fingerprint if labels else None} | _tables(tables, whole))
    inputs = [frame.partition, *(str(row) for row in rows)]
    return frame.publish(FEATURES, lambda: pa.Table.from_pylist(rows, schema=FEATURES.schema), inputs=inputs, name=case.name)


def _tables(tables: Mapping[str, ArtifactRef], first: str) -> dict:
    """Columns of the index for one window's tables, of which `first` is that of the rows."""
    rows = tables[first]
    things = [{"of": of, "uri": ref.uri, "fingerprint": ref.fingerprint} for of, ref in tables.items() if of != first]
    return {"uri": rows.uri, "fingerprint": rows.fingerprint, "row_count": rows.row_count, "things": things}


def _texts(frame: Frame, case: UseCase, tables: Sequence[ArtifactRef]) -> list[dict]:
    """Vectors of all words that things are told in, by column; use cases share what they have encoded."""
    from assay.features.texts import texts_of
    from assay.steps.texts import text_vectors

    found = []
    for column, words in texts_of(map(frame.store.read, tables)).items():
        also = [f"{other.name}/{column}" for other in frame.platform.use_cases if other.name != case.name]
        ref = text_vectors(frame, words, f"{case.name}/{column}", also=also)
        found.append({"of": column, "uri": ref.uri, "fingerprint": ref.fingerprint})
    return found


def _build_one(frame: Frame, planned: Planned, window: Window) -> tuple[dict[str, ArtifactRef], ArtifactRef | None]:
    """Feature tables by their roles and, where they are known, outcomes of one window.

    The tables stand under the last day that they read and in a folder of their recipe, since partitions that classify the same
    data differently must not overwrite each other's.
    """
    from assay.contracts.schemas import WINDOW_FEATURES
    from assay.features.table import build_window, joined
    from assay.features.windows import WindowRole

    case, blocks, cutoff = planned.case, planned.blocks, planned.cutoff(window)
    known, (inputs, config) = planned.known(cutoff), planned.made_from(cutoff)
    folder = f"{case.name}/{frame.recipe(inputs, config).key[:12]}"
    partition = (cutoff.day - dt.timedelta(days=1)).isoformat()
    whole = joined(list(case.entity))
    spoken_of = {joined(block.token.keys) for block in blocks if all(known[asset] for asset in block.token.assets)}
    built = cache(lambda: build_window(planned.catalogue, case, blocks, planned.snapshots, cutoff).tables)
    features = {}
    for roles in (*sorted(spoken_of - {whole}), whole):
        features[roles] = frame.publish(
            WINDOW_FEATURES, partial(lambda of: built()[of], roles), inputs=inputs, config=config,
            name=folder if roles == whole else f"{folder}/{roles}", partition=partition)
    return features, None if window.role is WindowRole.SERVE else _labels(frame, planned, window)


def _labels(frame: Frame, planned: Planned, window: Window) -> ArtifactRef:
    """Outcomes of a window and, where the payoff asks for it, what was shown in it."""
    from assay.contracts.schemas import LABELS
    from assay.features.exposures import exposure_keys, with_exposures
    from assay.features.labels import build_labels, outcome_snapshots

    case, snapshots = planned.case, planned.snapshots
    asset, rule, timezone = planned.catalogue.assets[case.outcome.asset], case.payoff, frame.platform.timezone
    last = window.last_day.isoformat() if window.last_day else frame.partition
    read = outcome_snapshots(asset, snapshots[case.outcome.asset], window)
    inputs = [f"{s.label}:{s.fingerprint}" for s in read]
    config: list = [case.outcome.model_dump(mode="json"), case.entity, last, timezone]
    outcomes = partial(build_labels, asset, case, window, read, timezone)
    if rule.type != "replay":
        return frame.publish(LABELS, outcomes, inputs=inputs, config=config, name=case.name, partition=last)
    keys = exposure_keys(planned.catalogue, case, rule)
    log = planned.catalogue.assets[rule.exposures]
    shown = outcome_snapshots(log, snapshots.get(log.asset_id, ()), window)
    return frame.publish(
        LABELS, lambda: with_exposures(outcomes(), log, keys, rule, case.name, window, shown, timezone),
        inputs=[*inputs, *(f"{log.asset_id}@{s.label}:{s.fingerprint}" for s in shown)],
        config=[*config, rule.propensity, keys, log.time_column], name=case.name, partition=last)


def _build_history(frame: Frame, planned: Planned, first: Window) -> dict[str, ArtifactRef]:
    """Tables of what users did before the first training window; none where no events are read one by one."""
    from assay.contracts.schemas import WINDOW_FEATURES
    from assay.features.history import build_history, history_tables
    from assay.features.windows import WindowRole

    case, blocks, cutoff = planned.case, planned.blocks, planned.cutoff(first)
    names = history_tables(blocks, [asset for asset, found in planned.known(cutoff).items() if found])
    if first.cutoff is None:
        return {}
    inputs, config = planned.made_from(cutoff)
    built = cache(lambda: build_history(planned.catalogue, case, blocks, planned.snapshots, cutoff))
    folder = f"{case.name}/{frame.recipe(inputs, config).key[:12]}/{WindowRole.HISTORY}"
    return {name: frame.publish(WINDOW_FEATURES, partial(lambda of: built()[of], name), inputs=inputs, config=config,
                                name=f"{folder}/{name}", partition=(cutoff.day - dt.timedelta(days=1)).isoformat())
            for name in names}
