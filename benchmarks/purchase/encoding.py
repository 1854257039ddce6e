"""Features as arrays for networks: numbers by their quantile, categories as positions in a vocabulary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

_LEVELS = 200  # quantiles per number
_LEAST = 20  # training rows below which a category's value counts as unknown


@dataclass(frozen=True)
class Encoded:
    """Rows as arrays.

    Attributes:
        numbers: float32, shape (rows, numbers): centred quantiles, -1.7..1.7, missing as 0, then flags of what is missing.
        categories: int32, shape (rows, categories): 0 for missing, rare or never seen in training.
    """

    numbers: np.ndarray
    categories: np.ndarray


class Encoder:
    """Learns quantiles and vocabularies from training rows.

    Attributes:
        numbers: Width of the encoded numbers.
        sizes: Values per category, with the unknown one.
    """

    def __init__(self, train: pd.DataFrame, columns: Sequence[str]) -> None:
        texts = [name for name in columns if train[name].dtype == "category"]
        self._knots = {name: _knots(train[name]) for name in columns if name not in texts}
        self._missing = [name for name in self._knots if train[name].isna().any()]
        self._values = {name: _frequent(train[name]) for name in texts}
        self.numbers = len(self._knots) + len(self._missing)
        self.sizes = tuple(len(values) + 1 for values in self._values.values())

    def __call__(self, rows: pd.DataFrame) -> Encoded:
        """Encode rows with the columns of the training rows."""
        numbers = np.empty((len(rows), self.numbers), np.float32)
        for at, (name, (values, levels)) in enumerate(self._knots.items()):
            numbers[:, at] = np.nan_to_num(np.interp(rows[name].astype(np.float32), values, levels))
        for at, name in enumerate(self._missing, start=len(self._knots)):
            numbers[:, at] = rows[name].isna()
        categories = np.empty((len(rows), len(self._values)), np.int32)
        for at, (name, values) in enumerate(self._values.items()):
            categories[:, at] = rows[name].cat.set_categories(values).cat.codes + 1
        return Encoded(numbers, categories)


def _knots(values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Quantiles of a number and their levels, of unit variance; a value of many rows takes the middle of its levels."""
    known = values.dropna().astype(np.float32)
    if known.empty:
        return np.zeros(1), np.zeros(1)
    levels = np.linspace(-np.sqrt(3), np.sqrt(3), _LEVELS + 1)
    quantiles, at = np.unique(np.quantile(known, np.linspace(0, 1, _LEVELS + 1)), return_inverse=True)
    return quantiles, np.bincount(at, levels) / np.bincount(at)


def _frequent(values: pd.Series) -> list[str]:
    counts = values.value_counts()
    return sorted(counts.index[counts >= _LEAST])


def crossed(rows: pd.DataFrame, categories: np.ndarray, buckets: int) -> np.ndarray:
    """Household × product and household × each category, hashed.

    Args:
        rows: With household_id and product_id.
        categories: Of the rows, as `Encoder` gives them.
        buckets: Values of each cross.

    Returns:
        int32, shape (rows, 1 + categories), each cross with its own range of `buckets` values.
    """
    household = rows.household_id.to_numpy(np.uint64)[:, None]
    other = np.column_stack([rows.product_id.to_numpy(np.uint64), categories.astype(np.uint64)])
    mixed = (household * np.uint64(0x9E3779B97F4A7C15)) ^ (other * np.uint64(0xC2B2AE3D27D4EB4F))
    mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    ranges = np.arange(other.shape[1], dtype=np.uint64) * np.uint64(buckets)
    return ((mixed >> np.uint64(32)) % np.uint64(buckets) + ranges).astype(np.int32)
