from __future__ import annotations

import numpy as np
import pytest

from assay.forecasting.history import Point, shift
from assay.forecasting.local_level import local_levels

Z975 = 1.959963984540054


def points(values: list[float], deviations: list[float]) -> list[Point]:
    return [Point(shift("2017-01-01", 7 * i), v, v - Z975 * d, v + Z975 * d)
            for i, (v, d) in enumerate(zip(values, deviations, strict=True))]


def test_noise_without_drift_is_averaged_by_its_precision() -> None:
    values, deviations = [100.0, 104.0, 97.0, 101.0, 99.0, 120.0], [2.0, 2.0, 2.0, 2.0, 2.0, 20.0]
    ((ahead,),) = local_levels({"a": points(values, deviations)}, 7, [7]).values()
    weights = 1 / np.array(deviations) ** 2
    assert ahead.p50 == pytest.approx(float(weights @ values / weights.sum()))  # the vague last value hardly counts


def test_a_level_that_moves_more_than_its_noise_is_followed() -> None:
    rng = np.random.default_rng(1)
    level = 100 + np.cumsum(rng.normal(0, 10, 40))
    walk = (level + rng.normal(0, 1, 40)).tolist()
    ((ahead,),) = local_levels({"a": points(walk, [1.0] * 40)}, 7, [7]).values()
    assert abs(ahead.p50 - walk[-1]) < abs(ahead.p50 - np.mean(walk[-4:]))


def test_ranges_hold_what_they_promise_where_the_model_is_true() -> None:
    rng = np.random.default_rng(2)
    seen = 50 + np.cumsum(rng.normal(0, 1, (200, 21)), axis=1) + rng.normal(0, 2, (200, 21))
    found = local_levels({n: points(line[:17].tolist(), [2.0] * 17) for n, line in enumerate(seen)}, 7, [7, 28])
    within = [one.p10 <= seen[n, 16 + one.horizon // 7] <= one.p90 for n, ones in found.items() for one in ones]
    assert 0.76 < np.mean(within) < 0.84
    assert all(far.p90 - far.p10 > near.p90 - near.p10 for near, far in found.values())


def test_a_history_without_intervals_takes_its_noise_from_its_changes_and_a_still_one_is_left_out() -> None:
    bare = [Point(shift("2017-01-01", 7 * i), v, None, None) for i, v in enumerate([1.0, 3.0, 1.0, 3.0])]
    still = [Point(shift("2017-01-01", 7 * i), 5.0, None, None) for i in range(4)]
    assert set(local_levels({"bare": bare, "still": still}, 7, [7])) == {"bare"}
    assert local_levels({}, 7, [7]) == {}
