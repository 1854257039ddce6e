"""Platt scaling: make predicted probabilities mean what they say, on a window that the model wasn't trained on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_RIDGE = 1e-3
_STEPS = 50


@dataclass(frozen=True)
class Calibration:
    """Calibrated logit = scale × logit + shift."""

    scale: float
    shift: float

    def probability(self, logits: np.ndarray) -> np.ndarray:
        """Calibrated probabilities, float64, in (0, 1), of the logits' shape."""
        z = self.scale * logits.astype(np.float64) + self.shift
        return np.exp(-np.logaddexp(0, -z))


def calibrate(logits: np.ndarray, y: np.ndarray) -> Calibration:
    """Fit by Newton's method on the log loss with a slight pull to the identity.

    Args:
        logits: Shape (rows,).
        y: 0/1, shape (rows,).

    Source: Platt 1999, with the targets of a large sample.
    """
    x = np.column_stack([logits.astype(np.float64), np.ones(len(y))])
    start = np.array([1.0, 0.0])
    w = start.copy()
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -60, 60)))
        gradient = x.T @ (p - y) + _RIDGE * (w - start)
        hessian = (x * (p * (1 - p))[:, None]).T @ x + _RIDGE * np.eye(2)
        change = np.linalg.solve(hessian, gradient)
        w -= np.clip(change, -2, 2)
        if np.abs(change).max() < 1e-10:
            break
    return Calibration(float(max(w[0], 1e-3)), float(w[1]))
