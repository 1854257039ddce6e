"""What a target is: everything about training and scoring that depends on what is predicted."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np

from assay.models.predictions import Prediction, Quantities

if TYPE_CHECKING:
    import tensorflow as tf

    from assay.models.rows import Rows
    from assay.models.spool import Spool, Totals


class Calibrated(Protocol):
    """How the numbers of a trained network are read; a frozen dataclass of numbers, tuples and nothing else."""

    @property
    def explained(self) -> int:
        """Which of the network's numbers contributions tell apart, after `scale` and `shift`."""

    @property
    def scale(self) -> float:
        """What that number is multiplied by, positive."""

    @property
    def shift(self) -> float:
        """What is added to it then."""

    def predict(self, out: np.ndarray) -> Prediction | Quantities:
        """What the network's numbers mean, which lie along the last axis."""

    def told(self, out: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Probability and amount to tell readers, float64; nan where the target has none."""


@dataclass(frozen=True)
class Seen:
    """What a network says of the rows that it was trained on.

    Attributes:
        out: Its numbers, float32, shape (rows, outputs).
        y: Whether the outcome happened, float32 0/1, shape (rows,).
        weight: How many rows of a window each stands for, float32, shape (rows,).
        windows: How many windows they are of.
    """

    out: np.ndarray
    y: np.ndarray
    weight: np.ndarray
    windows: int


class Target(ABC):
    """What is predicted.

    Attributes:
        loss_name: The score by which models are compared; lower is better.
        calibration_name: The score that says how far off it is what predictions promise.
        rising: Whether the network's numbers rise, as quantiles do.
    """

    loss_name: ClassVar[str]
    calibration_name: ClassVar[str]
    rising: ClassVar[bool]

    @property
    @abstractmethod
    def outputs(self) -> int:
        """How many numbers the network says of a row."""

    @abstractmethod
    def varies(self, totals: Totals) -> bool:
        """Whether there is anything to learn from such rows."""

    @abstractmethod
    def usual(self, train: Spool) -> list[float]:
        """What the network says at first, of every row the same."""

    @abstractmethod
    def loss(self, out: tf.Tensor, y: tf.Tensor, amount: tf.Tensor, weight: tf.Tensor, usual: list[float]) -> tf.Tensor:
        """What training makes small, a scalar.

        Args:
            out: What the members say, shape (batch, members, outputs).
            y: Whether the outcome happened, 0/1, shape (batch,).
            amount: What it was worth, shape (batch,).
            weight: How much each row counts, shape (batch,).
            usual: From `usual`.
        """

    @abstractmethod
    def validation_loss(self, out: np.ndarray, rows: Rows) -> float:
        """What early stopping looks at, without calibration; `out` has the shape (rows, outputs)."""

    @abstractmethod
    def calibrate(self, out: np.ndarray, valid: Rows, seen: Seen) -> Calibrated:
        """Learn what the network's numbers mean.

        Args:
            out: What it says of the validation rows, shape (rows, outputs).
            valid: Their outcomes.
            seen: The same of the training rows.
        """

    @abstractmethod
    def read(self, raw: Mapping[str, Any]) -> Calibrated:
        """A calibration that was written as JSON."""

    @abstractmethod
    def said(self, calibration: Any, out: np.ndarray) -> np.ndarray:
        """What is scored: calibrated, the rows along the first axis."""

    @abstractmethod
    def constant(self, rows: Rows) -> np.ndarray:
        """The same for the best answer that doesn't look at the rows: their base rate."""

    @abstractmethod
    def scores(self, rows: Rows, said: np.ndarray) -> dict[str, float]:
        """All scores that can be computed, by name."""

    @abstractmethod
    def curve(self, rows: Rows, said: np.ndarray) -> dict[str, float]:
        """Points of a calibration curve by name, as far as the scores don't hold them."""
