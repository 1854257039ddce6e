"""How much will be asked for: some quantiles of it, of log(1 + amount), so that small and large demands count alike.

The quantiles can't cross: the network says the lowest and the steps to the others. A window that it wasn't trained on shifts
each to where as much lies below as it promises, which is at the same time what makes its pinball loss smallest.

Sources: Koenker & Bassett 1978, Regression quantiles; Romano et al. 2019, Conformalized quantile regression.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from assay.models.metrics import coverage, pinball, quantiles
from assay.models.predictions import Quantities
from assay.models.targets.base import Seen, Target

if TYPE_CHECKING:
    import tensorflow as tf

    from assay.models.rows import Rows
    from assay.models.spool import Spool, Totals

LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)  # beside the one by which is decided
_LEAST_STEP = 0.05  # from quantile to quantile at first, on the scale of log(1 + amount)


@dataclass(frozen=True)
class Shifts:
    """Quantile = exp(number + shift) − 1, no lower than the one below and than 0.

    Attributes:
        shifts: Of each level, on the scale of log(1 + amount).
        explained: Position of the level by which is decided.
    """

    shifts: tuple[float, ...]
    explained: int

    scale: ClassVar[float] = 1.0

    @property
    def shift(self) -> float:
        """Of the level by which is decided."""
        return self.shifts[self.explained]

    def quantiles(self, out: np.ndarray) -> np.ndarray:
        """Amounts, float64, of the shape of the network's numbers."""
        shifted = out.astype(np.float64) + self.shifts
        return np.asarray(np.expm1(np.maximum(np.maximum.accumulate(shifted, axis=-1), 0)))

    def predict(self, out: np.ndarray) -> Quantities:
        """The quantile by which is decided, float32."""
        return Quantities(self.told(out)[1].astype(np.float32))

    def told(self, out: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """No probability, and the quantile by which is decided, float64."""
        decided = self.quantiles(out)[..., self.explained]
        return np.full_like(decided, np.nan), decided


@dataclass(frozen=True)
class Demand(Target):
    """Quantiles of an amount that is asked for; what comes back beyond it counts as none.

    Attributes:
        levels: Ascending, 0..1.
        decides: Position of the one by which is decided.
    """

    levels: tuple[float, ...]
    decides: int

    loss_name: ClassVar[str] = "pinball"
    calibration_name: ClassVar[str] = "miscoverage"
    rising: ClassVar[bool] = True

    @staticmethod
    def deciding_by(level: float) -> Demand:
        """The usual levels, and the one that decides."""
        levels = tuple(sorted({*LEVELS, level}))
        return Demand(levels, levels.index(level))

    @property
    def outputs(self) -> int:
        """One a level."""
        return len(self.levels)

    def varies(self, totals: Totals) -> bool:
        """Anything was asked for at all."""
        return totals.amount > 0

    def usual(self, train: Spool) -> list[float]:
        """The lowest quantile of all rows, and what the steps to the next ones are before they are made positive."""
        chunks = [train.chunk(n) for n in range(len(train))]
        amounts, weights = (np.concatenate([getattr(rows, name) for rows in chunks]) for name in ("amount", "weight"))
        logs = quantiles(_log(amounts), weights, self.levels)
        steps = np.maximum(np.diff(logs), _LEAST_STEP)
        return [float(logs[0]), *(math.log(math.expm1(step)) for step in steps)]

    def loss(self, out: tf.Tensor, y: tf.Tensor, amount: tf.Tensor, weight: tf.Tensor, usual: list[float]) -> tf.Tensor:
        """Weighted pinball loss on the scale of log(1 + amount), mean of levels and members."""
        import tensorflow as tf

        missed = tf.math.log1p(tf.maximum(amount, 0.0))[:, None, None] - out
        levels = tf.constant(self.levels, tf.float32)
        each = tf.reduce_mean(tf.maximum(levels * missed, (levels - 1) * missed), axis=[1, 2])
        return tf.reduce_sum(each * weight) / tf.reduce_sum(weight)

    def validation_loss(self, out: np.ndarray, rows: Rows) -> float:
        """The same loss."""
        return float(np.mean(pinball(_log(rows.amount), out.astype(np.float64), self.levels, rows.weight)))

    def calibrate(self, out: np.ndarray, valid: Rows, seen: Seen) -> Shifts:
        """Shifts of the validation window alone: what was seen in training lies closer than what is to come."""
        missed = _log(valid.amount)[:, None] - out.astype(np.float64)
        found = [float(quantiles(missed[:, n], valid.weight, [level])[0]) for n, level in enumerate(self.levels)]
        return Shifts(tuple(found), self.decides)

    def read(self, raw: Mapping[str, Any]) -> Shifts:
        """Shifts by level."""
        return Shifts(tuple(raw["shifts"]), raw["explained"])

    def said(self, calibration: Shifts, out: np.ndarray) -> np.ndarray:
        """Quantiles, shape (rows, levels)."""
        return calibration.quantiles(out)

    def constant(self, rows: Rows) -> np.ndarray:
        """The rows' own quantiles."""
        return np.tile(quantiles(_demand(rows.amount), rows.weight, self.levels), (len(rows.amount), 1))

    def scores(self, rows: Rows, said: np.ndarray) -> dict[str, float]:
        """Pinball loss in the amount's unit, of each level and their mean; the share up to each, and how far they are off."""
        demand = _demand(rows.amount)
        losses, below = pinball(demand, said, self.levels, rows.weight), coverage(demand, said)
        found = {"pinball": float(losses.mean()), "miscoverage": float(np.abs(below - self.levels).mean()),
                 "mean": float(demand.mean()), "rows": float(len(demand))}
        for level, loss, share in zip(self.levels, losses, below, strict=True):
            found |= {f"pinball_p{100 * level:.0f}": float(loss), f"below_p{100 * level:.0f}": float(share)}
        return found

    def curve(self, rows: Rows, said: np.ndarray) -> dict[str, float]:
        """Nothing beyond the scores, which tell the share below each quantile."""
        return {}


def _demand(amount: np.ndarray) -> np.ndarray:
    return np.maximum(amount.astype(np.float64), 0)


def _log(amount: np.ndarray) -> np.ndarray:
    return np.asarray(np.log1p(_demand(amount)))
