from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from assay.profiling.pairs import FEWEST, correlation_ratio, cramers_v, missing_together, spearman

RNG = np.random.default_rng(5)
X = RNG.integers(0, 12, 500)
Y = (X + RNG.integers(0, 9, 500)) // 2


def _holed(codes: np.ndarray, share: float = 0.3) -> np.ndarray:
    return np.where(np.random.default_rng(1).random(len(codes)) < share, -1, codes)


def test_rank_correlation_is_that_of_scipy_on_complete_rows():
    one, other = _holed(X), _holed(Y[::-1])[::-1]
    both = (one >= 0) & (other >= 0)
    expected = stats.spearmanr(one[both], other[both])
    found = spearman(one, other)
    assert (found.strength, found.chance, found.rows) == (
        pytest.approx(expected.statistic), pytest.approx(expected.pvalue), both.sum())


def test_the_same_order_is_one_and_the_opposite_minus_one():
    codes = np.arange(50)
    assert (spearman(codes, codes).strength, spearman(codes, codes[::-1]).strength) == (1, -1)
    assert spearman(codes, codes).chance == 0


def test_categories_that_tell_each_other_are_one_and_strangers_zero():
    one = np.repeat([0, 1, 2], 40)
    assert cramers_v(one, 2 - one).strength == pytest.approx(1)
    assert cramers_v(np.tile([0, 1, 2], 40), one).strength == 0
    squared = stats.chi2_contingency(np.histogram2d(X, Y, (12, 10))[0], correction=False)
    found = cramers_v(X, Y)
    rows, r, k = 500, 12, len(np.unique(Y))
    corrected = squared.statistic / rows - (r - 1) * (k - 1) / (rows - 1)
    assert found.chance == pytest.approx(squared.pvalue)
    assert found.strength == pytest.approx(np.sqrt(corrected / (k - (k - 1) ** 2 / (rows - 1) - 1)))


def test_many_categories_by_chance_alone_are_not_related():
    one, other = RNG.integers(0, 200, 3000), RNG.integers(0, 150, 3000)
    assert cramers_v(one, other).strength < 0.1 < stats.contingency.association(
        np.histogram2d(one, other, (200, 150))[0].astype(int), method="cramer")


def test_a_large_table_of_two_columns_is_counted_by_its_filled_cells():
    one = np.repeat(np.arange(2500), 2)
    assert cramers_v(one, one[::-1].copy()).strength == pytest.approx(1)  # 6.25 million cells


def test_groups_of_different_ranks_agree_with_kruskal_and_wallis():
    found = correlation_ratio(Y, X)
    expected = stats.kruskal(*(X[group == Y] for group in np.unique(Y)))
    assert found.chance == pytest.approx(expected.pvalue, rel=1e-9)
    k = len(np.unique(Y))
    assert found.strength ** 2 == pytest.approx((expected.statistic - k + 1) / (500 - k))  # Tomczak and Tomczak's eta squared
    assert correlation_ratio(np.repeat([0, 1], 50), np.repeat([3, 9], 50)).strength == 1


def test_gaps_in_the_same_rows_and_in_the_others():
    gap = np.arange(60) % 3 == 0
    found = missing_together(np.column_stack([gap, gap, ~gap, np.zeros(60, bool), np.arange(60) % 2 == 0]))
    assert {pair: round(one.strength, 9) for pair, one in found.items()} == {
        (0, 1): 1, (0, 2): -1, (0, 4): 0, (1, 2): -1, (1, 4): 0, (2, 4): 0}
    assert found[0, 4].chance == 1 and found[0, 1].chance < 1e-9


@pytest.mark.parametrize("measure", [spearman, cramers_v, correlation_ratio])
def test_what_does_not_vary_or_is_too_short_is_not_measured(measure):
    assert measure(np.zeros(50, int), X[:50]) is None and measure(X[:50], np.full(50, 3)) is None
    assert measure(X[:FEWEST - 1], Y[:FEWEST - 1]) is None and measure(X[:50], np.full(50, -1)) is None


_CODES = st.lists(st.tuples(st.integers(-1, 4), st.integers(-1, 4)), min_size=FEWEST, max_size=80)


@given(_CODES, st.randoms(use_true_random=False))
def test_strengths_have_bounds_and_the_order_of_rows_changes_no_digit(pairs, random):
    shuffled = random.sample(pairs, len(pairs))
    for measure, least in ((spearman, -1), (cramers_v, 0), (correlation_ratio, 0)):
        found = measure(*np.array(pairs).T)
        assert found == measure(*np.array(shuffled).T)
        assert found is None or (least <= found.strength <= 1 and 0 <= found.chance <= 1)


@given(_CODES)
def test_symmetric_measures_do_not_care_which_column_is_first(pairs):
    one, other = np.array(pairs).T
    assert spearman(one, other) == spearman(other, one)
    there, back = cramers_v(one, other), cramers_v(other, one)
    assert (there is None) == (back is None) and (there is None or there.strength == pytest.approx(back.strength))
    missing = np.array(pairs) < 0
    assert missing_together(missing) == missing_together(missing[:, ::-1])
