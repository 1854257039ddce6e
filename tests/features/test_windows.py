from __future__ import annotations

import datetime as dt
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from assay.features.windows import WindowRole, plan_windows, split_entities


def test_the_windows_of_a_partition() -> None:
    """Sunday 2017-12-24: outcome from Monday the 18th, validation the week before, training on the Mondays before that."""
    found = [(w.role.value, str(w.cutoff), str(w.last_day)) for w in plan_windows(dt.date(2017, 12, 24), 7, 2)]
    assert found == [("train", "2017-11-27", "2017-12-03"), ("train", "2017-12-04", "2017-12-10"),
                     ("validate", "2017-12-11", "2017-12-17"), ("outcome", "2017-12-18", "2017-12-24"),
                     ("serve", "2017-12-25", "2017-12-31")]


def test_training_stays_on_its_grid_when_the_partition_moves_within_the_week() -> None:
    found = [(w.role.value, str(w.cutoff), str(w.last_day)) for w in plan_windows(dt.date(2017, 12, 27), 7, 2)]
    assert found == [("train", "2017-11-27", "2017-12-03"), ("train", "2017-12-04", "2017-12-10"),
                     ("validate", "2017-12-14", "2017-12-20"), ("outcome", "2017-12-21", "2017-12-27"),
                     ("serve", "2017-12-28", "2018-01-03")]


def test_windows_of_a_day() -> None:
    found = [(w.role.value, str(w.cutoff)) for w in plan_windows(dt.date(2020, 3, 1), 1, 1)]
    assert found == [("train", "2020-02-28"), ("validate", "2020-02-29"), ("outcome", "2020-03-01"), ("serve", "2020-03-02")]


def test_without_time_the_entities_are_split() -> None:
    assert [(w.role, w.cutoff, w.last_day) for w in split_entities()] == [
        (role, None, None) for role in (WindowRole.TRAIN, WindowRole.VALIDATE, WindowRole.OUTCOME)]


@settings(deadline=None, max_examples=200)
@given(st.dates(dt.date(2000, 1, 1), dt.date(2040, 1, 1)), st.integers(1, 60), st.integers(1, 12))
def test_no_window_serves_two_purposes_and_only_serving_looks_ahead(partition: dt.date, days: int, n_train: int) -> None:
    windows = plan_windows(partition, days, n_train)
    assert [w.role for w in windows] == [WindowRole.TRAIN] * n_train + [
        WindowRole.VALIDATE, WindowRole.OUTCOME, WindowRole.SERVE]
    for earlier, later in pairwise(windows):
        assert earlier.last_day < later.cutoff
    for window in windows:
        assert (window.last_day - window.cutoff).days == days - 1
        assert (window.last_day <= partition) == (window.role is not WindowRole.SERVE)
    assert windows[-2].last_day == partition


@settings(deadline=None, max_examples=100)
@given(st.dates(dt.date(2000, 1, 1), dt.date(2040, 1, 1)), st.integers(1, 60))
def test_neighbouring_partitions_share_training_windows(partition: dt.date, days: int) -> None:
    """Of the training windows of one day all but at most the newest are those of the day before."""
    today = [w.cutoff for w in plan_windows(partition, days, 4)[:4]]
    yesterday = [w.cutoff for w in plan_windows(partition - dt.timedelta(days=1), days, 4)[:4]]
    assert today == yesterday or today[:3] == yesterday[1:]
