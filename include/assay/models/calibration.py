"""Platt scaling: make predicted probabilities mean what they say.

How far apart probabilities lie is learned on a window that the model wasn't trained on, where it can't be too sure of itself.
Their level is learned on all windows: the outcomes of one are more or fewer for reasons that the next doesn't share (a week's
base rate is several percent off its neighbours'), and the mean of many is the better guess.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_RIDGE = 1e-3
_STEPS = 50
_LEAST_STEP = 1e-9
_LEAST_SCALE = 1e-3


@dataclass(frozen=True)
class Calibration:
    """Calibrated logit = scale × logit + shift."""

    scale: float
    shift: float

    def probability(self, logits: np.ndarray) -> np.ndarray:
        """Calibrated probabilities, float64, 0..1, of the logits' shape."""
        z = self.scale * logits.astype(np.float64) + self.shift
        return np.exp(-np.logaddexp(0, -z))


def calibrate(logits: np.ndarray, y: np.ndarray) -> Calibration:
    """Fit by Newton's method on the log loss with a slight pull to the identity.

    The scale stays positive, so that calibration keeps the model's order; where the data would turn it round, only the level
    is mended.

    Args:
        logits: Shape (rows,).
        y: 0/1, shape (rows,).

    Source: Platt 1999, with the targets of a large sample.
    """
    z = logits.astype(np.float64)
    ones = np.ones((len(z), 1))
    scale, shift = _newton(np.column_stack([z, ones]), y, np.zeros(len(z)), np.array([1.0, 0.0]))
    if scale < _LEAST_SCALE:
        scale, (shift,) = _LEAST_SCALE, _newton(ones, y, _LEAST_SCALE * z, np.zeros(1))
    return Calibration(float(scale), float(shift))


def at_level(calibration: Calibration, logits: np.ndarray, y: np.ndarray, weight: np.ndarray) -> Calibration:
    """The same scale, shifted to where the mean probability of these rows is the share of outcomes among them.

    Args:
        calibration: Its shift is replaced.
        logits: Shape (rows,).
        y: 0/1, shape (rows,).
        weight: How much each row counts, shape (rows,).
    """
    z = calibration.scale * logits.astype(np.float64)
    (shift,) = _newton(np.ones((len(z), 1)), y, z, np.array([calibration.shift]), weight)
    return Calibration(calibration.scale, float(shift))


def _newton(x: np.ndarray, y: np.ndarray, offset: np.ndarray, start: np.ndarray,
            weight: np.ndarray | float = 1.0) -> np.ndarray:
    """What minimises the weighted log loss of offset + x @ w, pulled to `start`."""

    def loss(w: np.ndarray) -> float:
        z = offset + x @ w
        return float(np.sum(weight * (np.logaddexp(0, z) - y * z)) + _RIDGE / 2 * np.sum((w - start) ** 2))

    w, now = start.copy(), loss(start)
    for _ in range(_STEPS):
        p = np.exp(-np.logaddexp(0, -(offset + x @ w)))
        gradient = x.T @ (weight * (p - y)) + _RIDGE * (w - start)
        hessian = (x * (weight * p * (1 - p))[:, None]).T @ x + _RIDGE * np.eye(len(w))
        change = np.linalg.solve(hessian, gradient)
        step = 1.0
        while (found := loss(w - step * change)) > now and step > _LEAST_STEP:
            step /= 2  # whole Newton steps swing for ever where the model is far too sure
        if found >= now:
            break
        w, now = w - step * change, found
    return w
