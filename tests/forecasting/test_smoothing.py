from __future__ import annotations

import math
from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.forecasting.history import Point, shift
from assay.forecasting.smoothing import exponential_smoothing, last, moving_average, smoothed

Z90, Z975 = NormalDist().inv_cdf(0.9), NormalDist().inv_cdf(0.975)


def weekly(values: list[float], half_width: float | None = None) -> list[Point]:
    return [Point(shift("2017-01-01", 7 * i), v, None if half_width is None else v - half_width,
                  None if half_width is None else v + half_width) for i, v in enumerate(values)]


def test_one_window_takes_its_spread_from_the_bootstrap() -> None:
    near, far = smoothed(weekly([100.0], half_width=Z975 * 10), 7, [28, 7])
    assert (near.horizon, near.p50) == (7, 100.0)
    assert near.p90 - near.p50 == pytest.approx(Z90 * 10 * math.sqrt(2))
    assert far.p90 - far.p50 == pytest.approx(2 * (near.p90 - near.p50))


def test_three_changes_count_where_they_are_larger() -> None:
    (ahead,) = smoothed(weekly([0.0, 30.0, 0.0, 30.0], half_width=1.0), 7, [7])
    assert ahead.p90 - ahead.p50 == pytest.approx(Z90 * 30)
    (calm,) = smoothed(weekly([30.0, 30.0, 30.0, 30.0], half_width=Z975 * 10), 7, [7])
    assert calm.p50 - calm.p10 == pytest.approx(Z90 * 10 * math.sqrt(2))


def test_a_change_over_two_windows_counts_half_per_window() -> None:
    points = [Point(shift("2017-01-01", 14 * i), v, None, None) for i, v in enumerate([0.0, 10.0, 0.0, 10.0])]
    (ahead,) = smoothed(points, 7, [7])
    assert ahead.p90 - ahead.p50 == pytest.approx(Z90 * 10 / math.sqrt(2))


def test_nothing_known_of_the_spread_means_no_forecast() -> None:
    assert smoothed(weekly([1.0, 2.0, 3.0]), 7, [7]) == []


def test_levels_of_a_history_that_is_known() -> None:
    values = [10.0, 0.0, 4.0, 8.0, 12.0]
    assert (last(values), moving_average(values), moving_average([1.0, 2.0])) == (12.0, 6.0, 1.5)
    assert exponential_smoothing([1.0, 5.0]) == 5.0  # too few to fit a factor
    assert exponential_smoothing([3.0] * 9) == 3.0


def test_smoothing_follows_a_level_that_moves_and_averages_one_that_only_shakes() -> None:
    shaking = [100.0 + 10 * (-1) ** i for i in range(20)]
    assert abs(exponential_smoothing(shaking) - 100) < 3 < abs(last(shaking) - 100)
    assert exponential_smoothing([100.0] * 10 + [200.0] * 10) == pytest.approx(200, abs=1)


def test_neighbouring_nights_count_once_in_a_mean() -> None:
    points = [Point(shift("2017-01-01", d), float(d), None, None) for d in range(29)]
    (ahead,) = smoothed(points, 7, [7], moving_average)
    assert ahead.p50 == (7 + 14 + 21 + 28) / 4


@pytest.mark.parametrize(("points", "window", "horizons"), [([], 7, [7]), (weekly([1.0]), 0, [7]), (weekly([1.0]), 7, [0])])
def test_bad_input_is_refused(points: list[Point], window: int, horizons: list[int]) -> None:
    with pytest.raises(ValueError, match="need a point and positive days"):
        smoothed(points, window, horizons)


@settings(deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=12), st.floats(0, 1e5), st.lists(st.integers(1, 60), min_size=1))
def test_quantiles_are_ordered_centred_and_widen(values: list[float], half: float, horizons: list[int]) -> None:
    ahead = smoothed(weekly(values, half), 7, horizons)
    assert [a.horizon for a in ahead] == sorted(set(horizons))
    widths = [a.p90 - a.p10 for a in ahead]
    assert all(a.p10 <= a.p50 == values[-1] <= a.p90 for a in ahead)
    assert widths == sorted(widths)
