from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.catalog.builders import column_of

from assay.catalog.facts import read_facts
from assay.catalog.sketches import ValueIndex, inclusion, sketch
from assay.profiling.nearly_unique import reduce_exact
from assay.profiling.states import EXACT_LIMIT

_DAYS = [dt.date(2024, 1, 1) + dt.timedelta(days=n) for n in range(60)]


def _sketch(name, values, asset="a.b"):
    return sketch(column_of(name, values, asset))


@pytest.mark.parametrize(
    "values",
    [
        [float(n) for n in range(60)],
        [str(n) for n in range(60)],
        [f"{n:06d}" for n in range(60)],
        [f" {n} " for n in range(60)],
        [Decimal(n) for n in range(60)],
    ],
)
def test_numbers_are_the_same_in_every_format(values):
    numbers, other = _sketch("x", list(range(60))), _sketch("x", values)
    assert np.array_equal(numbers.hashes, other.hashes) and other.kind == "number" and other.bounds == (0.0, 59.0)


@pytest.mark.parametrize(
    "values",
    [
        [day.isoformat() for day in _DAYS],
        [dt.datetime.combine(day, dt.time()) for day in _DAYS],
        [f"{day.isoformat()}T00:00:00Z" for day in _DAYS],
        [int(day.strftime("%Y%m%d")) for day in _DAYS],
        [day.strftime("%Y%m%d") for day in _DAYS],
    ],
)
def test_dates_are_the_same_in_every_format(values):
    assert inclusion(_sketch("x", values), _sketch("x", _DAYS)) == 1.0


def test_times_are_the_same_as_text_and_other_than_their_days():
    times = [dt.datetime(2024, 1, 1, 10, 0, n) for n in range(60)]
    texts = [time.isoformat() for time in times]
    assert inclusion(_sketch("x", texts), _sketch("x", times)) == 1.0
    assert inclusion(_sketch("x", times), _sketch("x", _DAYS)) == 0.0


def test_masked_columns_compare_by_hash():
    mails = [f"u{i}@example.com" for i in range(9)]
    assert inclusion(_sketch("mail", mails[:5]), _sketch("contact", mails)) == 1.0


def test_a_sampled_key_is_compared_by_the_sample_that_both_have():
    values = [f"K{n:07d}" for n in range(40_000)]
    state = reduce_exact(_state("key", values))
    key = sketch(read_facts("a.b", state).columns["key"])
    assert not key.column.exact and len(key.hashes) < EXACT_LIMIT
    assert inclusion(_sketch("ref", values[:20_000]), key) == 1.0
    assert inclusion(_sketch("ref", [f"L{n:07d}" for n in range(20_000)]), key) == 0.0


def _state(name, values):
    from tests.catalog.builders import state_of

    return state_of("a.b", {name: values})


@settings(max_examples=25)
@given(st.lists(st.integers(-50, 50), min_size=1, max_size=80), st.lists(st.integers(-50, 50), min_size=1, max_size=80))
def test_inclusion_is_one_exactly_for_subsets(inner, outer):
    assert (inclusion(_sketch("x", inner), _sketch("y", outer)) == 1.0) == (set(inner) <= set(outer))


def test_the_index_names_the_columns_that_hold_the_values_and_no_others():
    rng = np.random.default_rng(1)
    columns = [_sketch(f"k{n}", rng.integers(0, 10**9, 500).tolist()) for n in range(20)]
    part = _sketch("ref", [int(v) for v in columns[7].column.numbers[:200]])
    found = ValueIndex(columns, 64).propose(part, 5, 0.9)
    assert [s.place[1] for s in found] == ["k7"]
