from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.profiling.estimates import distinct_error, mean_error, share_error, weights


def test_listed_values_stand_for_the_rest_and_special_ones_for_themselves():
    values = pa.chunked_array([["0", "7", "9"]])
    assert weights(values, np.array([50, 1, 3]), 1020).tolist() == [1, 256, 256]
    assert weights(values.slice(0, 1), np.array([50]), 10).tolist() == [1]


def test_errors_are_those_of_binomial_draws_where_rows_are_single():
    drawn, weight = 400, 256.0
    each = weight * (weight - 1)
    assert share_error(100 * each, 300 * each, 0.25, drawn * weight) == pytest.approx(
        np.sqrt(0.25 * 0.75 / drawn * (1 - 1 / weight)))
    readings = np.arange(400.0)
    assert mean_error(readings, np.ones(400), np.full(400, weight), readings.mean()) == pytest.approx(
        readings.std() / np.sqrt(drawn) * np.sqrt(1 - 1 / weight))
    assert distinct_error(drawn, 256) == pytest.approx(np.sqrt(256 * 255 * 400))


def test_the_error_is_what_repeated_draws_spread_by():
    rng = np.random.default_rng(7)
    readings, rows, weight = rng.normal(10, 3, 4000), rng.integers(1, 5, 4000), 8
    means, told = [], []
    for _ in range(300):
        drawn = rng.random(4000) < 1 / weight
        mean = float((readings * rows)[drawn].sum() / rows[drawn].sum())
        means.append(mean)
        told.append(mean_error(readings[drawn], rows[drawn], np.full(drawn.sum(), float(weight)), mean))
    assert np.std(means) == pytest.approx(np.mean(told), rel=0.15)


@given(st.lists(st.tuples(st.floats(-1e3, 1e3), st.integers(1, 9)), min_size=1, max_size=20))
def test_a_census_has_no_error(pairs):
    readings, rows = (np.array(column, float) for column in zip(*pairs, strict=True))
    assert mean_error(readings, rows, np.ones(len(pairs)), float(readings.mean())) == 0
