from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.models import builders as b

from assay.models import search
from assay.models.learn import LabelledWindow, Windows, learn
from assay.models.metrics import log_loss
from assay.models.outcome import SIZES, Size
from assay.models.runtime import prepare_tensorflow
from assay.models.score import said
from assay.models.search import BOUNDS, CANDIDATES, DROPOUTS, Tried, changed, changes, halve, variations

SHARED = {"bins", "inner", "epochs", "steps", "batch", "state", "layers", "events", "vocabulary", "passes"}


@given(st.sampled_from([*SIZES.values(), b.SIZE]), st.integers(0, 2**32))
def test_variations_differ_from_each_other_and_stay_within_bounds(size: Size, seed: int) -> None:
    found = variations(size, seed)
    assert found == variations(size, seed)
    assert found[0] == size and len(set(found)) == len(found) == CANDIDATES
    for candidate in found[1:]:
        told = changes(candidate, size)
        assert told and not told.keys() & SHARED
        assert changed(size, json.loads(json.dumps(told)) | {"forgotten": 3}) == candidate
        assert all(type(value) is type(getattr(size, name)) for name, value in told.items())
        assert all(BOUNDS[name][0] <= value <= BOUNDS[name][1] for name, value in told.items() if name != "dropout")
        assert candidate.dropout in {size.dropout, *DROPOUTS}


@given(st.integers(0, 2**32))
def test_search_after_search_stays_within_bounds(seed: int) -> None:
    size = SIZES["base"]
    for step in range(20):
        size = variations(size, seed + step)[-1]
    assert all(low <= getattr(size, name) <= high for name, (low, high) in BOUNDS.items())


def weeks(*seeds: int) -> list[LabelledWindow]:
    def week(seed: int) -> LabelledWindow:
        features, y = b.clinic(100, 6, seed)
        return LabelledWindow(len(y), lambda: [(features, y, 5 * y)])

    return [week(seed) for seed in seeds]


@pytest.fixture(scope="module")
def windows() -> Windows:
    prepare_tensorflow()
    return Windows("prescriptions", weeks(0, 1, 2, 3), weeks(4), None, 7)


SLOW = replace(b.SIZE, rate=1e-4, steps=30)  # next to nothing is learned at that rate


@pytest.fixture(scope="module")
def ranking(windows: Windows) -> list[Tried]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "CANDIDATES", 4)
        return halve(windows, SLOW, seed=5)


@pytest.mark.slow
def test_the_better_half_goes_on_and_what_is_there_stays_to_the_end(ranking: list[Tried]) -> None:
    assert {one.size for one in ranking} == set(variations(SLOW, 5)[:4]) and len(ranking) == 4
    budgets = [one.budget for one in ranking]
    assert budgets == sorted(budgets, reverse=True)
    assert budgets.count(0.25) in (1, 2) and budgets.count(1.0) in (1, 2)
    for budget in set(budgets):
        losses = [one.loss for one in ranking if one.budget == budget]
        assert losses == sorted(losses)
    (stayed,) = (one for one in ranking if one.size == SLOW)
    assert stayed.budget == 1.0


@pytest.mark.slow
def test_the_winner_learns_faster_than_a_size_that_is_too_slow(windows: Windows, ranking: list[Tried]) -> None:
    (stayed,) = (one for one in ranking if one.size == SLOW)
    assert ranking[0].size.rate > SLOW.rate and ranking[0].loss < stayed.loss
    model, valid = learn(windows, ranking[0].size, 5)
    assert log_loss(valid.y, said(model, valid.encoded)) == ranking[0].loss  # trained whole, as a base model is


@pytest.mark.slow
def test_models_of_one_seed_are_scored_on_the_same_rows(windows: Windows) -> None:
    many = replace(windows, valid=[LabelledWindow(10 * 600, windows.valid[0].parts)] * 2)
    _, one = learn(many, SLOW, 5)
    _, other = learn(replace(many, train=many.train[:1]), replace(SLOW, negatives=1), 5)
    assert np.array_equal(one.y, other.y) and np.array_equal(one.amount, other.amount)

