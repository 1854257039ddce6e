from __future__ import annotations

import numpy as np
import pytest

from assay.forecasting.history import Point, Subject, shift
from assay.forecasting.network import FEWEST_ORIGINS, State, network_forecasts
from assay.forecasting.spread import Quantiles

WEEKS = 24
NOW = shift("2017-01-01", 7 * (WEEKS - 1))


def histories(seed: int, weeks: int = WEEKS, assets: int = 40) -> dict[Subject, list[Point]]:
    """Levels that stay, seen through noise of their own size."""
    rng = np.random.default_rng(seed)
    out = {}
    for number in range(assets):
        level, noise = rng.uniform(50, 500), rng.uniform(5, 50)
        values = level + rng.normal(0, noise, weeks)
        out[Subject("case", f"a{number:02d}", "")] = [
            Point(shift(NOW, 7 * (week - weeks + 1)), float(v), float(v - 2 * noise), float(v + 2 * noise))
            for week, v in enumerate(values)]
    return out


def state() -> State:
    return State({}, {("a00", ""): np.ones(8, np.float32)})


def ahead(known: dict[Subject, list[Point]], seed: int = 1) -> dict[Subject, list[Quantiles]]:
    return network_forecasts(known, state(), NOW, {"case": 7}, [7, 28], seed)


@pytest.mark.slow
def test_it_learns_that_noise_goes_back_to_the_level_and_how_wide_it_is() -> None:
    known = histories(1, WEEKS + 4)
    past = {s: [p for p in points if p.partition <= shift(NOW, -28)] for s, points in known.items()}
    found = network_forecasts(past, state(), shift(NOW, -28), {"case": 7}, [7, 28], 1)
    came = {s: {p.partition: p.value for p in points} for s, points in known.items()}
    errors, naive, within = [], [], []
    for subject, ones in found.items():
        for one in ones:
            value = came[subject][shift(NOW, -28 + one.horizon)]
            errors.append(abs(one.p50 - value))
            naive.append(abs(past[subject][-1].value - value))
            within.append(one.p10 <= value <= one.p90)
    assert np.mean(errors) < 0.85 * np.mean(naive)
    assert 0.6 < np.mean(within) < 0.95


def test_same_input_same_bytes_and_nothing_of_the_future() -> None:
    known = histories(2, 10, assets=4)
    once = ahead(known)
    assert ahead(known) == once
    later = {s: [*points, Point(shift(NOW, 7), 1e6, None, None)] for s, points in known.items()}
    cut = {s: [p for p in points if p.partition <= NOW] for s, points in later.items()}
    assert ahead(cut) == once
    assert {one.horizon for ones in once.values() for one in ones} == {7, 28}
    assert all(one.p10 <= one.p50 <= one.p90 for ones in once.values() for one in ones)


def test_it_is_silent_while_there_is_little_to_learn_from() -> None:
    assert ahead(histories(3, FEWEST_ORIGINS, assets=3)) == {}


def test_a_history_that_never_moves_and_one_without_a_value_tonight_get_nothing() -> None:
    known = histories(4, 10, assets=3)
    still, gone = Subject("case", "still", ""), Subject("case", "gone", "")
    known[still] = [Point(shift(NOW, -7 * week), 5.0, None, None) for week in range(9, -1, -1)]
    known[gone] = [Point(shift(NOW, -7 * week), float(week), None, None) for week in range(9, 0, -1)]
    assert {still, gone} & set(ahead(known)) == set()
