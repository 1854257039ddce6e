"""The end of task `train`: which model serves from this partition on, and whether parameters are searched for it.

The values of a partition come from its own model, a function of its data. What serves depends on what served before, and so on
which partitions were run: all of it stands in ledgers, `champions` and what lies below `serving` of a use case.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from assay.contracts.refs import ArtifactRef, CaseRef, Night
from assay.errors import ArtifactMissing
from assay.steps.cases import case_ref, for_each_case, rows_of
from assay.steps.extract import load_model
from assay.steps.frame import Frame, open_frame
from assay.steps.train import MODULES, SEED, base_day, base_of, labelled, windows_of

if TYPE_CHECKING:
    import pyarrow as pa

    from assay.config import UseCase
    from assay.models.outcome import Size
    from assay.models.rows import Rows
    from assay.models.search import Tried
    from assay.models.store import OutcomeModel
    from assay.storage import Recipe

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Contest:
    """One use case on one partition.

    Attributes:
        frame: Surroundings of the step.
        case: The use case.
        index: Its `features`.
        night: The partition's own model.
        before: Row of the newest earlier `champions`; None on the first partition.
        asked: Somebody wants parameters to be searched.
        recipe: Of all that the contest publishes.
    """

    frame: Frame
    case: UseCase
    index: pa.Table
    night: ArtifactRef
    before: dict[str, Any] | None
    asked: bool
    recipe: Recipe


@dataclass(frozen=True)
class _Rival:
    """A model and its scores by name on the validation window, on the same rows for all; a lower loss is better."""

    name: str
    ref: ArtifactRef
    scores: dict[str, float]
    loss: float


def choose(night: Night, features: Sequence[CaseRef], models: Sequence[CaseRef]) -> list[CaseRef]:
    """Publish `champions/<use_case>` and `model_metrics/<use_case>/serving`, which fold the newest earlier champion.

    Args:
        night: The run.
        features: What `build_features` returned.
        models: What `train` returned.
    """
    with open_frame("champion", night.platform, night.partition, MODULES) as frame:

        def make(name: str) -> ArtifactRef:
            with frame.measure():
                return _choose(frame, frame.platform.use_case(name), case_ref(features, name), case_ref(models, name), night)

        return for_each_case(night.use_cases, models, make)


def _choose(frame: Frame, case: UseCase, features: ArtifactRef, model: ArtifactRef, night: Night) -> ArtifactRef:
    from assay.contracts.schemas import CHAMPIONS, MODEL_METRICS, SERVING

    where: dict[str, Any] = {"platform": frame.platform.platform, "partition": frame.partition}
    earlier = [p for p in frame.store.partitions(CHAMPIONS, night.platform, case.name) if p < frame.partition]
    before = frame.store.get(CHAMPIONS, night.platform, earlier[-1], case.name) if earlier else None
    standing = frame.store.find(CHAMPIONS, **where, name=case.name)
    # a search that was asked for once stays part of its partition, whoever runs it again
    asked = night.retune or (standing is not None and _row(frame, standing)["retune"] == "asked")
    inputs = [features.fingerprint, model.fingerprint, *([before.fingerprint] if before else [])]
    recipe = frame.recipe(inputs, [case.model_size, SEED, asked])
    found = frame.store.find(CHAMPIONS, **where, name=case.name, recipe=recipe)
    if found and not night.retrain and frame.store.find(MODEL_METRICS, **where, name=f"{case.name}/{SERVING}", recipe=recipe):
        return found

    import pyarrow as pa

    from assay.models.runtime import prepare_tensorflow

    prepare_tensorflow()
    row, metrics = _decide(_Contest(frame, case, frame.store.read(features), model, _row(frame, before) if before else None,
                                    asked, recipe))
    table = pa.Table.from_pylist([{"use_case": case.name} | metric for metric in metrics])
    frame.store.publish(MODEL_METRICS, table, **where, name=f"{case.name}/{SERVING}", recipe=recipe)
    rows = pa.Table.from_pylist([{"use_case": case.name} | row], schema=CHAMPIONS.schema)
    return frame.store.publish(CHAMPIONS, rows, **where, name=case.name, recipe=recipe)


def _row(frame: Frame, ref: ArtifactRef) -> dict[str, Any]:
    """The one row of an artifact."""
    (row,) = frame.store.read(ref).to_pylist()
    return dict(row)


def _decide(contest: _Contest) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Row for `champions`, and rows for `model_metrics`, without the use case."""
    from assay.models.champion import PATIENCE, Standing, below, promoted, remembered
    from assay.models.outcome import SIZES
    from assay.models.search import changed, changes
    from assay.models.targets import target_of

    case, before = contest.case, contest.before
    own, known = SIZES[case.model_size], _known(contest)
    loss = target_of(case).loss_name
    night, base_rate = _Rival("night", contest.night, known["outcome"], known["outcome"][loss]), known["base_rate"]
    champion = _champion(contest)

    window, days = _validation(contest)["cutoff"] or contest.frame.partition, case.outcome.window_days or 1
    past = [Standing(**one) for one in before["recent"]] if before else []
    gain = base_rate[loss] - champion.loss if champion else None
    count = below(past, window, gain, days)
    why = "asked" if contest.asked else "below" if count >= PATIENCE else None

    kept = before["parameters"] if before and before["model_size"] == case.model_size else None
    size = changed(own, json.loads(kept or "{}"))
    tried = _search(contest, size) if why else []
    size = tried[0].size if tried else size
    rivals = [night] if size == own else [night, _tuned(contest, size)]
    challenger = min(rivals, key=lambda rival: rival.loss)
    wins = promoted(champion.loss if champion else None, challenger.loss)
    serves = challenger if wins or champion is None else champion
    _say(contest, challenger, champion, serves)

    now = Standing(window, gain, count, why is not None)
    row = {
        "champion": serves.ref.uri, "champion_fingerprint": serves.ref.fingerprint, "challenger": challenger.ref.uri,
        "loss": loss, "champion_loss": champion.loss if champion else None, "challenger_loss": challenger.loss,
        "base_rate_loss": base_rate[loss], "promoted": wins, "below": count, "retune": why,
        "model_size": case.model_size,
        "parameters": json.dumps(changes(size, own), sort_keys=True) if size != own else None,
        "recent": [asdict(one) for one in remembered(past, now, days)],
    }
    scored = {rival.name: rival.scores for rival in (*rivals, *([champion] if champion else []))} | {"base_rate": base_rate}
    return row, _metrics(contest, scored, tried, own)


