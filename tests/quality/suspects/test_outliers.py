"""Numbers and times far out."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.catalog.builders import column_of

from assay.contracts.enums import SuspectKind
from assay.quality.suspects.outliers import outliers

DRAWS = {
    "normal": lambda rng: rng.normal(50, 10, 2000), "gamma": lambda rng: rng.gamma(2, 10, 2000),
    "lognormal": lambda rng: rng.lognormal(3, 1, 2000), "pareto": lambda rng: 10 * rng.pareto(1.5, 2000) + 10,
    "uniform": lambda rng: rng.uniform(0, 100, 2000), "counts": lambda rng: rng.poisson(20, 2000).astype(float)}


def found(values, name: str = "amount"):
    column = column_of(name, list(values))
    return {value: suspect.kind for suspect in outliers(column, column) for value in suspect.values}


@pytest.mark.parametrize("name", DRAWS)
def test_chance_alone_brings_no_outlier(name):
    assert sum(bool(found(DRAWS[name](np.random.default_rng(seed)).round(2))) for seed in range(20)) == 0


@pytest.mark.parametrize("name", ["normal", "gamma", "counts"])
def test_an_amount_in_another_unit_is_an_outlier(name):
    values = DRAWS[name](np.random.default_rng(3)).round(2)
    assert found([*values, 100_000.0, 120_000.0]) == {"120000.0": SuspectKind.OUTLIER, "100000.0": SuspectKind.OUTLIER}


def test_what_stands_for_no_value_is_told_as_such_however_many_rows_hold_it():
    values = DRAWS["gamma"](np.random.default_rng(5)).round(2)
    assert found([*values, *[99_999.0] * 300]) == {"99999.0": SuspectKind.PLACEHOLDER}
    assert found([*values, 9_999_999.0]) == {"9999999.0": SuspectKind.PLACEHOLDER}
    assert found([*values, *[-5_000.0] * 6]) == {"-5000.0": SuspectKind.PLACEHOLDER}


def test_times_far_from_all_others():
    start, rng = dt.datetime(2024, 3, 1), np.random.default_rng(7)
    times = [start + dt.timedelta(minutes=int(m)) for m in rng.integers(0, 14_400, 1000)]
    assert found([*times, dt.datetime(1900, 1, 1)], "sold_at") == {"1900-01-01 00:00:00": SuspectKind.PLACEHOLDER}
    assert found([*times, dt.datetime(2042, 5, 5)], "sold_at") == {"2042-05-05 00:00:00": SuspectKind.OUTLIER}
    assert found(times, "sold_at") == {}


def test_too_little_tells_nothing():
    assert found([]) == found([None] * 300) == found([1.0] * 500) == found([1.0, 2.0, 10_000.0]) == {}
    assert found([float("nan")] * 300 + [float("inf")] * 5 + [1.0] * 300) == {}


@settings(deadline=None, max_examples=20)
@given(st.sampled_from([0.01, 3.0, 1000.0]), st.integers(0, 5))
def test_the_unit_of_an_amount_changes_nothing(factor, seed):
    values = [*DRAWS["gamma"](np.random.default_rng(seed)), 1e6, 2e6]
    assert len(found([factor * value for value in values])) == len(found(values)) == 2
