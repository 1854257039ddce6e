from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.inventory.costs import DAYS_PER_MONTH, window_cost


def test_a_gigabyte_stored_a_month_and_read_every_night() -> None:
    assert window_cost(10**9, 0, 7, 0.023, 0.005) == pytest.approx(0.023 * 7 / DAYS_PER_MONTH)
    assert window_cost(0, 2 * 10**9, 7, 0.023, 0.005) == pytest.approx(0.07)


@pytest.mark.parametrize(("stored", "read", "days"), [(-1, 0, 7), (0, -1, 7), (0, 0, 0)])
def test_negative_sizes_are_refused(stored: int, read: int, days: int) -> None:
    with pytest.raises(ValueError, match="need sizes"):
        window_cost(stored, read, days, 1.0, 1.0)


@settings(deadline=None)
@given(st.integers(0, 10**15), st.integers(0, 10**15), st.integers(1, 300))
def test_cost_grows_with_time_in_proportion(stored: int, read: int, days: int) -> None:
    assert window_cost(stored, read, 2 * days, 0.02, 0.01) == pytest.approx(2 * window_cost(stored, read, days, 0.02, 0.01))
