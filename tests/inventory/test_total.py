from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.inventory.total import total_interval
from assay.valuation.coalitions import all_coalitions
from assay.valuation.table import Played, payoff_table


def payoffs(empty: list[float], full: list[float]) -> pa.Table:
    players = ["a", "b"]
    money = np.array([empty, [7.0] * len(full), [8.0] * len(full), full])
    return payoff_table(Played(players, [str(i) for i in range(len(full))], all_coalitions(2), money))


def test_clusters_that_earn_the_same_leave_no_doubt() -> None:
    assert total_interval(payoffs([1.0] * 5, [4.0] * 5)) == pytest.approx((15.0, 15.0))


@settings(deadline=None)
@given(st.lists(st.floats(-100, 100), min_size=2, max_size=30))
def test_the_interval_holds_no_more_than_the_extremes_and_ignores_what_all_share(gains: list[float]) -> None:
    low, high = total_interval(payoffs([0.0] * len(gains), gains))
    assert min(gains) * len(gains) - 1e-6 <= low <= high <= max(gains) * len(gains) + 1e-6
    shifted = total_interval(payoffs([50.0] * len(gains), [g + 50.0 for g in gains]))
    assert shifted == pytest.approx((low, high), abs=1e-6)
