"""Make predicted probabilities and amounts mean what they say: Platt scaling, and the same for the logarithm of an amount.

How far apart probabilities lie is learned on a window that the model wasn't trained on, where it can't be too sure of itself.
Their level is learned on all windows: the outcomes of one are more or fewer for reasons that the next doesn't share (a week's
base rate is several percent off its neighbours'), and the mean of many is the better guess.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from assay.models.predictions import Prediction

_RIDGE = 1e-3
_STEPS = 50
_LEAST_STEP = 1e-9
_LEAST_SCALE = 1e-3
_USUAL_OUTCOMES = 50.0  # what the amounts' calibration is pulled to the identity by, as many outcomes would
_LARGEST_LOG = 20.0


@dataclass(frozen=True)
class Calibration:
    """Calibrated logit = scale × logit + shift; the same for the logarithm of the amount.

    Attributes:
        scale: Of the logit, positive.
        shift: Of the logit.
        amount_scale: Of the amount's logarithm, positive.
        amount_shift: Of the amount's logarithm.
    """

    explained: ClassVar[int] = 0  # of the network's numbers the one that is told apart: the logit

    scale: float
    shift: float
    amount_scale: float = 1.0
    amount_shift: float = 0.0

    def predict(self, out: np.ndarray) -> Prediction:
        """What the network's numbers mean, float32; they lie along the last axis."""
        probability, amount = self.told(out)
        return Prediction(probability.astype(np.float32), amount.astype(np.float32))

    def told(self, out: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Probability and amount, float64."""
        return self.probability(out[..., 0]), self.amount(out[..., 1])

    def probability(self, logits: np.ndarray) -> np.ndarray:
        """Calibrated probabilities, float64, 0..1, of the logits' shape."""
        return _logistic(self.scale * logits.astype(np.float64) + self.shift)

    def amount(self, logs: np.ndarray) -> np.ndarray:
        """Calibrated amounts, float64, positive, of the logarithms' shape."""
        log = self.amount_scale * logs.astype(np.float64) + self.amount_shift
        return np.exp(np.clip(log, -_LARGEST_LOG, _LARGEST_LOG))


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
    scale, shift = _newton(_BERNOULLI, np.column_stack([z, ones]), y, np.zeros(len(z)), np.array([1.0, 0.0]))
    if scale < _LEAST_SCALE:
        scale, (shift,) = _LEAST_SCALE, _newton(_BERNOULLI, ones, y, _LEAST_SCALE * z, np.zeros(1))
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
    (shift,) = _newton(_BERNOULLI, np.ones((len(z), 1)), y, z, np.array([calibration.shift]), weight)
    return replace(calibration, shift=float(shift))


def with_amounts(calibration: Calibration, logs: np.ndarray, amounts: np.ndarray) -> Calibration:
    """The same with the amounts' scale and shift, fitted by the Poisson deviance of the amounts of some outcomes.

    A network that is stopped early keeps its amounts too close to their mean. Few outcomes move them little.

    Args:
        calibration: Its amounts are replaced.
        logs: Logarithms of the predicted amounts where the outcome happened, shape (outcomes,).
        amounts: What came, losses count as 0; shape (outcomes,).
    """
    came = np.maximum(amounts.astype(np.float64), 0)
    if not came.sum() > 0:
        return replace(calibration, amount_scale=1.0, amount_shift=0.0)
    usual = np.log(came.mean())  # so that the currency changes nothing
    said = logs.astype(np.float64) - usual
    middle = said.mean()
    x = np.column_stack([said - middle, np.ones(len(said))])
    scale, shift = _newton(_POISSON, x, came / came.mean(), np.full(len(said), middle), np.array([1.0, 0.0]),
                           ridge=_USUAL_OUTCOMES)
    scale = max(scale, _LEAST_SCALE)
    return replace(calibration, amount_scale=float(scale), amount_shift=float(shift + (1 - scale) * (usual + middle)))


@dataclass(frozen=True)
class _Family:
    """An exponential family by its log-partition and that one's first two derivatives: mean and variance."""

    partition: Callable[[np.ndarray], np.ndarray]
    mean: Callable[[np.ndarray], np.ndarray]
    variance: Callable[[np.ndarray], np.ndarray]


def _logistic(z: np.ndarray) -> np.ndarray:
    return np.asarray(np.exp(-np.logaddexp(0, -z)))


_BERNOULLI = _Family(lambda z: np.logaddexp(0, z), _logistic, lambda z: _logistic(z) * _logistic(-z))
_POISSON = _Family(np.exp, np.exp, np.exp)


def _newton(family: _Family, x: np.ndarray, y: np.ndarray, offset: np.ndarray, start: np.ndarray,
            weight: np.ndarray | float = 1.0, ridge: float = _RIDGE) -> np.ndarray:
    """What minimises the weighted negative log likelihood of offset + x @ w, pulled to `start`."""

    def loss(w: np.ndarray) -> float:
        z = offset + x @ w
        return float(np.sum(weight * (family.partition(z) - y * z)) + ridge / 2 * np.sum((w - start) ** 2))

    w, now = start.copy(), loss(start)
    for _ in range(_STEPS):
        z = offset + x @ w
        gradient = x.T @ (weight * (family.mean(z) - y)) + ridge * (w - start)
        hessian = (x * (weight * family.variance(z))[:, None]).T @ x + ridge * np.eye(len(w))
        change = np.linalg.solve(hessian, gradient)
        step = 1.0
        while (found := loss(w - step * change)) > now and step > _LEAST_STEP:
            step /= 2  # whole Newton steps swing for ever where the model is far too sure
        if found >= now:
            break
        w, now = w - step * change, found
    return w
