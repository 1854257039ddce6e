"""The encoders of a trained network by themselves: once per thing, not once per row that names it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from assay.models.encoding import Encoded
from assay.models.outcome import AFFINITY, ENCODERS

if TYPE_CHECKING:
    import keras

_BATCH = 16_384


@dataclass(frozen=True)
class TokenVectors:
    """What the encoders make of a window.

    Attributes:
        tables: Per table float32, shape (things, tokens of the table, size).
        heads: Of the behaviour encoder's heads: what makes vectors (rows, 1, size) of states and things.
        encoded: The window.
    """

    tables: tuple[np.ndarray, ...]
    heads: tuple[Callable, ...]
    encoded: Encoded

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.encoded)

    def take(self, rows: np.ndarray) -> TokenVectors:
        """The rows of these positions."""
        return TokenVectors(self.tables, self.heads, self.encoded.take(rows))

    def narrowed(self, network: keras.Model, numbers: Sequence[np.ndarray], categories: Sequence[np.ndarray]) -> TokenVectors:
        """The same of the things with some of their columns hidden; tables that keep all columns aren't encoded again.

        Args:
            network: The one that made the vectors.
            numbers: Per table, which of its numeric columns stay, bool, shape (columns,).
            categories: The same of its categorical columns.
        """
        found = []
        for n, (layer, table) in enumerate(zip(layers_of(network, ENCODERS), self.tables, strict=True)):
            if numbers[n].all() and categories[n].all():
                found.append(table)
            else:
                found.append(_encoded(layer, self.encoded.numbers[n] * numbers[n].astype(np.float32),
                                      self.encoded.categories[n] * categories[n].astype(np.int32)))
        return TokenVectors(tuple(found), self.heads, self.encoded)

    def of(self, rows: np.ndarray | slice) -> np.ndarray:
        """Vectors of these rows, float32, shape (rows, tokens, size)."""
        places, state = self.encoded.places[rows], len(self.tables)
        found = [table[places[:, n]] for n, table in enumerate(self.tables)]
        if self.heads:
            states = self.encoded.numbers[state][places[:, state]]
            found += [head(states, self.encoded.numbers[n][places[:, n]]).numpy()
                      for n, head in enumerate(self.heads, state + 1)]
        return np.concatenate(found, axis=1)


def layers_of(network: keras.Model, kind: str) -> list[keras.layers.Layer]:
    """The layers whose names begin with ENCODERS or AFFINITY, in order."""
    return [layer for layer in network.layers if layer.name.startswith(kind)]


def token_vectors(network: keras.Model, encoded: Encoded) -> TokenVectors:
    """What the encoders make of every thing that rows name."""
    tables = tuple(_encoded(layer, numbers, categories) for layer, numbers, categories
                   in zip(layers_of(network, ENCODERS), encoded.numbers, encoded.categories, strict=False))
    return TokenVectors(tables, tuple(layer.compiled for layer in layers_of(network, AFFINITY)), encoded)


def _encoded(layer: keras.layers.Layer, numbers: np.ndarray, categories: np.ndarray) -> np.ndarray:
    """A table's things as vectors, float32, shape (things, tokens of the table, size)."""
    return np.concatenate([layer.compiled(numbers[start:start + _BATCH], categories[start:start + _BATCH]).numpy()
                           for start in range(0, len(numbers), _BATCH)])
