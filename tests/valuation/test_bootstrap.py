from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.valuation import bootstrap
from assay.valuation.bootstrap import bootstrap_sums, interval


def money(rows: int, clusters: int, seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).gamma(2.0, 10.0, (rows, clusters))


def test_equal_seeds_give_equal_draws() -> None:
    data = money(3, 40)
    assert np.array_equal(bootstrap_sums(data, seed=5), bootstrap_sums(data, seed=5))
    assert not np.array_equal(bootstrap_sums(data, seed=5), bootstrap_sums(data, seed=6))


def test_draws_are_paired_across_rows() -> None:
    """A row that is twice another is twice it in every draw, also when they are drawn in separate calls."""
    data = money(1, 30)
    both = bootstrap_sums(np.vstack([data, 2 * data]), seed=1)
    assert both[:, 1] == pytest.approx(2 * both[:, 0], rel=1e-12)
    assert bootstrap_sums(2 * data, seed=1)[:, 0] == pytest.approx(both[:, 1], rel=1e-12)


@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_chunks_change_nothing(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data = money(2, 25)
    whole = bootstrap_sums(data, draws=230, seed=9)
    monkeypatch.setattr(bootstrap, "_CHUNK", chunk)
    assert bootstrap_sums(data, draws=230, seed=9) == pytest.approx(whole, rel=1e-12)


def test_equal_clusters_leave_no_doubt() -> None:
    low, high = interval(bootstrap_sums(np.full((1, 12), 2.5), seed=0))
    assert (low[0], high[0]) == (30.0, 30.0)


def test_the_interval_is_that_of_the_normal_distribution() -> None:
    """Sums of many clusters are normal: mean n·m, deviation √n·s."""
    data = np.random.default_rng(11).normal(3.0, 2.0, (1, 4000))
    low, high = interval(bootstrap_sums(data, draws=4000, seed=2))
    centre, spread = data.sum(), 1.96 * np.sqrt(4000) * data.std()
    assert (low[0] + high[0]) / 2 == pytest.approx(centre, abs=0.05 * spread)
    assert (high[0] - low[0]) / 2 == pytest.approx(spread, rel=0.05)


def test_the_interval_contains_the_truth_about_as_often_as_it_says() -> None:
    """200 samples of 60 users whose true mean is known; a normal count of misses is 10 ± 3."""
    truth, held = 60 * 20.0, 0
    for sample in range(200):
        low, high = interval(bootstrap_sums(money(1, 60, seed=1000 + sample), draws=300, seed=sample))
        held += bool(low[0] <= truth <= high[0])
    assert 178 <= held <= 199


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 30), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_every_draw_lies_between_the_extremes(clusters: int, rows: int, seed: int) -> None:
    data = money(rows, clusters, seed)
    sums = bootstrap_sums(data, draws=50, seed=seed)
    slack = 1e-9 * data.sum()
    assert (sums >= clusters * data.min(axis=1) - slack).all() and (sums <= clusters * data.max(axis=1) + slack).all()
    low, high = interval(sums)
    assert (low <= high).all()
