"""Feature tables with their outcomes, as rows to train or score on."""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa

from assay.features.table import entity_of
from assay.features.windows import WindowRole

_TRAIN_UNTIL, _VALIDATE_UNTIL = 0.60, 0.75  # shares of the entities, where the outcome has no time


def join_labels(features: pa.Table, labels: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """Outcome and amount of each feature row; a row without a label had no outcome.

    Returns:
        y (0/1) and amount, float32, shape (rows,).
    """
    keys = entity_of(features)
    left = features.select(keys).to_pandas()
    joined = left.merge(labels.select([*keys, "y", "amount"]).to_pandas(), on=keys, how="left", validate="many_to_one")
    return (joined["y"].fillna(0).to_numpy(np.float32), joined["amount"].fillna(0).to_numpy(np.float32))


def share_of(features: pa.Table, role: WindowRole) -> np.ndarray:
    """Positions of the rows that serve `role` where entities, not days, are split: by a hash of their keys."""
    keys = features.select(entity_of(features)).to_pylist()
    draw = np.array([int.from_bytes(hashlib.sha256("|".join(str(v) for v in row.values()).encode()).digest()[:6], "big") / 2**48
                     for row in keys])
    low, high = {WindowRole.TRAIN: (0.0, _TRAIN_UNTIL), WindowRole.VALIDATE: (_TRAIN_UNTIL, _VALIDATE_UNTIL),
                 WindowRole.OUTCOME: (_VALIDATE_UNTIL, 1.0), WindowRole.SERVE: (0.0, 1.0)}[role]
    return np.flatnonzero((draw >= low) & (draw < high))
