from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.models.metrics import (
    auc,
    average_precision,
    calibration_curve,
    calibration_error,
    coverage,
    log_loss,
    pinball,
    quantiles,
    scores,
)

# few levels, so that ties are the rule
CASES = st.lists(st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0])), min_size=1, max_size=40)


def arrays(cases: list[tuple[bool, float]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([y for y, _ in cases], np.float32), np.array([p for _, p in cases], np.float64)


def test_a_calibration_curve_by_hand() -> None:
    found = calibration_curve(np.array([0, 0, 1, 1.0] * 5), np.array([0.1, 0.2, 0.6, 0.7] * 5))
    assert [found[f"predicted_bin_{n}"] for n in (1, 3, 5, 10)] == pytest.approx([0.1, 0.15, 0.2, 0.7])
    assert [found[f"observed_bin_{n}"] for n in (1, 3, 5, 6, 10)] == [0, 0, 0, 1, 1]
    assert len(calibration_curve(np.ones(3), np.full(3, 0.5))) == 6


@given(CASES)
def test_a_calibration_curve_rises_and_keeps_the_means(cases: list[tuple[bool, float]]) -> None:
    y, p = arrays(cases)
    found = calibration_curve(y, p)
    said = [value for name, value in found.items() if name.startswith("predicted")]
    assert said == sorted(said) and len(found) == 2 * min(10, len(y))
    if len(y) % 10 == 0:
        came = [value for name, value in found.items() if name.startswith("observed")]
        assert np.mean(said) == pytest.approx(p.mean()) and np.mean(came) == pytest.approx(y.mean())


def test_auc_counts_ties_half() -> None:
    assert auc(np.array([0, 1, 0, 1.0]), np.array([0.1, 0.4, 0.4, 0.8])) == (2 + 1.5) / 4
    assert auc(np.array([1, 0.0]), np.array([0.3, 0.3])) == 0.5


def test_one_class_has_no_ranking() -> None:
    assert auc(np.ones(3), np.array([0.1, 0.2, 0.3])) is None
    assert auc(np.zeros(3), np.array([0.1, 0.2, 0.3])) is None
    assert average_precision(np.zeros(3), np.array([0.1, 0.2, 0.3])) is None
    assert set(scores(np.zeros(3), np.full(3, 0.2))) == {"log_loss", "ece", "base_rate", "rows"}


def test_average_precision_by_hand() -> None:
    """Positives at the first and third place: 1/2 · 1 + 1/2 · 2/3; then both within one step of ties."""
    assert average_precision(np.array([1, 0, 1.0]), np.array([0.9, 0.5, 0.1])) == pytest.approx(5 / 6)
    assert average_precision(np.array([1, 0, 1.0]), np.array([0.5, 0.5, 0.5])) == pytest.approx(2 / 3)


def test_log_loss_by_hand() -> None:
    assert log_loss(np.array([1, 0.0]), np.array([0.8, 0.4])) == pytest.approx(-(math.log(0.8) + math.log(0.6)) / 2)
    assert math.isfinite(log_loss(np.array([1, 0.0]), np.array([0.0, 1.0])))


def test_calibration_error_by_hand() -> None:
    """Bins of ten rows: where 0.5 is said and 8 in 10 happen, it is off by 0.3."""
    y = np.tile([1] * 8 + [0] * 2, 20).astype(float)
    assert calibration_error(y, np.full(200, 0.5)) == pytest.approx(0.3)
    assert calibration_error(y, np.full(200, 0.8)) == pytest.approx(0.0, abs=1e-12)
    assert calibration_error(np.array([1.0]), np.array([0.25])) == pytest.approx(0.75)


@settings(deadline=None, max_examples=100)
@given(CASES)
def test_auc_is_the_share_of_pairs_in_order(cases: list[tuple[bool, float]]) -> None:
    pairs = [(p > q) + 0.5 * (p == q) for y, p in cases if y for z, q in cases if not z]
    found = auc(*arrays(cases))
    assert found is None if not pairs else found == pytest.approx(sum(pairs) / len(pairs), abs=1e-9)


@settings(deadline=None, max_examples=100)
@given(CASES)
def test_average_precision_is_the_sum_over_thresholds(cases: list[tuple[bool, float]]) -> None:
    positives, before, expected = sum(y for y, _ in cases), 0.0, 0.0
    for level in sorted({p for _, p in cases}, reverse=True):
        shown = [y for y, p in cases if p >= level]
        recall = sum(shown) / positives if positives else 0
        expected += (recall - before) * sum(shown) / len(shown)
        before = recall
    found = average_precision(*arrays(cases))
    assert found is None if not positives else found == pytest.approx(expected, abs=1e-9)


@settings(deadline=None, max_examples=60)
@given(CASES)
def test_log_loss_is_the_mean_over_rows(cases: list[tuple[bool, float]]) -> None:
    expected = [-math.log(min(max(p if y else 1 - p, 1e-7), 1 - 1e-7)) for y, p in cases]
    assert log_loss(*arrays(cases)) == pytest.approx(sum(expected) / len(expected), rel=1e-6, abs=1e-9)


def test_pinball_and_coverage_by_hand() -> None:
    """Said 2 at 0.75: of 4 two are missing, 0.75 each; of 1 there is one too much, 0.25; the first row counts thrice."""
    y, said = np.array([4.0, 1.0]), np.array([[2.0, 4.0], [2.0, 0.0]])
    assert pinball(y, said, [0.75, 0.5], np.array([3.0, 1.0])) == pytest.approx([(3 * 1.5 + 0.25) / 4, 0.5 / 4])
    assert coverage(y, said).tolist() == [0.5, 0.5]


@given(st.lists(st.tuples(st.integers(0, 9), st.floats(0.1, 5)), min_size=1, max_size=30), st.floats(0.01, 0.99))
def test_no_other_constant_has_a_smaller_pinball_loss_than_the_quantile(cases: list[tuple[int, float]], level: float) -> None:
    y, weight = (np.array(part, float) for part in zip(*cases, strict=True))

    def loss(said: float) -> float:
        return float(pinball(y, np.full((len(y), 1), said), [level], weight)[0])

    (best,) = quantiles(y, weight, [level])
    assert best in y and all(loss(best) <= loss(other) + 1e-9 for other in np.arange(-1, 11, 0.5))