def _metrics(contest: _Contest, scored: dict[str, dict[str, float]], tried: Sequence[Tried], own: Size) -> list[dict[str, Any]]:
    from assay.features.windows import WindowRole
    from assay.models.search import changes
    from assay.models.targets import target_of

    searched = WindowRole.BASE_VALIDATE if rows_of(contest.index, WindowRole.BASE_TRAIN) else WindowRole.VALIDATE
    found = [(name, WindowRole.VALIDATE, scores) for name, scores in scored.items()]
    found += [(f"searched {json.dumps(changes(one.size, own), sort_keys=True)}", searched,
               {target_of(contest.case).loss_name: one.loss, "budget": one.budget}) for one in tried]
    return [{"model": model, "split": split.value, "metric": metric, "value": value}
            for model, split, scores in found for metric, value in scores.items()]


def _say(contest: _Contest, challenger: _Rival, champion: _Rival | None, serves: _Rival) -> None:
    logger.info("use case %s: %s with loss %.5f against champion %s: %s serves", contest.case.name, challenger.ref.uri,
                challenger.loss, f"{champion.ref.uri} with {champion.loss:.5f}" if champion else "none", serves.ref.uri)


# -- the rivals -------------------------------------------------------------------------------------------------------


def _validation(contest: _Contest) -> dict[str, Any]:
    """Line of the index for the validation window."""
    from assay.features.windows import WindowRole

    (line,) = rows_of(contest.index, WindowRole.VALIDATE)
    return line


def _known(contest: _Contest) -> dict[str, dict[str, float]]:
    """Model -> metric -> score on the validation window, as `train` published them."""
    from assay.contracts.schemas import MODEL_METRICS
    from assay.features.windows import WindowRole
    from assay.models.score import SEEING

    store, frame = contest.frame.store, contest.frame
    found: dict[str, dict[str, float]] = {}
    for row in store.read(store.get(MODEL_METRICS, frame.platform.platform, frame.partition, contest.case.name)).to_pylist():
        if row["split"] == WindowRole.VALIDATE and SEEING not in row["metric"]:
            found.setdefault(row["model"], {})[row["metric"]] = row["value"]
    return found


