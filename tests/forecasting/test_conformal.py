from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.forecasting.conformal import corrected, correction
from assay.forecasting.spread import Quantiles


@pytest.mark.parametrize("width", [0.2, 1.0, 5.0])
def test_four_of_five_lie_within_however_wrong_the_width_was(width: float) -> None:
    rng = np.random.default_rng(3)
    past, future = rng.normal(0, 1, 400), rng.normal(0, 1, 4000)
    misses = np.sort((np.abs(past) - width) / width)
    found = corrected(Quantiles(7, -width, 0.0, width), correction(misses))
    assert np.mean((future >= found.p10) & (future <= found.p90)) == pytest.approx(0.8, abs=0.04)


def test_few_past_misses_are_covered_whole() -> None:
    assert correction(np.array([-0.5, 0.1, 2.0])) == 2.0


@settings(deadline=None)
@given(st.floats(-1e3, 1e3), st.floats(0, 1e3), st.floats(0, 1e3), st.floats(-3, 3))
def test_the_median_stays_within(median: float, below: float, above: float, by: float) -> None:
    found = corrected(Quantiles(7, median - below, median, median + above), by)
    assert found.p10 <= found.p50 == median <= found.p90
