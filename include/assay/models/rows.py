"""Feature tables with their outcomes, as rows to train or score on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from assay.features.exposures import PROPENSITY
from assay.features.table import FeatureTables
from assay.features.windows import WindowRole
from assay.models.encoding import Encoded, together

if TYPE_CHECKING:
    import pandas as pd

_TRAIN_UNTIL, _VALIDATE_UNTIL = 0.60, 0.75  # shares of the entities, where the outcome has no time


@dataclass(frozen=True)
class Rows:
    """Encoded rows with outcomes.

    Attributes:
        encoded: The features.
        y: float32 0/1, shape (rows,).
        amount: float32, shape (rows,); what the outcome was worth, 0 where it didn't happen.
        weight: float32, shape (rows,); how many rows of the window each stands for.
    """

    encoded: Encoded
    y: np.ndarray
    amount: np.ndarray
    weight: np.ndarray

    def take(self, rows: np.ndarray | slice) -> Rows:
        """The rows of these positions."""
        return Rows(self.encoded.take(rows), self.y[rows], self.amount[rows], self.weight[rows])

    def compact(self) -> Rows:
        """The same rows, without the things that none of them names."""
        places = self.encoded.places.copy()
        named = [np.unique(column, return_inverse=True) for column in places.T]
        for n, (_, at) in enumerate(named):
            places[:, n] = at
        numbers, categories = (tuple(table[kept] for table, (kept, _) in zip(tables, named, strict=True))
                               for tables in (self.encoded.numbers, self.encoded.categories))
        return Rows(Encoded(numbers, categories, places), self.y, self.amount, self.weight)


def put_together(parts: Sequence[Rows]) -> Rows:
    """Rows of several windows behind one another."""
    return Rows(together([part.encoded for part in parts]),
                *(np.concatenate([getattr(part, name) for part in parts]) for name in ("y", "amount", "weight")))


def thin_negatives(y: np.ndarray, most: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Keep all rows with the outcome and at most `most` times as many without.

    Returns:
        Positions of the kept rows, ascending, and their weights, which keep the base rate as it was.
    """
    positive, negative = np.flatnonzero(y > 0), np.flatnonzero(y <= 0)
    kept = negative
    if len(negative) > most * max(1, len(positive)):
        kept = rng.choice(negative, most * max(1, len(positive)), replace=False)
    weight = np.ones(len(y), np.float32)
    weight[negative] = len(negative) / max(1, len(kept))
    chosen = np.sort(np.concatenate([positive, kept]))
    return chosen, weight[chosen]


def join_labels(features: FeatureTables, labels: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """Outcome and amount of each candidate; one without a label had no outcome.

    Returns:
        y (0/1) and amount, float32, shape (rows,).
    """
    joined = _joined(features, labels, "y", "amount")
    return (joined["y"].fillna(0).to_numpy(np.float32), joined["amount"].fillna(0).to_numpy(np.float32))


def join_propensity(features: FeatureTables, labels: pa.Table) -> np.ndarray:
    """The chance with which each candidate was shown in the window, float64, shape (rows,); NaN where it was not."""
    return np.asarray(_joined(features, labels, PROPENSITY)[PROPENSITY].to_numpy(np.float64))


def _joined(features: FeatureTables, labels: pa.Table, *columns: str) -> pd.DataFrame:
    """These columns of each candidate's label, missing where there is none."""
    keys = features.entity
    left = features.rows.select(keys).to_pandas()
    return left.merge(labels.select([*keys, *columns]).to_pandas(), on=keys, how="left", validate="many_to_one")


def share_of(features: FeatureTables, role: WindowRole) -> np.ndarray:
    """Positions of the rows that serve `role` where entities, not days, are split: by a hash of their keys."""
    keys = features.rows.select(features.entity).to_pylist()
    draw = np.array([int.from_bytes(hashlib.sha256("|".join(str(v) for v in row.values()).encode()).digest()[:6], "big") / 2**48
                     for row in keys])
    low, high = {WindowRole.TRAIN: (0.0, _TRAIN_UNTIL), WindowRole.VALIDATE: (_TRAIN_UNTIL, _VALIDATE_UNTIL),
                 WindowRole.OUTCOME: (_VALIDATE_UNTIL, 1.0), WindowRole.SERVE: (0.0, 1.0)}[role]
    return np.flatnonzero((draw >= low) & (draw < high))