def _champion(contest: _Contest) -> _Rival | None:
    """The champion before, on tonight's validation window; None, and a line in the log, where it can't serve any more."""
    from assay.features.windows import WindowRole
    from assay.models.learn import same_draw, scored_rows
    from assay.models.targets import target_of

    if contest.before is None:
        return None
    store = contest.frame.store
    ref = ArtifactRef("model", contest.before["champion"], 0, contest.before["champion_fingerprint"])
    try:
        if store.manifest(ref.uri)["fingerprint"] != ref.fingerprint:
            raise ArtifactMissing(f"model {ref.fingerprint[:12]}", ref.uri)
        model = load_model(store, ref)
    except (ArtifactMissing, FileNotFoundError, ValueError, TypeError, KeyError) as error:  # of layers that code knows no more
        logger.warning("use case %s: champion %s can't be loaded and is replaced: %s", contest.case.name, ref.uri, error)
        return None
    if model.target != target_of(contest.case):
        logger.warning("use case %s: champion %s predicts something else and is replaced", contest.case.name, ref.uri)
        return None
    gone = sorted(model.columns - _columns(contest))
    if gone:
        logger.warning("use case %s: champion %s reads %d features that there are no more, %s among them, and is replaced",
                       contest.case.name, ref.uri, len(gone), gone[0])
        return None
    windows = labelled(contest.frame, contest.index, WindowRole.VALIDATE)
    rows = scored_rows(windows, model.codes, model.behaviour, same_draw(SEED))
    return _rival("champion", ref, model, rows)


def _rival(name: str, ref: ArtifactRef, model: OutcomeModel, rows: Rows) -> _Rival:
    """A model with its scores on these rows."""
    from assay.models.score import scored

    scores = scored(model, rows)
    return _Rival(name, ref, scores, scores[model.target.loss_name])


def _columns(contest: _Contest) -> set[str]:
    """Features in the tables of the validation window."""
    from assay.features.table import tokens_of

    line = _validation(contest)
    tables = (contest.frame.store.read(ArtifactRef("window_features", of["uri"], 0, of["fingerprint"]), columns=[])
              for of in (line, *line["things"]))
    return {token.column(feature) for table in tables for token in tokens_of(table) for feature in token.features}


def _search(contest: _Contest, size: Size) -> list[Tried]:
    """Candidates on the windows of the base model, or of the night's where there is too little history for one."""
    from assay.features.windows import WindowRole
    from assay.models.search import halve

    frame, case, index = contest.frame, contest.case, contest.index
    if rows_of(index, WindowRole.BASE_TRAIN):
        windows = windows_of(frame, case, index, WindowRole.BASE_TRAIN, WindowRole.BASE_VALIDATE)
        like = base_of(frame, case, index)
    else:
        windows, like = windows_of(frame, case, index, WindowRole.TRAIN, WindowRole.VALIDATE), contest.night
    return halve(windows, size, SEED, load_model(frame.store, like).behaviour)


def _tuned(contest: _Contest, size: Size) -> _Rival:
    """The partition's model under parameters that a search has found; published below `serving`."""
    from assay.contracts.schemas import MODEL, SERVING
    from assay.features.windows import WindowRole
    from assay.models.learn import learn, learn_on
    from assay.models.store import identity, to_files

    frame, case, index = contest.frame, contest.case, contest.index
    windows = windows_of(frame, case, index, WindowRole.TRAIN, WindowRole.VALIDATE)
    if rows_of(index, WindowRole.BASE_TRAIN):
        model, valid = learn_on(_tuned_base(contest, size), windows, size, SEED)
    else:
        model, valid = learn(windows, size, SEED, load_model(frame.store, contest.night).behaviour)
    ref = frame.store.publish_files(MODEL, to_files(model), platform=frame.platform.platform, partition=frame.partition,
                                    name=f"{case.name}/{SERVING}", recipe=contest.recipe, identity=identity(model))
    return _rival("tuned", ref, model, valid)


def _tuned_base(contest: _Contest, size: Size) -> OutcomeModel:
    """The base model of the calendar month under these parameters; trained if it isn't there."""
    from assay.contracts.schemas import MODEL, SERVING
    from assay.features.windows import WindowRole
    from assay.models.learn import learn
    from assay.models.store import identity, to_files

    frame, case, index = contest.frame, contest.case, contest.index
    own = base_of(frame, case, index)
    recipe = frame.recipe([own.fingerprint], [asdict(size), SEED])
    where = {"platform": frame.platform.platform, "partition": base_day(case, index),
             "name": f"{case.name}/{SERVING}/base/{recipe.key[:12]}"}
    found = frame.store.find(MODEL, **where, recipe=recipe)
    if found is None:
        windows = windows_of(frame, case, index, WindowRole.BASE_TRAIN, WindowRole.BASE_VALIDATE)
        model, _ = learn(windows, size, SEED, load_model(frame.store, own).behaviour)
        found = frame.store.publish_files(MODEL, to_files(model), **where, recipe=recipe, identity=identity(model))
    return load_model(frame.store, found)
