from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.forecasting.spread import Quantiles
from assay.inventory.present_value import benefit, discounted, upkeep, windows_ahead


def test_a_constant_stream_is_a_geometric_sum() -> None:
    q = 1.08 ** (-7 / 365)
    assert discounted([50.0] * 4, [7, 14, 21, 28], 0.08) == pytest.approx(50 * q * (1 - q**4) / (1 - q), rel=1e-12)
    assert discounted([100.0], [365], 0.25) == pytest.approx(80.0)
    assert discounted([1.0, 2.0], [7, 14], 0.0) == 3.0


def test_the_mean_of_a_symmetric_forecast_is_its_median_and_skew_moves_it() -> None:
    assert Quantiles(7, 80.0, 100.0, 120.0).mean == pytest.approx(100.0)
    assert Quantiles(7, 90.0, 100.0, 150.0).mean == pytest.approx(112.0)


def test_each_window_takes_its_own_horizon_and_the_last_is_held_flat() -> None:
    ahead = [Quantiles(7, 10, 10, 10), Quantiles(14, 20, 20, 20)]
    assert benefit(ahead, 7, [7, 14, 28], 0.0, 1.0) == pytest.approx(10 + 20 + 20 + 20)
    assert benefit(ahead, 7, [7, 14, 28], 0.0, 0.1) == pytest.approx(7.0)
    assert benefit([Quantiles(14, 5, 5, 5)], 7, [14], 0.0, 1.0) == pytest.approx(10.0)


def test_windows_do_not_overlap_and_stay_within_the_horizons() -> None:
    assert windows_ahead(7, [7, 14, 21, 28]) == [7, 14, 21, 28]
    assert windows_ahead(10, [28]) == [10, 20]
    assert windows_ahead(30, [28]) == []


def test_upkeep_is_paid_every_window() -> None:
    assert upkeep(2.0, 7, [7, 14, 21, 28], 0.0) == 8.0


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="0 <= rate < 1"):
        discounted([1.0], [7], 1.0)
    with pytest.raises(ValueError, match="as many"):
        discounted([1.0], [7, 14], 0.1)
    with pytest.raises(ValueError, match="no forecast to discount"):
        benefit([], 7, [7], 0.1, 1.0)


@settings(deadline=None)
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=20), st.floats(0, 0.9), st.floats(0, 0.9))
def test_a_higher_rate_never_raises_the_value_of_income(amounts: list[float], one: float, other: float) -> None:
    days = [7 * (i + 1) for i in range(len(amounts))]
    low, high = sorted((one, other))
    assert discounted(amounts, days, high) <= discounted(amounts, days, low) * (1 + 1e-12)
