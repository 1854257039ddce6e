"""Sums of doubles that do not depend on the order in which they are added."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import numpy as np

_LOWEST = -1074  # the exponent of the smallest double
_EXPONENTS = 2100
_HALF = 27  # bits


def exact_sum(parts: Iterable[tuple[np.ndarray, np.ndarray | None]]) -> float:
    """The double nearest to the exact sum of finite numbers, each so many times.

    Every double is a whole number of 53 bits times a power of two: halves of the whole numbers are added for each power, in
    integers, which is exact up to 2^35 numbers.

    Args:
        parts: Numbers, shape (n,), any others left out, and how often each counts, shape (n,), by default once.

    Returns:
        Infinity where the sum is beyond the largest double.
    """
    high, low = np.zeros(_EXPONENTS, np.int64), np.zeros(_EXPONENTS, np.int64)
    for numbers, times in parts:
        finite = np.isfinite(numbers)
        fraction, exponent = np.frexp(numbers[finite])
        whole = np.ldexp(fraction, 53).astype(np.int64)
        place = exponent - _LOWEST
        upper, lower = whole >> _HALF, whole & ((1 << _HALF) - 1)
        if times is not None:
            upper, lower = upper * times[finite], lower * times[finite]
        np.add.at(high, place, upper)
        np.add.at(low, place, lower)
    total = sum(((int(high[place]) << _HALF) + int(low[place])) << int(place) for place in np.flatnonzero(high | low))
    exact = Fraction(total, 1 << (53 - _LOWEST))
    try:
        return float(exact)
    except OverflowError:
        return float("inf") if exact > 0 else float("-inf")
