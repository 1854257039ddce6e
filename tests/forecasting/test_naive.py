from __future__ import annotations

import math
from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.forecasting.history import Point, shift
from assay.forecasting.naive import model_name, naive_forecast

Z90, Z975 = NormalDist().inv_cdf(0.9), NormalDist().inv_cdf(0.975)


def weekly(values: list[float], half_width: float | None = None) -> list[Point]:
    return [Point(shift("2017-01-01", 7 * i), v, None if half_width is None else v - half_width,
                  None if half_width is None else v + half_width) for i, v in enumerate(values)]


def test_one_window_takes_its_spread_from_the_bootstrap() -> None:
    near, far = naive_forecast(weekly([100.0], half_width=Z975 * 10), 7, [28, 7])
    assert (near.horizon, near.p50) == (7, 100.0)
    assert near.p90 - near.p50 == pytest.approx(Z90 * 10 * math.sqrt(2))
    assert far.p90 - far.p50 == pytest.approx(2 * (near.p90 - near.p50))


def test_three_changes_count_where_they_are_larger() -> None:
    (ahead,) = naive_forecast(weekly([0.0, 30.0, 0.0, 30.0], half_width=1.0), 7, [7])
    assert ahead.p90 - ahead.p50 == pytest.approx(Z90 * 30)
    (calm,) = naive_forecast(weekly([30.0, 30.0, 30.0, 30.0], half_width=Z975 * 10), 7, [7])
    assert calm.p50 - calm.p10 == pytest.approx(Z90 * 10 * math.sqrt(2))


def test_a_change_over_two_windows_counts_half_per_window() -> None:
    points = [Point(shift("2017-01-01", 14 * i), v, None, None) for i, v in enumerate([0.0, 10.0, 0.0, 10.0])]
    (ahead,) = naive_forecast(points, 7, [7])
    assert ahead.p90 - ahead.p50 == pytest.approx(Z90 * 10 / math.sqrt(2))


def test_nothing_known_of_the_spread_means_no_forecast() -> None:
    assert naive_forecast(weekly([1.0, 2.0, 3.0]), 7, [7]) == []


def test_the_model_says_what_it_had_to_go_on() -> None:
    assert model_name(weekly([1.0]), 7) == "naive (history of 1 window)"
    assert model_name(weekly([1.0, 2.0, 3.0]), 14) == "naive (history of 2 windows)"


@pytest.mark.parametrize(("points", "window", "horizons"), [([], 7, [7]), (weekly([1.0]), 0, [7]), (weekly([1.0]), 7, [0])])
def test_bad_input_is_refused(points: list[Point], window: int, horizons: list[int]) -> None:
    with pytest.raises(ValueError, match="need a point and positive days"):
        naive_forecast(points, window, horizons)


@settings(deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=12), st.floats(0, 1e5), st.lists(st.integers(1, 60), min_size=1))
def test_quantiles_are_ordered_centred_and_widen(values: list[float], half: float, horizons: list[int]) -> None:
    ahead = naive_forecast(weekly(values, half), 7, horizons)
    assert [a.horizon for a in ahead] == sorted(set(horizons))
    widths = [a.p90 - a.p10 for a in ahead]
    assert all(a.p10 <= a.p50 == values[-1] <= a.p90 for a in ahead)
    assert widths == sorted(widths)
