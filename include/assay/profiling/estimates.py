"""What a sample of a column's values says of all of them, and how far it may be off.

Values are drawn each on its own by a hash (`nearly_unique`), with all of their rows. A total over all values is estimated by
the total over the drawn ones, each standing for as many as its weight says. Standard errors are those of Horvitz and Thompson's
estimator under Poisson sampling, linearised as a ratio to the known number of rows (Särndal, Swensson and Wretman 1992, 5.6).
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assay.profiling.nearly_unique import ALWAYS


def weights(values: pa.ChunkedArray, rows: np.ndarray, rest: int) -> np.ndarray:
    """How many values each listed one stands for, so that the rows add up: 1 for those that are always listed.

    Args:
        values: Listed values, shape (n,), without nulls.
        rows: That hold each, shape (n,).
        rest: Rows that hold a value which is not listed.
    """
    always = np.asarray(pc.is_in(values, value_set=pa.array(ALWAYS)))
    drawn = int(rows[~always].sum())
    return np.where(always, 1.0, 1.0 + rest / drawn if drawn else 1.0)


def share_error(inside: float, outside: float, share: float, whole: float) -> float:
    """Standard error of a share of the rows.

    Args:
        inside: Sum over drawn values inside the share of weight * (weight - 1) * rows ** 2.
        outside: The same over those outside.
        share: 0..1.
        whole: Rows of all values.
    """
    return float(np.sqrt((1 - share) ** 2 * inside + share ** 2 * outside) / whole)


def mean_error(readings: np.ndarray, rows: np.ndarray, weight: np.ndarray, mean: float) -> float:
    """Standard error of the mean of a reading over all rows, in the reading's unit.

    Args:
        readings: Of each drawn value, shape (n,).
        rows: That hold each, shape (n,).
        weight: Of each, shape (n,).
        mean: The estimate.
    """
    spread = weight * (weight - 1) * (rows * (readings - mean)) ** 2
    return float(np.sqrt(spread.sum()) / (rows * weight).sum())


def distinct_error(drawn: int, weight: int) -> float:
    """Standard error of the number of different values, of which one in `weight` was drawn."""
    return float(np.sqrt(weight * (weight - 1.0) * drawn))
