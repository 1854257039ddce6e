from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.profiling.gaps import day_gaps

MONDAY = dt.date(2017, 1, 2)


def _days(*days: dt.date) -> np.ndarray:
    return np.array(sorted((day - dt.date(1970, 1, 1)).days for day in days))


def _every(step: int, count: int, without: tuple[int, ...] = ()) -> np.ndarray:
    return _days(*(MONDAY + dt.timedelta(step * n) for n in range(count) if n not in without))


def test_a_hole_in_daily_rows():
    gaps = day_gaps(_every(1, 10, without=(3, 4, 8)))
    assert (gaps.days, gaps.missing, gaps.unexplained, gaps.longest, gaps.step) == (7, 3, 3, 2, 1)
    assert gaps.longest_from == _days(MONDAY + dt.timedelta(3))[0]
    assert gaps.weekdays == [1, 0.5, 1, 0, 0, 1, 1]


def test_weekends_without_rows_are_explained_and_a_missing_tuesday_is_not():
    working = [MONDAY + dt.timedelta(n) for n in range(60) if n % 7 < 5 and n != 15]
    gaps = day_gaps(_days(*working))
    assert gaps.missing == 60 - 1 - len(working) + 1 and gaps.unexplained == 1 and gaps.weekdays[5:] == [0, 0]


def test_weekly_rows_miss_the_weeks_alone():
    gaps = day_gaps(_every(7, 10, without=(4, 5)))
    assert (gaps.step, gaps.unexplained, gaps.longest, gaps.missing) == (7, 2, 20, 64 - 8)


def test_monthly_rows_have_no_weekday_to_go_by():
    gaps = day_gaps(_days(*(dt.date(2017, month, 1) for month in range(1, 13))))
    assert gaps.unexplained is None and gaps.step == 31 and gaps.longest == 30


def test_a_single_day_has_no_gap_and_no_step():
    gaps = day_gaps(np.array([-5]))
    assert (gaps.days, gaps.missing, gaps.longest, gaps.longest_from, gaps.step) == (1, 0, 0, None, None)
    assert gaps.weekdays == [None] * 5 + [1.0, None]  # 27 December 1969, a Saturday


@given(st.sets(st.integers(-800, 800), min_size=1, max_size=60))
def test_gaps_agree_with_a_walk_over_all_days(chosen):
    days = np.array(sorted(chosen))
    walk = range(days[0], days[-1] + 1)
    runs, run = [0], 0
    for day in walk:
        run = 0 if day in chosen else run + 1
        runs.append(run)
    gaps = day_gaps(days)
    assert (gaps.missing, gaps.longest) == (sum(day not in chosen for day in walk), max(runs))
    for weekday, share in enumerate(gaps.weekdays):
        offered = [day for day in walk if (dt.date(1970, 1, 1) + dt.timedelta(day)).weekday() == weekday]
        assert share == (pytest.approx(sum(day in chosen for day in offered) / len(offered)) if offered else None)
