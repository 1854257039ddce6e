"""The network of the textbook beside ours: Dense 64-32-1, SGD 0.01, ten epochs in batches of 32, on one table of features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assay.models.encoding import TokenCode
from assay.models.learn import SCORED_ROWS, LabelledWindow, same_draw
from assay.models.metrics import scores

if TYPE_CHECKING:
    import keras

SAMPLE = 60_000  # training rows: ten epochs of all of them would take longer than the outcome model
_EPOCHS, _BATCH, _RATE = 10, 32, 0.01
_LEAST_DEVIATION = 1e-6
_FARTHEST = 8.0  # standard deviations; a single amount could blow up plain gradient descent
_STEPS_AT_ONCE = 128  # of a batch that small the way from Python costs more than its sums


@dataclass(frozen=True)
class Textbook:
    """The trained network and what its inputs are standardised by.

    Attributes:
        network: Outputs the probability of the outcome.
        mean: Of each input, shape (inputs,); the others likewise.
        deviation: Its standard deviation.
    """

    network: keras.Model
    mean: np.ndarray
    deviation: np.ndarray

    def probability(self, x: np.ndarray) -> np.ndarray:
        """Of the outcome, shape (rows,); x has shape (rows, inputs)."""
        found: np.ndarray = self.network.predict(_standardised(x, self.mean, self.deviation), batch_size=8192, verbose=0)
        return found[:, 0]


def fit_textbook(x: np.ndarray, y: np.ndarray, seed: int, epochs: int = _EPOCHS) -> Textbook:
    """Train on standardised inputs with binary cross-entropy. Neither early stopping nor calibration: that is it.

    Args:
        x: Inputs, shape (rows, inputs); where they are missing (nan) they count as their mean.
        y: 0/1, shape (rows,).
        seed: Of weights and order.
        epochs: Passes over the rows.
    """
    import keras

    keras.utils.set_random_seed(seed)
    known = np.isfinite(x)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, x, 0).sum(axis=0, dtype=np.float64) / count
    deviation = np.sqrt((np.where(known, x - mean, 0) ** 2).sum(axis=0) / count) + _LEAST_DEVIATION
    network = keras.Sequential([keras.layers.Dense(64, activation="relu"), keras.layers.Dense(32, activation="relu"),
                                keras.layers.Dense(1, activation="sigmoid")])
    network.compile(keras.optimizers.SGD(_RATE), "binary_crossentropy", jit_compile=False, steps_per_execution=_STEPS_AT_ONCE)
    network.fit(_standardised(x, mean, deviation), y, epochs=epochs, batch_size=_BATCH, verbose=0)
    return Textbook(network, mean, deviation)


def _standardised(x: np.ndarray, mean: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    z = np.clip((x - mean) / deviation, -_FARTHEST, _FARTHEST)
    return np.where(np.isfinite(x), z, 0).astype(np.float32)


def textbook_scores(train: Sequence[LabelledWindow], valid: Sequence[LabelledWindow], codes: Sequence[TokenCode],
                    seed: int) -> dict[str, float]:
    """Scores by name of the textbook network, trained on about `SAMPLE` rows, on the validation rows of every model.

    Categories are the mean outcome of their value, a missing one is a value like the others.

    Args:
        train: Training windows.
        valid: Validation windows.
        codes: The outcome model's, of which the same features are read.
        seed: Of sample, weights and order; the outcome model's, so that the validation rows are the same.
    """
    sample, y = _drawn(train, SAMPLE // len(train), np.random.default_rng(seed))
    later, happened = _drawn(valid, SCORED_ROWS, same_draw(seed))
    numbers = [number.column for code in codes for number in code.numbers]
    means = {category.column: _means(sample, y, category.column) for code in codes for category in code.categories}
    found = fit_textbook(_inputs(sample, numbers, means), y, seed).probability(_inputs(later, numbers, means))
    return scores(happened, found)


def _drawn(windows: Sequence[LabelledWindow], most: int, rng: np.random.Generator) -> tuple[list[pa.Table], np.ndarray]:
    """Wide tables of some candidates, and their outcomes."""
    parts = [(features.wide(), y) for window in windows for features, y, _ in window.some(most, rng)]
    return [table for table, _ in parts], np.concatenate([y for _, y in parts])


def _means(tables: Sequence[pa.Table], y: np.ndarray, name: str) -> dict[str | None, float]:
    """Value -> mean outcome of the rows that have it."""
    column = pa.chunked_array([chunk for table in tables for chunk in _column(table, name, pa.string()).chunks], pa.string())
    found = pa.table({"value": column, "y": y}).group_by("value").aggregate([("y", "mean")])
    return {row["value"]: row["y_mean"] for row in found.to_pylist()}


def _inputs(tables: Sequence[pa.Table], numbers: Sequence[str], means: Mapping[str, Mapping[str | None, float]]) -> np.ndarray:
    """Float64, shape (rows, inputs); nan where something is missing."""
    parts = []
    for table in tables:
        columns = [_column(table, name, pa.float64()).to_numpy() for name in numbers]
        columns += [_as_means(_column(table, name, pa.string()), found) for name, found in means.items()]
        parts.append(np.column_stack(columns))
    return np.concatenate(parts)


def _as_means(column: pa.ChunkedArray, means: Mapping[str | None, float]) -> np.ndarray:
    """A value that the sample hasn't got is missing."""
    at = pc.index_in(column, value_set=pa.array(list(means), pa.string()))
    places = np.asarray(pc.fill_null(at, len(means)).to_numpy(), np.int64)
    return np.asarray([*means.values(), np.nan])[places]


def _column(table: pa.Table, name: str, kind: pa.DataType) -> pa.ChunkedArray:
    """A feature as this type, missing everywhere where the window hasn't got it."""
    return table.column(name).cast(kind) if name in table.column_names else pa.chunked_array([pa.nulls(table.num_rows, kind)])
