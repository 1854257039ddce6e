from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models import builders as b
from tests.models.test_behaviour import CODE, alternating, alternating_users, shopping, users

from assay.models.behaviour import ENCODER, FIRST, LONGEST_WAIT, read_events, states
from assay.models.pretrain import _pieces, _targets, pretrain

SIZE = replace(b.SIZE, foretelling=400)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=4), st.integers(4, 12), st.integers(0, 99))
def test_pieces_are_of_one_user_and_do_not_overlap(lengths: list[int], length: int, seed: int) -> None:
    events = read_events(CODE, users(*(shopping(n, count) for n, count in enumerate(lengths))))
    for rng in (None, np.random.default_rng(seed)):
        taken: set[int] = set()
        for user, first, last in zip(*_pieces(events, length, rng), strict=True):
            assert events.starts[user] <= first < last <= events.starts[user + 1] and 2 <= last - first <= length
            assert taken.isdisjoint(range(first, last))
            taken |= set(range(first, last))
    assert all(n in taken for n in range(len(events.items))) or max(lengths) > 2


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**6), st.integers(2, 30), st.integers(1, 14))
def test_what_came_within_the_window_is_foretold_and_nothing_else(seed: int, count: int, window: int) -> None:
    """Checked day by day against the history itself."""
    history = shopping(seed, count)
    events = read_events(CODE, users(history))
    ends = np.r_[events.begins[1:] > 0, True]
    first, last = np.array([0]), np.array([count])
    found = _targets(events, np.array([0]), first, last, count, ends, window, np.random.default_rng(seed))
    for n, ((_, place), waits) in enumerate(zip(found.at, found.since, strict=True)):
        as_of = history[place][1] - waits  # age of the first day that is foretold, plus one
        assert 0 <= waits < LONGEST_WAIT and ends[place]
        assert all(event[1] < as_of for event in history[place + 1:])
        assert as_of - window >= 1  # the last day of the window is over
        came = {CODE.items.index(item) + FIRST for item, age, _, _ in history[place + 1:]
                if as_of - window <= age < as_of and item in CODE.items}
        mine = found.item[found.day == n]
        assert sorted(mine.tolist()) == sorted(came) and came
        assert found.weight[found.day == n] == pytest.approx(len(came) ** -0.5)


@pytest.fixture(scope="module")
def trained():
    from assay.models.runtime import prepare_tensorflow

    prepare_tensorflow()
    table = alternating_users(120)
    kinds = [np.array([0, 0, 1, 2, 1], np.int32)]
    events = read_events(CODE, table)
    return table, pretrain(replace(CODE, length=12), events, kinds, SIZE, 7, 3), (events, kinds)


@pytest.mark.slow
def test_the_next_item_and_its_kind_are_foretold_from_the_last(trained) -> None:
    _, behaviour, _ = trained
    encoder = behaviour.network.get_layer(ENCODER)
    after = states(behaviour, users(alternating(10, 0), alternating(10, 1)))
    said = [np.exp(encoder.log_probabilities(after, head).numpy()) for head in range(2)]
    milk, bread = FIRST, FIRST + 1
    assert said[0][0, milk] > 0.6 and said[0][1, bread] > 0.6
    assert said[1][0, 1] > 0.7 and said[1][1, 2] > 0.7


@pytest.mark.slow
def test_equal_seeds_give_equal_weights(trained) -> None:
    _, behaviour, (events, kinds) = trained
    again = pretrain(behaviour.code, events, kinds, SIZE, 7, 3)
    assert all(map(np.array_equal, again.network.get_weights(), behaviour.network.get_weights()))


def test_a_single_event_is_no_trouble() -> None:
    found = pretrain(CODE, read_events(CODE, users([("milk", 3, True, 1.0)], None)), [np.zeros(5, np.int32)], SIZE, 7, 3)
    assert np.isfinite(states(found, pa.table({"user": [1]}))).all()
