"""How two columns go together, each by a measure that fits what they hold.

Columns come as codes: whole numbers from 0, one for each different value, in the values' order where they have one; -1 where
there is none. All sums are of whole numbers, so that the order of rows changes no digit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, stdtr

FEWEST = 20  # rows that tell anything
_DENSE = 4_000_000  # cells up to which a table of two columns is written out


@dataclass(frozen=True)
class Association:
    """How closely two columns go together.

    Attributes:
        strength: -1..1 where both columns have an order, else 0..1; 0 is unrelated.
        chance: Probability that unrelated columns look at least as related, 0..1.
        rows: Rows with a value in both.
    """

    strength: float
    chance: float
    rows: int


def spearman(one: np.ndarray, other: np.ndarray) -> Association | None:
    """Spearman's rank correlation of two ordered columns; None where too few rows have both or one doesn't vary.

    Args:
        one: Codes, shape (n,), at most a million.
        other: Codes, shape (n,).

    Source: Spearman 1904; Student's distribution with n - 2 degrees of freedom as in Kendall and Stuart 1973, 31.19.
    """
    one, other = _complete(one, other)
    rows = len(one)
    if rows < FEWEST:
        return None
    x, y = _ranks(one), _ranks(other)
    across, of_x, of_y = int(x @ y), int(x @ x), int(y @ y)
    if not of_x or not of_y:
        return None
    strength = across / float(np.sqrt(float(of_x) * float(of_y)))
    left = 1 - strength ** 2
    chance = 2 * float(stdtr(rows - 2, -abs(strength) * np.sqrt((rows - 2) / left))) if left > 0 else 0.0
    return Association(min(max(strength, -1.0), 1.0), chance, rows)


def cramers_v(one: np.ndarray, other: np.ndarray) -> Association | None:
    """Cramér's V of two columns of categories, less what chance alone adds; None where one doesn't vary.

    Args:
        one: Codes, shape (n,).
        other: Codes, shape (n,).

    Source: Bergsma, A bias-correction for Cramér's V and Tschuprow's T, 2013.
    """
    one, other = _complete(one, other)
    rows = len(one)
    if rows < FEWEST:
        return None
    in_one, in_other = np.bincount(one), np.bincount(other)
    r, k = int((in_one > 0).sum()), int((in_other > 0).sum())
    if min(r, k) < 2:
        return None
    cells, counts = _cells(one, other, len(in_one), len(in_other))
    expected = in_one[cells // len(in_other)].astype(float) * in_other[cells % len(in_other)]
    squared = max(float((counts.astype(float) ** 2 / expected).sum()) - 1, 0.0)  # chi square per row
    corrected = max(squared - (r - 1) * (k - 1) / (rows - 1), 0.0)
    most = min(r - (r - 1) ** 2 / (rows - 1), k - (k - 1) ** 2 / (rows - 1)) - 1
    strength = min(float(np.sqrt(corrected / most)), 1.0) if most > 0 else 0.0
    return Association(strength, float(chdtrc((r - 1) * (k - 1), squared * rows)), rows)


def correlation_ratio(groups: np.ndarray, numbers: np.ndarray) -> Association | None:
    """How far categories tell an ordered column: the correlation ratio of its ranks, less what chance alone adds.

    Args:
        groups: Codes of the categories, shape (n,).
        numbers: Codes of the ordered column, shape (n,).

    Returns:
        Its square is the share of the ranks' variance that lies between groups; None where one column doesn't vary.

    Source: Kelley 1935 (epsilon squared) for the strength, Kruskal and Wallis 1952 for the chance.
    """
    groups, numbers = _complete(groups, numbers)
    rows = len(groups)
    if rows < FEWEST:
        return None
    ranks, sizes = _ranks(numbers), np.bincount(groups)
    there = sizes > 0
    k, whole = int(there.sum()), float(int(ranks @ ranks))
    if k < 2 or not whole or rows <= k:
        return None
    sums = np.bincount(groups, ranks)[there]  # of whole numbers below 2**53
    between = float((sums ** 2 / sizes[there]).sum())
    squared = (between - (k - 1) * (whole - between) / (rows - k)) / whole
    return Association(float(np.sqrt(min(max(squared, 0.0), 1.0))), float(chdtrc(k - 1, (rows - 1) * between / whole)), rows)


def missing_together(missing: np.ndarray) -> dict[tuple[int, int], Association]:
    """Phi of each pair of columns' gaps: 1 where they are missing in the same rows, -1 where always one of them alone is.

    Args:
        missing: Whether a row has no value, shape (n_rows, n_columns).

    Returns:
        By places of two columns, the lesser first; none of columns without gaps or without values.
    """
    rows = len(missing)
    if rows < FEWEST:
        return {}
    alone = missing.sum(axis=0).tolist()
    ones = missing.astype(np.float32)  # counts below 2**24 are exact
    both = (ones.T @ ones).astype(np.int64).tolist()
    found = {}
    for a, of_a in enumerate(alone):
        for b in range(a + 1, len(alone)):
            spread = of_a * (rows - of_a) * alone[b] * (rows - alone[b])
            if spread:
                phi = (rows * both[a][b] - of_a * alone[b]) / float(np.sqrt(float(spread)))
                found[a, b] = Association(min(max(phi, -1.0), 1.0), float(chdtrc(1, rows * phi ** 2)), rows)
    return found


def _complete(one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rows that have both."""
    both = (one >= 0) & (other >= 0)
    return (one, other) if both.all() else (one[both], other[both])


def _ranks(codes: np.ndarray) -> np.ndarray:
    """Twice the mean rank of each row less twice the mean of all, whole numbers, shape (n,)."""
    counts = np.bincount(codes)
    doubled: np.ndarray = (2 * np.cumsum(counts) - counts - len(codes))[codes]
    return doubled


def _cells(one: np.ndarray, other: np.ndarray, wide: int, high: int) -> tuple[np.ndarray, np.ndarray]:
    """Filled cells of the table of two columns, numbered by rows, and how many rows each has."""
    joint = one.astype(np.int64) * high + other
    if wide * high > _DENSE:
        cells, counts = np.unique(joint, return_counts=True)
        return cells, counts
    counts = np.bincount(joint, minlength=wide * high)
    cells = np.flatnonzero(counts)
    return cells, counts[cells]
