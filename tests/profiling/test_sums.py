from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.profiling.sums import exact_sum

FINITE = st.floats(allow_nan=False, allow_infinity=False)


def test_what_rounding_would_swallow_is_there():
    numbers = np.array([1e308, 1.0, -1e308, 5e-324, np.nan, np.inf])
    assert exact_sum([(numbers, None)]) == 1.0
    assert exact_sum([(np.array([0.1, 0.3]), np.array([10, 0]))]) == 1.0
    assert exact_sum([]) == 0.0
    assert exact_sum([(np.array([1.7e308, 1.7e308]), None)]) == math.inf


@given(st.lists(st.lists(FINITE, max_size=20), max_size=4), st.randoms(use_true_random=False))
def test_it_is_the_exact_sum_rounded_once_in_any_order(parts, shuffle):
    exact = sum((Fraction(number) for part in parts for number in part), Fraction(0))
    if abs(exact) > Fraction(1.7e308):
        return
    arrays = [(np.array(part), None) for part in parts]
    assert exact_sum(arrays) == float(exact)
    numbers = [number for part in parts for number in part]
    shuffle.shuffle(numbers)
    assert exact_sum([(np.array(numbers), None)]) == float(exact)


@given(st.lists(st.tuples(FINITE.filter(lambda x: abs(x) < 1e300), st.integers(0, 2**30)), max_size=20))
def test_a_number_counts_as_often_as_it_is_said_to(pairs):
    numbers, times = np.array([x for x, _ in pairs]), np.array([n for _, n in pairs], dtype=np.int64)
    assert exact_sum([(numbers, times)]) == pytest.approx(float(sum(Fraction(x) * n for x, n in pairs)), rel=0)
