from __future__ import annotations

import numpy as np
import pytest
from tests.inventory.builders import CASE, MANIFEST, manifest, table, value_row

from assay.contracts.schemas import VALUES
from assay.inventory.combine import common_scale
from assay.inventory.total import case_totals, total_interval

WEEK = MANIFEST["use_cases"][0]
FORTNIGHT = WEEK | {"name": "fortnight", "outcome": WEEK["outcome"] | {"window_days": 14}}


def test_the_total_of_all_assets_is_drawn_as_one() -> None:
    """What one asset gains where the other loses cancels in the total."""
    draws = np.random.default_rng(3).normal(0, 1, 1000)
    rows = table(VALUES, [value_row("a", 5.0, 3.0, 7.0, draws=(5 + draws).tolist()),
                          value_row("b", 2.0, 0.0, 4.0, draws=(2 - draws).tolist()), value_row("c", None)])
    scale = common_scale(manifest(), {CASE: rows})
    assert total_interval({CASE: rows}, scale) == pytest.approx((7.0, 7.0))
    twice = common_scale(manifest(use_cases=[WEEK, FORTNIGHT]), {CASE: rows, "fortnight": rows})
    assert total_interval({CASE: rows, "fortnight": rows}, twice) == pytest.approx((10.5, 10.5))
    assert total_interval({}, common_scale(manifest(), {})) is None
    assert case_totals({CASE: rows}) == [(CASE, 7.0, "USD/week")]
