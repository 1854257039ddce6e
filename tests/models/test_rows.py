from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models import builders as b

from assay.features.table import FeatureTables
from assay.features.windows import WindowRole
from assay.models.rows import join_labels, join_propensity, put_together, share_of, thin_negatives

SHARES = (WindowRole.TRAIN, WindowRole.VALIDATE, WindowRole.OUTCOME)


def keyed(**keys: list[object]) -> FeatureTables:
    return b.window(list(keys), pa.table(keys))


def labels(**columns: list[object]) -> pa.Table:
    return pa.table({**columns, "y": pa.array(columns["y"], pa.float32()), "amount": pa.array(columns["amount"], pa.float32())})


def test_rows_without_the_outcome_are_thinned_to_so_many_for_each_with_it() -> None:
    y = np.zeros(1000, np.float32)
    y[[3, 500, 999]] = 1
    chosen, weight = thin_negatives(y, 20, np.random.default_rng(0))
    assert len(chosen) == 63 and {3, 500, 999} <= set(chosen.tolist())
    assert sorted(set(weight.tolist())) == [1.0, pytest.approx(997 / 60)]


def test_few_rows_are_all_kept() -> None:
    chosen, weight = thin_negatives(np.array([0, 1, 0, 0.0]), 8, np.random.default_rng(0))
    assert chosen.tolist() == [0, 1, 2, 3] and weight.tolist() == [1, 1, 1, 1]


@settings(deadline=None, max_examples=80)
@given(st.lists(st.booleans(), min_size=1, max_size=300), st.integers(1, 10), st.integers(0, 2**32 - 1))
def test_weights_keep_the_base_rate(outcomes: list[bool], most: int, seed: int) -> None:
    y = np.array(outcomes, np.float32)
    chosen, weight = thin_negatives(y, most, np.random.default_rng(seed))
    assert (np.diff(chosen) > 0).all() and set(np.flatnonzero(y)) <= set(chosen)
    assert (y[chosen] == 0).sum() <= most * max(1, y.sum())
    assert np.average(y[chosen], weights=weight) == pytest.approx(y.mean(), abs=1e-5)
    assert weight.sum() == pytest.approx(len(y), rel=1e-5)


def test_rows_without_a_label_had_no_outcome() -> None:
    table = keyed(user=[1, 1, 2], item=["a", "b", "a"])
    y, amount = join_labels(table, labels(user=[2, 1, 7], item=["a", "b", "a"], y=[1, 1, 1], amount=[2.5, -4, 9]))
    assert (y.tolist(), amount.tolist()) == ([0, 1, 1], [0, -4, 2.5])
    assert y.dtype == amount.dtype == np.float32


def test_rows_that_were_not_shown_have_no_propensity() -> None:
    table = keyed(user=[1, 1, 2], item=["a", "b", "a"])
    said = labels(user=[2, 1, 7], item=["a", "b", "a"], y=[0, 1, 1], amount=[0, 4, 9])
    found = join_propensity(table, said.append_column("propensity", pa.array([0.25, None, 0.5])))
    assert np.array_equal(found, [np.nan, np.nan, 0.25], equal_nan=True) and found.dtype == np.float64


def test_two_labels_of_one_row_are_refused() -> None:
    with pytest.raises(ValueError, match="many-to-one"):
        join_labels(keyed(user=[1]), labels(user=[1, 1], y=[1, 0], amount=[1, 1]))


def test_shares_of_the_entities() -> None:
    table = keyed(customer=list(range(10_000)))
    sizes = [len(share_of(table, role)) for role in (*SHARES, WindowRole.SERVE)]
    assert sizes == pytest.approx([6000, 1500, 2500, 10_000], abs=150)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers() | st.integers(0, 50), min_size=1, max_size=60, unique=True), st.randoms(use_true_random=False))
def test_each_entity_serves_one_purpose_whatever_the_order_of_rows(keys: list[int], random) -> None:
    def members(order: list[int], role: WindowRole) -> set[int]:
        table = keyed(customer=[str(k) for k in order])
        return {order[n] for n in share_of(table, role)}

    parts = [members(keys, role) for role in SHARES]
    assert set.union(*parts) == set(keys) == members(keys, WindowRole.SERVE)
    assert sum(map(len, parts)) == len(keys)
    turned = keys.copy()
    random.shuffle(turned)
    assert [members(turned, role) for role in SHARES] == parts


def test_rows_of_several_windows_keep_their_own_features_and_outcomes() -> None:
    parts = [b.rows(*b.clinic(users, 5, seed), b.rows(*b.clinic(30))[0])[1] for users, seed in ((4, 1), (9, 2), (2, 3))]
    parts[1] = parts[1].take(np.array([44, 0, 7]))
    found = put_together(parts)
    assert len(found.encoded) == len(found.y) == 20 + 3 + 10
    start = 0
    for part in parts:
        rows = found.take(slice(start, start + len(part.y)))
        assert all(map(np.array_equal, b.of_rows(rows.encoded), b.of_rows(part.encoded)))
        assert all(np.array_equal(getattr(rows, name), getattr(part, name)) for name in ("y", "amount", "weight"))
        start += len(part.y)


def test_compact_rows_hold_the_things_that_they_name_and_say_the_same() -> None:
    _, rows = b.rows(*b.clinic(20, 5))
    part = rows.take(np.array([99, 7, 8, 5]))  # of the last and the second user
    found = part.compact()
    assert all(map(np.array_equal, b.of_rows(found.encoded), b.of_rows(part.encoded)))
    assert [len(numbers) for numbers in found.encoded.numbers] == [2, 4, 4]
    assert [len(categories) for categories in found.encoded.categories] == [2, 4, 4]
    assert found.encoded.places.dtype == np.int32 and found.y is part.y
