"""Task `build_features`: point-in-time feature tables and outcomes for every window of every use case."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Collection, Mapping, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING

from assay.contracts.refs import ArtifactRef, CaseRef, Night
from assay.errors import NotEnoughData
from assay.steps.cases import by_contract, for_each_case
from assay.steps.frame import Frame, open_frame

if TYPE_CHECKING:
    from assay.config import UseCase
    from assay.features.blocks import Block
    from assay.features.catalogue import Catalogue
    from assay.features.known import Cutoff, SnapshotFiles
    from assay.features.windows import Window

_LEAST_HISTORY_DAYS = 28
_LEAST_BASE_WINDOWS = 3  # of a base model, unless the manifest asks for fewer


def build_features(night: Night, gated: Sequence[ArtifactRef], classified: Sequence[ArtifactRef]) -> list[CaseRef]:
    """Publish `features/<use_case>`, an index of the windows' tables.

    Args:
        night: The run.
        gated: What `gate` returned.
        classified: What `classify` returned.
    """
    with open_frame("build_features", night.platform, night.partition, ("assay.features", "assay.engine")) as frame:
        catalogue = catalogue_of(frame, night, classified)
        snapshots = usable_snapshots(frame, night, by_contract(gated, "gate"))

        def make(name: str) -> ArtifactRef:
            with frame.measure():
                return _build_case(frame, frame.platform.use_case(name), catalogue, snapshots)

        return for_each_case(night.use_cases, (), make)


def catalogue_of(frame: Frame, night: Night, classified: Sequence[ArtifactRef]) -> Catalogue:
    """What `classify` found, for the planner."""
    from assay.features.catalogue import build_catalogue

    discovered = frame.store.read(night.discovered, columns=["asset_id", "rhythm_days"]).to_pylist()
    periods = {row["asset_id"]: max(1, round(row["rhythm_days"])) for row in discovered if row["rhythm_days"]}
    columns, kinds, relations = (frame.store.read(by_contract(classified, contract))
                                 for contract in ("columns", "table_kinds", "relations"))
    ahead = {asset: frame.platform.known_ahead(asset) for asset in kinds.column("asset_id").to_pylist()}
    return build_catalogue(columns, kinds, relations, ahead_days=ahead, period_days=periods)


def usable_snapshots(frame: Frame, night: Night, gate: ArtifactRef) -> dict[str, list[SnapshotFiles]]:
    """Usable snapshots by asset; a table without dated partitions has no label, though it is kept under the run's partition."""
    from assay.features.known import SnapshotFiles

    listed = frame.store.read(night.discovered, columns=["asset_id", "source_partition"]).to_pylist()
    undated = {row["asset_id"] for row in listed} - {row["asset_id"] for row in listed if row["source_partition"]}
    found: dict[str, list[SnapshotFiles]] = {}
    for row in frame.store.read(gate).to_pylist():
        if row["usable"] and row["uri"]:
            files = frame.store.files(ArtifactRef("snapshot", row["uri"], row["row_count"], row["fingerprint"]))
            label = "" if row["asset_id"] in undated else row["source_partition"]
            found.setdefault(row["asset_id"], []).append(SnapshotFiles(label, tuple(files), row["fingerprint"]))
    return found


def players_of(case: UseCase, catalogue: Catalogue, usable: Collection[str]) -> list[str]:
    """The assets that feed a use case, ascending, copies of each other as one; the labels of an outcome without time never do.

    Of copies that one plays which has a usable partition, preferably the outcome asset or one that the manifest says is known
    ahead: so a copy that is added changes nothing for the others.

    Raises:
        NotEnoughData: If the manifest names an asset that nobody found, or there are too many.
    """
    from assay.valuation.estimators import MOST_PLAYERS

    for asset in case.assets or ():
        if asset not in catalogue.assets:
            near = difflib.get_close_matches(asset, catalogue.assets, n=1)
            raise NotEnoughData(case.name, f"asset {asset!r} is not among the assets found",
                                f"did you mean {near[0]!r}?" if near else f"name one of {', '.join(catalogue.assets)}")
    labels = catalogue.alike(case.outcome.asset) if case.outcome.time is None else ()
    feeding = set(case.assets or catalogue.assets).difference(labels)

    def worse(asset: str) -> tuple[bool, bool, bool, str]:
        return asset not in usable, asset != case.outcome.asset, asset not in case.known_ahead, asset

    chosen = {min(feeding.intersection(catalogue.alike(asset)), key=worse) for asset in feeding}
    if len(chosen) > MOST_PLAYERS:
        raise NotEnoughData(case.name, f"{len(chosen)} assets feed it, more than coalitions can be sampled for",
                            f"name at most {MOST_PLAYERS} of them under its assets")
    return sorted(chosen)


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


