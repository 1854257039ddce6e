"""Task `train`: one outcome model a use case, scored on windows that it wasn't trained on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assay.contracts.refs import ArtifactRef, CaseRef, Night
from assay.errors import NotEnoughData
from assay.steps.cases import case_ref, for_each_case, rows_of, window_rows
from assay.steps.frame import Frame, open_frame

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from assay.config import UseCase
    from assay.features.windows import WindowRole
    from assay.models.encoding import TokenCode
    from assay.models.store import OutcomeModel
    from assay.models.train import Rows

_SEED = 20_170_101
_SCORED_ROWS = 60_000  # of a window, drawn at random, for calibration and scores: more don't move them
_STOPPING_ROWS = 30_000  # of the validation window's, for early stopping; of the training windows', for the level
_MODULES = ("assay.models", "assay.features.table", "assay.features.windows")


def train(night: Night, features: Sequence[CaseRef]) -> list[CaseRef]:
    """Publish `model/<use_case>` and `model_metrics/<use_case>`."""
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

    from assay.models.runtime import prepare_tensorflow
    from assay.models.store import identity, to_files

    prepare_tensorflow()
    model, metrics = _fit(frame, case, frame.store.read(features))
    frame.store.publish(MODEL_METRICS, metrics, **where, recipe=recipe)
    return frame.store.publish_files(MODEL, to_files(model), **where, recipe=recipe, identity=identity(model))


def _fit(frame: Frame, case: UseCase, index: pa.Table) -> tuple[OutcomeModel, pa.Table]:
    import numpy as np
    import pyarrow as pa

    from assay.features.table import tokens_of
    from assay.features.windows import WindowRole
    from assay.models.encoding import encode, learn_codes
    from assay.models.outcome import SIZES
    from assay.models.score import score
    from assay.models.store import OutcomeModel
    from assay.models.train import Rows, calibrated, fit, thin_negatives

    size, rng = SIZES[case.model_size], np.random.default_rng(_SEED)
    parts, outcomes = [], []
    for row in rows_of(index, WindowRole.TRAIN):
        table, y, amount = window_rows(frame.store, row)
        chosen, weight = thin_negatives(y, size.negatives, rng)
        parts.append(table.take(chosen))
        outcomes.append((y[chosen], amount[chosen], weight))
        del table
    # of all windows: an asset that began between two of them has no token in the first
    tokens = tuple(dict.fromkeys(token for part in parts for token in tokens_of(part)))
    together = pa.concat_tables(parts, promote_options="default")
    parts.clear()
    y, amount, weight = (np.concatenate(arrays) for arrays in zip(*outcomes, strict=True))
    if not 0 < y.sum() < len(y):
        raise NotEnoughData(case.name, f"all {len(y)} training rows have the same outcome", "train on more windows or entities")
    codes = learn_codes(tokens, together)
    if not codes:
        raise NotEnoughData(case.name, "no feature varies in the training windows", "check the assets that feed it")
    rows = Rows(encode(codes, together), y, amount, weight)
    del together
    players = tuple(sorted({asset for code in codes for asset in code.assets}))

    valid = _scored_rows(frame, index, WindowRole.VALIDATE, codes, rng)
    network = fit(codes, players, rows, valid.take(slice(_STOPPING_ROWS)), size, _SEED)
    some = rows.take(rng.permutation(len(rows.y))[:_STOPPING_ROWS])
    model = OutcomeModel(network, codes, calibrated(network, some, valid, len(rows_of(index, WindowRole.TRAIN))), players)
    del rows
    metrics = score(model, valid, WindowRole.VALIDATE.value, rng)
    del valid
    metrics += score(model, _scored_rows(frame, index, WindowRole.OUTCOME, codes, rng), WindowRole.OUTCOME.value, rng)
    return model, pa.Table.from_pylist([{"use_case": case.name} | m for m in metrics])


def _scored_rows(frame: Frame, index: pa.Table, role: WindowRole, codes: Sequence[TokenCode], rng: np.random.Generator) -> Rows:
    """Rows of a window that the model isn't trained on, in random order, at most `_SCORED_ROWS`."""
    import numpy as np

    from assay.models.encoding import encode
    from assay.models.train import Rows

    (line,) = rows_of(index, role)
    table, y, amount = window_rows(frame.store, line)
    chosen = rng.permutation(len(y))[:_SCORED_ROWS]
    return Rows(encode(codes, table.take(chosen)), y[chosen], amount[chosen], np.ones(len(chosen), np.float32))
