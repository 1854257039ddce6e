"""Ranges that hold what they promise: widened or narrowed by how past ones missed.

Conformalised quantile regression on past trials of the same forecaster, kind and horizon, each miss in units of its own half
range, so that large and small assets calibrate each other. The promise is on average over subjects and nights, as far as
the coming ones are like the past.

Source: Romano, Patterson & Candès, Conformalized Quantile Regression (2019).
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from assay.forecasting.spread import Quantiles

COVERAGE = 0.8  # between p10 and p90


def correction(misses: np.ndarray) -> float:
    """Half ranges to add on either side, negative to narrow.

    Args:
        misses: Of past trials, by how many half ranges what came lay beyond the range, ascending, shape (trials,).
    """
    rank = math.ceil((len(misses) + 1) * COVERAGE)
    return float(misses[min(rank, len(misses)) - 1])


def corrected(said: Quantiles, by: float) -> Quantiles:
    """The range widened by so many half ranges; it always keeps the median."""
    width = by * (said.p90 - said.p10) / 2
    return replace(said, p10=min(said.p50, said.p10 - width), p90=max(said.p50, said.p90 + width))
