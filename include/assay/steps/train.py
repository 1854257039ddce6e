"""Task `train`: one outcome model a use case, scored on windows that it wasn't trained on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from assay.contracts.refs import ArtifactRef, CaseRef, Night
from assay.steps.cases import case_ref, for_each_case, rows_of, window_parts
from assay.steps.frame import Frame, open_frame

if TYPE_CHECKING:
    import pyarrow as pa

    from assay.config import UseCase
    from assay.features.windows import WindowRole
    from assay.models.learn import LabelledWindow, Windows
    from assay.models.store import OutcomeModel

_SEED = 20_170_101
_MODULES = ("assay.models", "assay.features.table", "assay.features.windows")


def train(night: Night, features: Sequence[CaseRef]) -> list[CaseRef]:
    """Publish `model/<use_case>` and `model_metrics/<use_case>`, and before them, where it is missing, the base model."""
    with open_frame("train", night.platform, night.partition, _MODULES) as frame:

        def make(name: str) -> ArtifactRef:
            with frame.measure():
                return _train_case(frame, frame.platform.use_case(name), case_ref(features, name), night.retrain)

        return for_each_case(night.use_cases, features, make)


def _train_case(frame: Frame, case: UseCase, features: ArtifactRef, again: bool) -> ArtifactRef:
    from assay.contracts.schemas import MODEL, MODEL_METRICS

    where = {"platform": frame.platform.platform, "partition": frame.partition, "name": case.name}
    recipe = frame.recipe([features.fingerprint], [case.model_size, _SEED])
    found = frame.store.find(MODEL, **where, recipe=recipe)
    if found and not again and frame.store.find(MODEL_METRICS, **where, recipe=recipe):
        return found

    import pyarrow as pa

    from assay.models.runtime import prepare_tensorflow
    from assay.models.store import identity, to_files

    prepare_tensorflow()
    model, metrics = _fit(frame, case, frame.store.read(features), again)
    table = pa.Table.from_pylist([{"use_case": case.name} | metric for metric in metrics])
    frame.store.publish(MODEL_METRICS, table, **where, recipe=recipe)
    return frame.store.publish_files(MODEL, to_files(model), **where, recipe=recipe, identity=identity(model))


def _fit(frame: Frame, case: UseCase, index: pa.Table, again: bool) -> tuple[OutcomeModel, list[dict]]:
    """The night's model, and its scores on the windows that it isn't trained on."""
    import numpy as np

    from assay.features.windows import WindowRole
    from assay.models.learn import learn, learn_on, scored_rows
    from assay.models.outcome import SIZES
    from assay.models.score import score

    size = SIZES[case.model_size]
    if rows_of(index, WindowRole.BASE_TRAIN):
        base = _base(frame, case, index, again)
        model, valid = learn_on(base, _windows(frame, case, index, WindowRole.TRAIN, WindowRole.VALIDATE), size, _SEED)
    else:
        model, valid = learn(_windows(frame, case, index, WindowRole.TRAIN, WindowRole.VALIDATE), size, _SEED)
    rng = np.random.default_rng(_SEED)
    metrics = score(model, valid, WindowRole.VALIDATE.value, rng)
    del valid
    outcome = _labelled(frame, index, WindowRole.OUTCOME)
    return model, metrics + score(model, scored_rows(outcome, model.codes, model.behaviour, rng), WindowRole.OUTCOME.value, rng)


def _base(frame: Frame, case: UseCase, index: pa.Table, again: bool) -> OutcomeModel:
    """The base model of the calendar month; trained if it isn't there.

    It stands under the last day that it knows, in a folder of its recipe: partitions that classify the same data differently
    have base models of their own.
    """
    from assay.contracts.schemas import MODEL
    from assay.features.windows import WindowRole
    from assay.models.learn import learn
    from assay.models.outcome import SIZES
    from assay.models.store import identity, to_files
    from assay.steps.extract import load_model

    (last,) = rows_of(index, WindowRole.BASE_VALIDATE)
    roles = (WindowRole.HISTORY, WindowRole.BASE_TRAIN, WindowRole.BASE_VALIDATE)
    lines = [line for role in roles for line in rows_of(index, role)]
    inputs = [text for line in lines for text in (line["fingerprint"], *(t["fingerprint"] for t in line["things"]),
                                                  str(line["labels_fingerprint"]))]
    recipe = frame.recipe(inputs, [case.model_size, _SEED])
    until = dt.date.fromisoformat(last["cutoff"]) + dt.timedelta(days=int(case.outcome.window_days or 1) - 1)
    where = {"platform": frame.platform.platform, "partition": until.isoformat(), "name": f"{case.name}/base/{recipe.key[:12]}"}
    found = None if again else frame.store.find(MODEL, **where, recipe=recipe)
    if found is None:
        windows = _windows(frame, case, index, WindowRole.BASE_TRAIN, WindowRole.BASE_VALIDATE)
        model, _ = learn(windows, SIZES[case.model_size], _SEED)
        found = frame.store.publish_files(MODEL, to_files(model), **where, recipe=recipe, identity=identity(model))
    return load_model(frame.store, found)


def _windows(frame: Frame, case: UseCase, index: pa.Table, train: WindowRole, valid: WindowRole) -> Windows:
    from assay.features.windows import WindowRole
    from assay.models.learn import Windows

    history = None
    for line in rows_of(index, WindowRole.HISTORY):
        history = {"user": frame.store.read(ArtifactRef("window_features", line["uri"], 0, line["fingerprint"]))} | {
            thing["of"]: frame.store.read(ArtifactRef("window_features", thing["uri"], 0, thing["fingerprint"]))
            for thing in line["things"]}
    return Windows(case.name, _labelled(frame, index, train), _labelled(frame, index, valid), history,
                   case.outcome.window_days or 0)


def _labelled(frame: Frame, index: pa.Table, role: WindowRole) -> list[LabelledWindow]:
    from assay.models.learn import LabelledWindow

    return [LabelledWindow(line["row_count"], partial(window_parts, frame.store, line)) for line in rows_of(index, role)]
