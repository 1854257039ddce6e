"""Task `train`: one outcome model a use case, scored on windows that it wasn't trained on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from assay.contracts.refs import ArtifactRef, CaseRef, Night
from assay.steps.cases import case_ref, for_each_case, rows_of, rows_ref, things_of, window_parts
from assay.steps.frame import Frame, open_frame

if TYPE_CHECKING:
    import pyarrow as pa

    from assay.config import UseCase
    from assay.features.windows import WindowRole
    from assay.models.learn import LabelledWindow, Windows
    from assay.models.rows import Rows
    from assay.models.store import OutcomeModel

SEED = 20_170_101
MODULES = ("assay.models", "assay.features.table", "assay.features.windows")


def train(night: Night, features: Sequence[CaseRef]) -> list[CaseRef]:
    """Publish `model/<use_case>` and `model_metrics/<use_case>`, and before them, where it is missing, the base model."""
    with open_frame("train", night.platform, night.partition, MODULES) as frame:

        def make(name: str) -> ArtifactRef:
            with frame.measure():
                return _train_case(frame, frame.platform.use_case(name), case_ref(features, name), night.retrain)

        return for_each_case(night.use_cases, features, make)


def _train_case(frame: Frame, case: UseCase, features: ArtifactRef, again: bool) -> ArtifactRef:
    from assay.contracts.schemas import MODEL, MODEL_METRICS

    where = {"platform": frame.platform.platform, "partition": frame.partition, "name": case.name}
    recipe = frame.recipe([features.fingerprint], [case.model_size, SEED, _predicted(case)])
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


def _predicted(case: UseCase) -> dict | None:
    """What a use case's models are trained to predict, for their recipes."""
    from assay.models.targets import target_of, target_to_json

    return target_to_json(target_of(case))


def _fit(frame: Frame, case: UseCase, index: pa.Table, again: bool) -> tuple[OutcomeModel, list[dict]]:
    """The night's model, and its scores on the windows that it isn't trained on."""
    import numpy as np

    from assay.features.windows import WindowRole
    from assay.models.learn import learn, learn_on, scored_rows
    from assay.models.outcome import SIZES
    from assay.models.score import score
    from assay.steps.extract import load_model

    size = SIZES[case.model_size]
    if rows_of(index, WindowRole.BASE_TRAIN):
        base = load_model(frame.store, base_of(frame, case, index, again))
        model, valid = learn_on(base, windows_of(frame, case, index, WindowRole.TRAIN, WindowRole.VALIDATE), size, SEED)
    else:
        model, valid = learn(windows_of(frame, case, index, WindowRole.TRAIN, WindowRole.VALIDATE), size, SEED)
    rng = np.random.default_rng(SEED)
    metrics = score(model, valid, WindowRole.VALIDATE.value, rng)
    del valid
    outcome = labelled(frame, index, WindowRole.OUTCOME)
    return model, metrics + score(model, scored_rows(outcome, model.codes, model.behaviour, rng), WindowRole.OUTCOME.value, rng)


def base_of(frame: Frame, case: UseCase, index: pa.Table, again: bool = False) -> ArtifactRef:
    """The base model of the calendar month; trained, and compared with the textbook network, if it isn't there.

    It stands under the last day that it knows, in a folder of its recipe: partitions that classify the same data differently
    have base models of their own.
    """
    import pyarrow as pa

    from assay.contracts.schemas import MODEL, MODEL_METRICS
    from assay.features.windows import WindowRole
    from assay.language.encoder import ENCODER
    from assay.models.learn import learn
    from assay.models.outcome import SIZES
    from assay.models.store import identity, to_files

    roles = (WindowRole.HISTORY, WindowRole.BASE_TRAIN, WindowRole.BASE_VALIDATE)
    lines = [line for role in roles for line in rows_of(index, role)]
    inputs = [text for line in lines for text in (line["fingerprint"], *(t["fingerprint"] for t in line["things"]),
                                                  str(line["labels_fingerprint"]))]
    # which columns are texts is decided on all windows of a night; what a base model learns of them is not
    texts = sorted({text["of"] for line in lines for text in line["texts"]})
    recipe = frame.recipe(inputs, [case.model_size, SEED, texts, ENCODER if texts else None, _predicted(case)])
    where = {"platform": frame.platform.platform, "partition": base_day(case, index),
             "name": f"{case.name}/base/{recipe.key[:12]}"}
    found = None if again else frame.store.find(MODEL, **where, recipe=recipe)
    if found is None or frame.store.find(MODEL_METRICS, **where, recipe=recipe) is None:
        windows = windows_of(frame, case, index, WindowRole.BASE_TRAIN, WindowRole.BASE_VALIDATE)
        model, valid = learn(windows, SIZES[case.model_size], SEED)
        metrics = pa.Table.from_pylist([{"use_case": case.name} | metric for metric in _compared(model, windows, valid)])
        frame.store.publish(MODEL_METRICS, metrics, **where, recipe=recipe)
        found = frame.store.publish_files(MODEL, to_files(model), **where, recipe=recipe, identity=identity(model))
    return found


def _compared(model: OutcomeModel, windows: Windows, valid: Rows) -> list[dict]:
    """Scores of a base model and of the base rate on the base model's validation window.

    Beside them those of the textbook network, which only tells whether something happens.
    """
    import numpy as np

    from assay.features.windows import WindowRole
    from assay.models.score import score
    from assay.models.targets import PURCHASE
    from assay.models.textbook import textbook_scores

    split = WindowRole.BASE_VALIDATE.value
    found = score(model, valid, split, np.random.default_rng(SEED))
    own: list[dict] = [metric | {"model": "base"} if metric["model"] == "outcome" else metric for metric in found]
    if model.target != PURCHASE:
        return own
    textbook = textbook_scores(windows.train, windows.valid, model.codes, SEED)
    return own + [{"model": "textbook", "split": split, "metric": name, "value": value} for name, value in textbook.items()]


def base_day(case: UseCase, index: pa.Table) -> str:
    """The last day that the base model of the calendar month knows, under which it stands."""
    from assay.features.windows import WindowRole

    (last,) = rows_of(index, WindowRole.BASE_VALIDATE)
    return (dt.date.fromisoformat(last["cutoff"]) + dt.timedelta(days=int(case.outcome.window_days or 1) - 1)).isoformat()


def windows_of(frame: Frame, case: UseCase, index: pa.Table, train: WindowRole, valid: WindowRole) -> Windows:
    """What a model is made from: windows of these roles and, where they are the first, what happened before."""
    from assay.features.windows import WindowRole
    from assay.models.learn import Windows
    from assay.models.targets import target_of

    history = None
    first = WindowRole.BASE_TRAIN if rows_of(index, WindowRole.BASE_TRAIN) else WindowRole.TRAIN
    for line in rows_of(index, WindowRole.HISTORY) if train is first else ():  # a model that goes on has its encoder
        history = {"user": frame.store.read(rows_ref(line))} | things_of(frame.store, line)
    return Windows(case.name, labelled(frame, index, train), labelled(frame, index, valid), history,
                   case.outcome.window_days or 0, target_of(case))


def labelled(frame: Frame, index: pa.Table, role: WindowRole) -> list[LabelledWindow]:
    """The windows of a role, oldest first."""
    from assay.models.learn import LabelledWindow

    return [LabelledWindow(line["row_count"], partial(window_parts, frame.store, line)) for line in rows_of(index, role)]
