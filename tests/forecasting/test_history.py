from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.inventory.builders import CASE, table, value_row

from assay.contracts.schemas import VALUES
from assay.forecasting.history import Point, Subject, days_between, in_reach, non_overlapping, shift, value_history


def test_reach_ends_before_the_partition_and_280_days_back() -> None:
    known = ["2017-12-24", "2017-12-23", "2017-12-22", "2017-03-18", "2017-03-17"]
    assert in_reach(known, "2017-12-23") == ["2017-03-18", "2017-12-22"]


def test_an_unvalued_night_is_a_gap_and_not_a_zero() -> None:
    tables = {
        "2017-01-15": [table(VALUES, [value_row("a", 3.0, 1.0, 5.0), value_row("b", None, reason="no data")])],
        "2017-01-08": [table(VALUES, [value_row("a", 2.0), value_row("b", 0.0, -1.0, 1.0)])],
    }
    history = value_history(tables)
    assert history[Subject(CASE, "a", "")] == [Point("2017-01-08", 2.0, None, None), Point("2017-01-15", 3.0, 1.0, 5.0)]
    assert history[Subject(CASE, "b", "")] == [Point("2017-01-08", 0.0, -1.0, 1.0)]


def test_neighbouring_nights_share_a_window_and_count_once() -> None:
    points = [Point(shift("2017-01-01", d), float(d), None, None) for d in range(15)]
    assert [p.value for p in non_overlapping(points, 7)] == [0.0, 7.0, 14.0]


@settings(deadline=None)
@given(st.sets(st.integers(0, 200), min_size=1), st.integers(1, 30))
def test_kept_points_are_a_window_apart_and_hold_the_newest(days: set[int], window: int) -> None:
    points = [Point(shift("2017-01-01", d), 0.0, None, None) for d in sorted(days)]
    kept = non_overlapping(points, window)
    assert kept[-1] == points[-1]
    assert all(days_between(a.partition, b.partition) >= window for a, b in pairwise(kept))
    for point in points:  # nothing that would fit between its neighbours was left out
        near = [k for k in kept if k.partition >= point.partition]
        assert point in kept or days_between(point.partition, near[0].partition) < window
