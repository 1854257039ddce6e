"""Training rows in files of a folder of their own, so that memory doesn't grow with their number.

Chunks are written once and read in every pass: a few at a time, in random order, whose rows are mixed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from assay.models.encoding import Encoded
from assay.models.rows import Rows, put_together

_CHUNK_ROWS = 32_768
_MIXED = 6  # chunks whose rows are mixed at a time


@dataclass
class Totals:
    """What is known of all rows together.

    Attributes:
        rows: How many there are.
        weight: Rows of the windows that they stand for.
        happened: Of these, how many had the outcome.
        amount: What the outcomes were worth, losses left aside.
        outcomes: Rows with the outcome.
    """

    rows: int = 0
    weight: float = 0.0
    happened: float = 0.0
    amount: float = 0.0
    outcomes: int = 0

    def count(self, rows: Rows) -> None:
        """Add these rows."""
        self.rows += len(rows.y)
        self.weight += float(rows.weight.sum(dtype=np.float64))
        self.happened += float((rows.weight * rows.y).sum(dtype=np.float64))
        self.amount += float(np.maximum(rows.amount, 0)[rows.y > 0].sum(dtype=np.float64))
        self.outcomes += int((rows.y > 0).sum())


class Spool:
    """Rows on disk; a context manager, whose end removes them.

    Attributes:
        totals: Of the rows that were added.
    """

    def __init__(self) -> None:
        self.totals = Totals()
        self._folder = tempfile.TemporaryDirectory(prefix="assay-rows-")
        self._chunks: list[Path] = []

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._folder.cleanup()

    def __len__(self) -> int:
        """Number of chunks."""
        return len(self._chunks)

    def add(self, rows: Rows) -> None:
        """Write rows, as chunks of at most `_CHUNK_ROWS`, each with the things that it names."""
        self.totals.count(rows)
        for start in range(0, len(rows.y), _CHUNK_ROWS):
            part = rows.take(slice(start, start + _CHUNK_ROWS)).compact()
            path = Path(self._folder.name) / f"{len(self._chunks)}.npz"
            arrays: dict[str, Any] = {"y": part.y, "amount": part.amount, "weight": part.weight}
            for n, (numbers, categories) in enumerate(zip(part.encoded.numbers, part.encoded.categories, strict=True)):
                arrays |= {f"numbers_{n}": numbers, f"categories_{n}": categories}
            np.savez(path, places=part.encoded.places, **arrays)
            self._chunks.append(path)

    def chunk(self, number: int) -> Rows:
        """Rows of one chunk."""
        with np.load(self._chunks[number], allow_pickle=False) as arrays:
            tables = range(arrays["places"].shape[1])
            encoded = Encoded(tuple(arrays[f"numbers_{n}"] for n in tables), tuple(arrays[f"categories_{n}"] for n in tables),
                              arrays["places"])
            return Rows(encoded, arrays["y"], arrays["amount"], arrays["weight"])

    def batches(self, size: int, rng: np.random.Generator) -> Iterator[Rows]:
        """One pass over all rows in random order, in batches of exactly `size`; the last rows, which fill none, stay out.

        Args:
            size: Rows per batch.
            rng: Draws the order of the chunks, and of the rows of those that are read together.
        """
        order, left = rng.permutation(len(self._chunks)), None
        for start in range(0, len(order), _MIXED):
            parts = [self.chunk(n) for n in order[start:start + _MIXED]]
            mixed = put_together([*([left] if left is not None else []), *parts])
            rows = rng.permutation(len(mixed.y))
            whole = len(rows) - len(rows) % size
            for at in range(0, whole, size):
                yield mixed.take(rows[at:at + size])
            left = mixed.take(rows[whole:]).compact()  # what it names is all that stays of what is mixed now