def _build_case(frame: Frame, case: UseCase, catalogue: Catalogue, snapshots: dict[str, list[SnapshotFiles]]) -> ArtifactRef:
    import pyarrow as pa

    from assay.contracts.schemas import FEATURES
    from assay.features.plan import plan_blocks
    from assay.features.table import entity_domains, joined
    from assay.features.windows import WindowRole

    if case.outcome.asset not in catalogue.assets or not snapshots.get(case.outcome.asset):
        raise NotEnoughData(case.name, f"{case.outcome.asset} has no usable partition",
                            "mend its source or name another outcome asset")
    players = players_of(case, catalogue, snapshots)
    observed = {case.outcome.asset} | ({case.payoff.exposures} if case.payoff.type == "replay" else set())
    catalogue = catalogue.without({copy for player in players for copy in catalogue.alike(player)} - {*players, *observed})
    blocks = plan_blocks(catalogue, entity_domains(catalogue, case), players)
    if not any(snapshots.get(asset) for block in blocks for asset in block.token.assets):
        raise NotEnoughData(case.name, "no usable asset names its entity", "give the key columns the role key under assets")
    period = catalogue.assets[case.outcome.asset].period_days
    windows = _windows(case, frame.partition, snapshots[case.outcome.asset], period)
    built: dict[str | None, tuple[dict[str, ArtifactRef], ArtifactRef | None]] = {}
    for window in windows:
        cutoff = window.cutoff.isoformat() if window.cutoff else None
        if cutoff not in built:
            built[cutoff] = _build_one(frame, case, catalogue, blocks, snapshots, window)
    whole = joined(list(case.entity))
    texts = _texts(frame, case, [ref for tables, _ in built.values() for of, ref in tables.items() if "+" not in of])
    history = _build_history(frame, case, catalogue, blocks, snapshots, windows[0])
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


def _build_one(frame: Frame, case: UseCase, catalogue: Catalogue, blocks: Sequence[Block],
               snapshots: dict[str, list[SnapshotFiles]],
               window: Window) -> tuple[dict[str, ArtifactRef], ArtifactRef | None]:
    """Feature tables by their roles and, where they are known, outcomes of one window.

    The tables stand under the last day that they read and in a folder of their recipe, since partitions that classify the same
    data differently must not overwrite each other's.
    """
    from assay.contracts.schemas import WINDOW_FEATURES
    from assay.features.table import build_window, joined
    from assay.features.windows import WindowRole

    cutoff, known, inputs, config = _recipe(frame, case, catalogue, blocks, snapshots, window)
    folder = f"{case.name}/{frame.recipe(inputs, config).key[:12]}"
    partition = (cutoff.day - dt.timedelta(days=1)).isoformat()
    whole = joined(list(case.entity))
    spoken_of = {joined(block.token.keys) for block in blocks if all(known[asset] for asset in block.token.assets)}
    built = cache(lambda: build_window(catalogue, case, blocks, snapshots, cutoff).tables)
    features = {}
    for roles in (*sorted(spoken_of - {whole}), whole):
        features[roles] = frame.publish(
            WINDOW_FEATURES, partial(lambda of: built()[of], roles), inputs=inputs, config=config,
            name=folder if roles == whole else f"{folder}/{roles}", partition=partition)
    return features, None if window.role is WindowRole.SERVE else _labels(frame, case, catalogue, snapshots, window)


