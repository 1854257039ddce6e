"""Whether something happens, and for how much: a logit, and the logarithm of the amount that is expected then."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from assay.models.calibration import Calibration, at_level, calibrate, with_amounts
from assay.models.metrics import calibration_curve, scores
from assay.models.targets.base import Seen, Target

if TYPE_CHECKING:
    import tensorflow as tf

    from assay.models.rows import Rows
    from assay.models.spool import Spool, Totals

_AMOUNT_WEIGHT = 0.3  # the amount's loss beside the outcome's: scales of their gradients
_LEAST_RATE = 1e-6  # of outcomes
_LEAST_AMOUNT = 1e-6  # so that a use case whose outcomes are worth nothing has a logarithm
_FARTHEST = 8.0  # an amount's logarithm is kept within so much of the mean's


@dataclass(frozen=True)
class Purchase(Target):
    """An outcome that happens or doesn't, and what it is worth."""

    loss_name: ClassVar[str] = "log_loss"
    calibration_name: ClassVar[str] = "ece"
    rising: ClassVar[bool] = False

    @property
    def outputs(self) -> int:
        """Logit and logarithm."""
        return 2

    def varies(self, totals: Totals) -> bool:
        """Some have the outcome, some haven't."""
        return 0 < totals.outcomes < totals.rows

    def usual(self, train: Spool) -> list[float]:
        """Logit of the base rate, logarithm of the mean amount."""
        totals = train.totals
        rate = min(max(totals.happened / totals.weight, _LEAST_RATE), 1 - _LEAST_RATE)
        return [math.log(rate / (1 - rate)), math.log(max(totals.amount / max(1, totals.outcomes), _LEAST_AMOUNT))]

    def loss(self, out: tf.Tensor, y: tf.Tensor, amount: tf.Tensor, weight: tf.Tensor, usual: list[float]) -> tf.Tensor:
        """Weighted log loss of the outcome, plus Poisson deviance of the amount where it happened, mean of the members.

        The deviance is smallest at the *mean* amount, which is what expected sales are made of; squared errors of logarithms
        would be at the median. Amounts count relative to their mean, so that the currency changes nothing.
        """
        import tensorflow as tf

        logits, logs = out[..., 0], tf.clip_by_value(out[..., 1] - usual[1], -_FARTHEST, _FARTHEST)
        outcome = tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.repeat(y[:, None], out.shape[1], axis=1), logits=logits)
        relative = (tf.maximum(amount, 0.0) * math.exp(-usual[1]))[:, None]
        error = (tf.exp(logs) - relative * logs) * y[:, None]
        each = tf.reduce_mean(outcome + _AMOUNT_WEIGHT * error, axis=1)
        return tf.reduce_sum(each * weight) / tf.reduce_sum(weight)

    def validation_loss(self, out: np.ndarray, rows: Rows) -> float:
        """Log loss."""
        logits = out[:, 0].astype(np.float64)
        return float(np.average(np.logaddexp(0, logits) - rows.y * logits, weights=rows.weight))

    def calibrate(self, out: np.ndarray, valid: Rows, seen: Seen) -> Calibration:
        """Spread and amounts of the validation window, level of it and all training windows, each of which counts the same."""
        own, amounts = out.T
        weights = np.concatenate([seen.weight * (seen.windows / seen.weight.sum()), valid.weight / valid.weight.sum()])
        found = at_level(calibrate(own, valid.y), np.concatenate([seen.out[:, 0], own]), np.concatenate([seen.y, valid.y]),
                         len(own) * weights)
        return with_amounts(found, amounts[valid.y > 0], valid.amount[valid.y > 0])

    def read(self, raw: Mapping[str, Any]) -> Calibration:
        """Scales and shifts."""
        return Calibration(**raw)

    def said(self, calibration: Calibration, out: np.ndarray) -> np.ndarray:
        """Probabilities, shape (rows,)."""
        return calibration.probability(out[:, 0])

    def constant(self, rows: Rows) -> np.ndarray:
        """The share of outcomes."""
        return np.full(len(rows.y), rows.y.mean())

    def scores(self, rows: Rows, said: np.ndarray) -> dict[str, float]:
        """Of the probabilities."""
        return scores(rows.y, said)

    def curve(self, rows: Rows, said: np.ndarray) -> dict[str, float]:
        """Of the probabilities, in ten bins."""
        return calibration_curve(rows.y, said)


PURCHASE = Purchase()
