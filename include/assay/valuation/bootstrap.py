"""Intervals by drawing clusters (users, entities) with replacement."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

DRAWS = 1000
_CHUNK = 100


def draw_seed(clusters: Sequence[str]) -> int:
    """Seed of the draws from some clusters, the same whoever draws them.

    So values of several games are drawn in pairs where these have the same clusters, and apart where they don't.
    """
    return int.from_bytes(hashlib.sha256("\n".join(clusters).encode()).digest()[:4], "big")


def bootstrap_sums(per_cluster: np.ndarray, *, draws: int = DRAWS, seed: int) -> np.ndarray:
    """Sums over resampled clusters, the same draws for every row.

    Args:
        per_cluster: Money, shape (rows, clusters).
        draws: Number of resamples.
        seed: Of the draws: equal seeds and cluster counts give paired draws.

    Returns:
        Money, shape (draws, rows).
    """
    clusters = per_cluster.shape[1]
    rng = np.random.default_rng(seed)
    out = np.empty((draws, per_cluster.shape[0]))
    for start in range(0, draws, _CHUNK):  # in chunks: memory stays bounded whatever the number of clusters
        n = min(_CHUNK, draws - start)
        counts = rng.multinomial(clusters, np.full(clusters, 1 / clusters), size=n)
        out[start:start + n] = counts @ per_cluster.T
    return out


def interval(sums: np.ndarray, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Percentile interval of bootstrap sums, shape (draws, rows): lower and upper ends, shape (rows,)."""
    tail = (1 - level) / 2
    return np.quantile(sums, tail, axis=0), np.quantile(sums, 1 - tail, axis=0)