def _labels(frame: Frame, case: UseCase, catalogue: Catalogue, snapshots: dict[str, list[SnapshotFiles]],
            window: Window) -> ArtifactRef:
    """Outcomes of a window and, where the payoff asks for it, what was shown in it."""
    from assay.contracts.schemas import LABELS
    from assay.features.exposures import exposure_keys, with_exposures
    from assay.features.labels import build_labels, outcome_snapshots

    asset, rule, timezone = catalogue.assets[case.outcome.asset], case.payoff, frame.platform.timezone
    last = window.last_day.isoformat() if window.last_day else frame.partition
    read = outcome_snapshots(asset, snapshots[case.outcome.asset], window)
    inputs = [f"{s.label}:{s.fingerprint}" for s in read]
    config: list = [case.outcome.model_dump(mode="json"), case.entity, last, timezone]
    outcomes = partial(build_labels, asset, case, window, read, timezone)
    if rule.type != "replay":
        return frame.publish(LABELS, outcomes, inputs=inputs, config=config, name=case.name, partition=last)
    keys = exposure_keys(catalogue, case, rule)
    log = catalogue.assets[rule.exposures]
    shown = outcome_snapshots(log, snapshots.get(log.asset_id, ()), window)
    return frame.publish(
        LABELS, lambda: with_exposures(outcomes(), log, keys, rule, case.name, window, shown, timezone),
        inputs=[*inputs, *(f"{log.asset_id}@{s.label}:{s.fingerprint}" for s in shown)],
        config=[*config, rule.propensity, keys, log.time_column], name=case.name, partition=last)


def _build_history(frame: Frame, case: UseCase, catalogue: Catalogue, blocks: Sequence[Block],
                   snapshots: dict[str, list[SnapshotFiles]], first: Window) -> dict[str, ArtifactRef]:
    """Tables of what users did before the first training window; none where no events are read one by one."""
    from assay.contracts.schemas import WINDOW_FEATURES
    from assay.features.history import build_history, history_tables
    from assay.features.windows import WindowRole

    cutoff, known, inputs, config = _recipe(frame, case, catalogue, blocks, snapshots, first)
    names = history_tables(blocks, [asset for asset, found in known.items() if found])
    if first.cutoff is None:
        return {}
    built = cache(lambda: build_history(catalogue, case, blocks, snapshots, cutoff))
    folder = f"{case.name}/{frame.recipe(inputs, config).key[:12]}/{WindowRole.HISTORY}"
    return {name: frame.publish(WINDOW_FEATURES, partial(lambda of: built()[of], name), inputs=inputs, config=config,
                                name=f"{folder}/{name}", partition=(cutoff.day - dt.timedelta(days=1)).isoformat())
            for name in names}


def _recipe(frame: Frame, case: UseCase, catalogue: Catalogue, blocks: Sequence[Block],
            snapshots: dict[str, list[SnapshotFiles]],
            window: Window) -> tuple[Cutoff, dict[str, list[SnapshotFiles]], list[str], list]:
    """Cut-off of a window, what is known of each asset then, and what its tables are made from: inputs, configuration."""
    from assay.features.blocks import tokens_to_json
    from assay.features.known import Cutoff, visible

    day = window.cutoff or dt.date.fromisoformat(frame.partition) + dt.timedelta(days=1)
    cutoff = Cutoff(day, window.days or 0, case.history_days, frame.platform.timezone)
    known = {asset_id: visible(asset, snapshots.get(asset_id, ()), cutoff) for asset_id, asset in catalogue.assets.items()}
    inputs = [f"{asset}@{s.label}:{s.fingerprint}" for asset, found in known.items() for s in found]
    config = [case.model_dump(mode="json", exclude={"payoff", "model_size", "train_windows"}), day.isoformat(),
              tokens_to_json(b.token for b in blocks), repr(blocks), cutoff.timezone, _meaning(catalogue)]
    return cutoff, known, inputs, config


def _meaning(catalogue: Catalogue) -> list[list]:
    """What tables are made from beside the blocks: which rows are dated, by what, and which keys mean the same."""
    return [[a.asset_id, a.kind.value, a.time_column, a.ahead_days, list(a.primary_key), catalogue.keys_of(a.asset_id)]
            for a in catalogue.assets.values()]
