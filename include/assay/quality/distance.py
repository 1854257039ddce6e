"""How far two histograms lie apart: beyond what chance puts between them, and by the measure that banks are used to."""

from __future__ import annotations

import numpy as np


def jensen_shannon(counts: np.ndarray, others: np.ndarray) -> tuple[float, float]:
    """Jensen and Shannon's distance (0..1, base 2) of two histograms, less what chance alone puts between them.

    A sample of n rows in k bins lies (k - 1) / (8 n ln 2) from what it was drawn from (Lin 1991; chi-square approximation).

    Args:
        counts: Rows in each bin, shape (n_bins,), some of them above zero.
        others: The same of the other histogram.

    Returns:
        The distance, and the spread that chance gives it.
    """
    rows, others_rows = counts.sum(), others.sum()
    p, q = counts / rows, others / others_rows
    middle = (p + q) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        divergence = (np.nansum(p * np.log2(p / middle)) + np.nansum(q * np.log2(q / middle))) / 2
    bins = max(int((counts + others > 0).sum()) - 1, 1)
    by_chance = bins * (1 / rows + 1 / others_rows) / (8 * np.log(2))
    spread = np.sqrt(2 * bins) * (1 / rows + 1 / others_rows) / (8 * np.log(2))
    return float(np.sqrt(max(divergence - by_chance, 0.0))), float(np.sqrt(spread))


def stability_index(counts: np.ndarray, others: np.ndarray) -> float:
    """Population stability index of two histograms: sum of (p - q) ln(p / q), 0 where they are equal.

    Each bin that either of them fills gets half a row more in both (the Jeffreys prior, Krichevsky and Trofimov 1981), so that
    a bin which one leaves empty counts by how sure that is. Banks take 0.1 for a shift, 0.25 for a large one (Siddiqi 2006).

    Args:
        counts: Rows in each bin, shape (n_bins,).
        others: The same of the other histogram.
    """
    filled = counts + others > 0
    p, q = (of[filled] + 0.5 for of in (counts, others))
    p, q = p / p.sum(), q / q.sum()
    return float(np.sum((p - q) * np.log(p / q)))
