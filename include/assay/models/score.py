"""Scores of the outcome model on one window, beside the base rate's, whole and by size of the coalition that it sees."""

from __future__ import annotations

from typing import Any

import numpy as np

from assay.models.encoding import Encoded
from assay.models.outcome import token_visibility
from assay.models.rows import Rows
from assay.models.store import OutcomeModel
from assay.models.train import run_on
from assay.models.vectors import TokenVectors, token_vectors

SEEING = "_seeing_"  # within names of scores under coalitions of some size
_ROWS_PER_SIZE = 10_000


def said(model: OutcomeModel, rows: Encoded) -> np.ndarray:
    """What the target calls predictions where every asset is seen: calibrated probabilities, or quantiles."""
    return _seen(model, token_vectors(model.network, rows))


def scored(model: OutcomeModel, rows: Rows) -> dict[str, float]:
    """Scores by name of a model that sees every asset; the one that models are compared by is its target's `loss_name`."""
    return model.target.scores(rows, said(model, rows.encoded))


def _seen(model: OutcomeModel, vectors: TokenVectors) -> np.ndarray:
    everything = np.ones((1, len(model.codes)), np.float32)
    return model.target.said(model.calibration, run_on(model.network, vectors, everything))


def score(model: OutcomeModel, rows: Rows, split: str, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Metrics for `model_metrics`, without the use case.

    Args:
        model: The trained model.
        rows: Rows of a window that it wasn't trained on.
        split: Name of the window.
        rng: Draws rows and coalitions for the calibration by coalition size.
    """
    vectors, target = token_vectors(model.network, rows.encoded), model.target
    seen = _seen(model, vectors)
    told = target.scores(rows, seen) | target.curve(rows, seen)
    found = [("outcome", name, value) for name, value in told.items()]
    found += [("base_rate", name, value) for name, value in target.scores(rows, target.constant(rows)).items()]
    n, off = len(model.players), target.calibration_name
    for size in range(n + 1):
        part = np.sort(rng.permutation(len(rows.y))[:_ROWS_PER_SIZE])
        order = rng.random((len(part), n)).argsort(axis=1).argsort(axis=1)
        visible = token_visibility(model.codes, (order < size).astype(np.int8), model.players)
        masked = target.said(model.calibration, run_on(model.network, vectors.take(part), visible))
        found.append(("outcome", f"{off}{SEEING}{size}_of_{n}", target.scores(rows.take(part), masked)[off]))
    return [{"model": name, "split": split, "metric": metric, "value": float(value)} for name, metric, value in found]
