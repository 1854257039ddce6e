"""The retraining audit of task `value`: models trained without the most and the least valuable assets, beside masked answers.

It costs a training for each of these assets, and so is made where somebody asks for it.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from assay.contracts.refs import ArtifactRef, CaseRef, Night
from assay.errors import NotEnoughData
from assay.steps.cases import case_ref, for_each_case, rows_of
from assay.steps.frame import Frame, open_frame
from assay.steps.games import OutcomeWindow, outcome_window
from assay.steps.train import SEED, windows_of

if TYPE_CHECKING:
    import pyarrow as pa

    from assay.config import UseCase
    from assay.models.store import OutcomeModel

logger = logging.getLogger(__name__)

AUDIT = "audit"  # below a use case's `model_metrics`
_MODULES = ("assay.valuation", "assay.models", "assay.features.table", "assay.features.windows", "assay.steps.games")


def audit(night: Night, features: Sequence[CaseRef], models: Sequence[CaseRef], values: Sequence[CaseRef]) -> list[CaseRef]:
    """Publish `model_metrics/<use_case>/audit`.

    Args:
        night: The run.
        features: What `build_features` returned.
        models: What `train` returned.
        values: What `value` returned.
    """
    with open_frame("audit", night.platform, night.partition, _MODULES) as frame:

        def make(name: str) -> ArtifactRef:
            with frame.measure():
                case = frame.platform.use_case(name)
                return _audit_case(frame, case, case_ref(features, name), case_ref(models, name), case_ref(values, name))

        return for_each_case(night.use_cases, values, make)


def _audit_case(frame: Frame, case: UseCase, features: ArtifactRef, model: ArtifactRef, values: ArtifactRef) -> ArtifactRef:
    import pyarrow as pa

    from assay.contracts.schemas import COALITION_PAYOFFS, MODEL_METRICS

    payoffs = frame.store.get(COALITION_PAYOFFS, frame.platform.platform, frame.partition, case.name)

    def make() -> pa.Table:
        window = outcome_window(frame.store, case, features, model)
        known = {row["asset_id"]: row["value"] for row in frame.store.read(values).to_pylist()}
        rows = _compared(frame, window, frame.store.read(features), frame.store.read(payoffs), known)
        return pa.Table.from_pylist([{"use_case": case.name} | row for row in rows], schema=MODEL_METRICS.schema)

    return frame.publish(MODEL_METRICS, make, inputs=[features.fingerprint, model.fingerprint, values.fingerprint],
                         config=[case.model_dump(mode="json"), SEED], name=f"{case.name}/{AUDIT}")


def _compared(frame: Frame, window: OutcomeWindow, index: pa.Table, payoffs: pa.Table,
              values: dict[str, float]) -> list[dict[str, Any]]:
    """What masking and what training again say of each audited asset; one without which nothing can be trained is left out."""
    import numpy as np

    from assay.valuation.audit import aligned, audited, compare
    from assay.valuation.bootstrap import draw_seed
    from assay.valuation.table import read_payoffs

    played = read_payoffs(payoffs)
    rows = []
    for asset in audited({player: values[player] for player in played.players}):
        try:
            model = _trained_without(frame, window.case, index, {asset})
        except NotEnoughData as error:
            logger.warning("%s is not audited: %s", asset, error)
            continue
        game = window.without({asset}, model).game()
        earned = game.play(np.ones((1, len(model.players)), np.int8))[0]
        rows += compare(asset, played.without(), played.without(asset),
                        aligned(earned, game.payoff.clusters, played.clusters), draw_seed(played.clusters))
    return rows


def _trained_without(frame: Frame, case: UseCase, index: pa.Table, assets: Collection[str]) -> OutcomeModel:
    """The partition's model as it would be if nobody had these assets."""
    from assay.features.windows import WindowRole
    from assay.models.learn import learn, learn_on
    from assay.models.outcome import SIZES

    size = SIZES[case.model_size]
    newest = windows_of(frame, case, index, WindowRole.TRAIN, WindowRole.VALIDATE).without(assets)
    if not rows_of(index, WindowRole.BASE_TRAIN):
        return learn(newest, size, SEED)[0]
    base, _ = learn(windows_of(frame, case, index, WindowRole.BASE_TRAIN, WindowRole.BASE_VALIDATE).without(assets), size, SEED)
    return learn_on(base, newest, size, SEED)[0]
