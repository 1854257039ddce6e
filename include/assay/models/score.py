"""Scores of the outcome model on one window, beside the base rate's, whole and by size of the coalition that it sees."""

from __future__ import annotations

from typing import Any

import numpy as np

from assay.models.encoding import Encoded
from assay.models.metrics import calibration_error, scores
from assay.models.outcome import token_visibility
from assay.models.rows import Rows
from assay.models.store import OutcomeModel
from assay.models.train import run_on
from assay.models.vectors import TokenVectors, token_vectors

_ROWS_PER_SIZE = 10_000


def probabilities(model: OutcomeModel, rows: Encoded) -> np.ndarray:
    """Calibrated probability of the outcome where every asset is seen, float64, shape (rows,)."""
    return _seen(model, token_vectors(model.network, rows))


def _seen(model: OutcomeModel, vectors: TokenVectors) -> np.ndarray:
    everything = np.ones((1, len(model.codes)), np.float32)
    return model.calibration.probability(run_on(model.network, vectors, everything)[:, 0])


def score(model: OutcomeModel, rows: Rows, split: str, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Metrics for `model_metrics`, without the use case.

    Args:
        model: The trained model.
        rows: Rows of a window that it wasn't trained on.
        split: Name of the window.
        rng: Draws rows and coalitions for the calibration by coalition size.
    """
    vectors = token_vectors(model.network, rows.encoded)
    p = _seen(model, vectors)
    found = [("outcome", name, value) for name, value in scores(rows.y, p).items()]
    found += [("base_rate", name, value) for name, value in scores(rows.y, np.full(len(p), rows.y.mean())).items()]
    n = len(model.players)
    for size in range(n + 1):
        part = np.sort(rng.permutation(len(p))[:_ROWS_PER_SIZE])
        order = rng.random((len(part), n)).argsort(axis=1).argsort(axis=1)
        visible = token_visibility(model.codes, (order < size).astype(np.int8), model.players)
        masked = model.calibration.probability(run_on(model.network, vectors.take(part), visible)[:, 0])
        found.append(("outcome", f"ece_seeing_{size}_of_{n}", calibration_error(rows.y[part], masked)))
    return [{"model": name, "split": split, "metric": metric, "value": float(value)} for name, metric, value in found]
