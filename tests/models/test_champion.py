from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.models.champion import LEAST_WINDOWS, PATIENCE, WINDOWS, Standing, apart, below, promoted, remembered, usual

GAINS = st.floats(-0.5, 0.5)
FIRST = date(2020, 1, 6)


def day(number: int) -> str:
    return (FIRST + timedelta(days=number)).isoformat()


def nights(gains: list[float | None], every: int = 7, days: int = 7, searched: tuple[int, ...] = ()) -> list[Standing]:
    """What is remembered after nights `every` so many days, a search after those named."""
    past: list[Standing] = []
    for number, gain in enumerate(gains):
        window = day(every * number)
        now = Standing(window, gain, below(past, window, gain, days), number in searched)
        past = remembered(past, now, days)
    return past


def test_the_challenger_has_to_be_better_on_the_same_rows() -> None:
    assert promoted(None, 9.0)
    assert promoted(0.30, 0.29)
    assert not promoted(0.30, 0.30)
    assert not promoted(0.30, 0.31)


@given(st.floats(0, 1), st.floats(0, 1))
def test_of_two_models_at_most_one_beats_the_other(one: float, other: float) -> None:
    assert not (promoted(one, other) and promoted(other, one))


def test_usual_is_the_median_less_twice_its_spread() -> None:
    assert usual([0.10, 0.12, 0.14]) is None
    assert usual([0.10, 0.12, 0.14, 0.16]) == pytest.approx(0.13 - 2 * 0.03 / 1.349)
    assert usual([0.10] * 4) == pytest.approx(0.095)  # alike: a twentieth has to be missing
    assert usual([9.0] * 3 + [0.10] * WINDOWS) == pytest.approx(0.095)  # the last ones alone tell


@given(st.lists(GAINS, min_size=LEAST_WINDOWS, max_size=WINDOWS), st.floats(0.1, 10))
def test_usual_is_below_the_median_in_any_unit(gains: list[float], unit: float) -> None:
    found = usual(gains)
    assert found is not None and found <= sorted(gains)[len(gains) // 2]
    assert usual([unit * gain for gain in gains]) == pytest.approx(unit * found, abs=1e-9)


@given(st.lists(st.floats(0.09, 0.11), min_size=4, max_size=7), st.floats(-1e6, 1e6))
def test_one_wild_window_hardly_moves_what_is_usual(gains: list[float], wild: float) -> None:
    found = usual([*gains, wild])
    assert found is not None and 0.09 - 2 * 0.02 / 1.349 <= found <= 0.11


@given(st.lists(GAINS, max_size=12), GAINS, GAINS)
def test_less_gain_is_never_less_below(gains: list[float], one: float, other: float) -> None:
    past, low, high = nights(list(gains)), min(one, other), max(one, other)
    window = day(7 * len(gains))
    assert below(past, window, low, 7) >= below(past, window, high, 7)
    if len(gains) < LEAST_WINDOWS:
        assert below(past, window, low, 7) == 0


def test_windows_in_a_row_are_counted_until_a_search() -> None:
    good = [0.10, 0.11, 0.10, 0.09, 0.10]
    assert [one.below for one in nights([*good, 0.01, 0.02, 0.10, 0.01])] == [0] * 5 + [1, 2, 0, 1]
    assert nights([*good, 0.01])[-1].below < PATIENCE == nights([*good, 0.01, 0.01])[-1].below
    assert [one.below for one in nights([*good, 0.01, 0.01, 0.01], searched=(6,))][5:] == [1, 2, 1]
    assert nights([*good, *[0.01] * 8, 0.01])[-1].below == 0  # what lasts becomes usual
    assert nights([*good, None])[-1].below == 0


def test_nights_whose_windows_overlap_count_once() -> None:
    daily = nights([0.10, 0.11] * 21 + [0.01] * 8, every=1)
    assert [one.below for one in daily[-8:]] == [1] * 7 + [2]
    assert [one.window for one in apart(daily, day(50), 7)] == [day(number) for number in range(1, 50, 7)]
    assert nights([0.10] * 3 * 7, every=1)[-1].below == 0  # three windows are too few, however many nights saw them


@given(st.lists(st.integers(0, 60), max_size=30).map(sorted), st.integers(1, 10))
def test_windows_apart_share_no_day_and_none_is_left_out(when: list[int], days: int) -> None:
    past = [Standing(day(number), 0.1, 0, False) for number in when]
    kept = [date.fromisoformat(one.window) for one in apart(past, day(60), days)]
    assert all((later - earlier).days >= days for earlier, later in pairwise([*kept, FIRST + timedelta(60)]))
    assert kept == sorted(kept)
    limit = kept[0] if kept else FIRST + timedelta(60)
    assert all((limit - FIRST).days - number < days for number in when)


def test_a_window_that_is_seen_again_stays_one_and_its_search_known() -> None:
    past = remembered([], Standing(day(0), 0.1, 2, True), 7)
    again = remembered(past, Standing(day(0), 0.2, 2, False), 7)
    assert again == [Standing(day(0), 0.2, 2, True)]
    assert remembered(again, Standing(day(1000), 0.2, 0, False), 7) == [Standing(day(1000), 0.2, 0, False)]
