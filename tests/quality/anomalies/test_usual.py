"""What is learned from a history of one number."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.quality.anomalies.readings import Reading, Scale
from assay.quality.anomalies.usual import FEWEST, Usual, compare

RATE = 1e-4


def days(count: int) -> list[str]:
    return [(dt.date(2024, 1, 1) + dt.timedelta(n)).isoformat() for n in range(count)]


def judged(values: list[float], new: float, scale: Scale = Scale.COUNT, rows: int = 10_000) -> Usual | None:
    labels = days(len(values) + 1)
    history = [(label, Reading(value, scale, rows)) for label, value in zip(labels, values, strict=False)]
    return compare(history, labels[-1], Reading(new, scale, rows), RATE)


def unusual(values: list[float], new: float, scale: Scale = Scale.COUNT, rows: int = 10_000) -> bool:
    found = judged(values, new, scale, rows)
    assert found is not None
    return found.unusual


def test_nothing_is_said_of_a_short_history():
    assert judged([100.0] * (FEWEST - 1), 1e6) is None
    assert unusual([100.0] * FEWEST, 1e6)


@pytest.mark.parametrize(("new", "is_unusual"), [(1000, False), (1250, False), (400, True), (2000, True), (0, True)])
def test_a_steady_number_may_move_by_what_does_not_matter(new: float, is_unusual: bool):
    assert unusual([1000.0 + n % 5 for n in range(28)], new) is is_unusual


def test_weekdays_are_compared_with_their_own():
    week = [1000.0, 1010, 990, 1005, 995, 100, 90]
    values = week * 6  # the next day is a Monday
    assert not unusual(values, 1000)
    assert unusual(values, 100)
    assert not unusual(values + week[:5], 95)  # a Saturday
    assert unusual(values + week[:5], 1000)


def test_what_grows_is_expected_to_grow():
    values = [1000.0 * 1.05 ** n for n in range(40)]
    assert not unusual(values, 1000 * 1.05 ** 40)
    assert unusual(values, 1000.0)


def test_one_bad_day_hides_no_second_one():
    values = [1000.0 + n % 7 for n in range(30)]
    values[20] = 10.0
    assert unusual(values, 10.0)
    values[10] = 10.0
    assert not unusual(values, 10.0)  # twice is a habit


def test_few_rows_vary_more():
    history = [0.1] * 20
    assert unusual(history, 0.3, Scale.SHARE, rows=10_000)
    assert not unusual(history, 0.3, Scale.SHARE, rows=10)


def test_a_gap_where_there_was_none_matters():
    assert unusual([0.0] * 20, 0.01, Scale.SHARE)
    assert not unusual([0.0] * 20, 0.0005, Scale.SHARE)


@given(st.lists(st.floats(0, 1e9), min_size=FEWEST, max_size=60), st.floats(0, 1e9), st.sampled_from(Scale))
@settings(max_examples=200, deadline=None)
def test_bounds_are_finite_and_hold_what_is_usual(values: list[float], new: float, scale: Scale):
    if scale in (Scale.SHARE, Scale.DISTANCE):
        values, new = [value / 1e9 for value in values], new / 1e9
    found = judged(values, new, scale)
    assert found is not None and np.isfinite([found.low, found.high, found.score]).all()
    assert found.low <= found.high
    if not found.unusual:
        assert found.low <= new * (1 + 1e-6) + 1e-6 and new <= found.high * (1 + 1e-6) + 1e-6


def test_false_alarms_are_as_rare_as_asked_for():
    """Histories drawn from one distribution: at most the rate, here with room for what chance does in 2,000 draws."""
    rng = np.random.default_rng(5)
    alarms = sum(compare([(label, Reading(float(v), Scale.HOURS, 1)) for label, v in zip(days(21), draw, strict=False)],
                         days(21)[-1], Reading(float(draw[-1]), Scale.HOURS, 1), 0.01).unusual  # type: ignore[union-attr]
                 for draw in rng.normal(0, 50, (2000, 21)))
    assert alarms / 2000 <= 0.02
