from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.features.table import ENTITY
from assay.features.windows import WindowRole
from assay.models.rows import join_labels, share_of


def keyed(**keys: list[object]) -> pa.Table:
    return pa.table(keys).replace_schema_metadata({ENTITY: json.dumps(list(keys))})


def labels(**columns: list[object]) -> pa.Table:
    return pa.table({**columns, "y": pa.array(columns["y"], pa.float32()), "amount": pa.array(columns["amount"], pa.float32())})


def test_rows_without_a_label_had_no_outcome() -> None:
    table = keyed(user=[1, 1, 2], item=["a", "b", "a"])
    y, amount = join_labels(table, labels(user=[2, 1, 7], item=["a", "b", "a"], y=[1, 1, 1], amount=[2.5, -4, 9]))
    assert (y.tolist(), amount.tolist()) == ([0, 1, 1], [0, -4, 2.5])
    assert y.dtype == amount.dtype == np.float32


def test_two_labels_of_one_row_are_refused() -> None:
    with pytest.raises(ValueError, match="many-to-one"):
        join_labels(keyed(user=[1]), labels(user=[1, 1], y=[1, 0], amount=[1, 1]))


def test_shares_of_the_entities() -> None:
    table = keyed(customer=list(range(10_000)))
    sizes = [len(share_of(table, role)) for role in WindowRole]
    assert sizes == pytest.approx([6000, 1500, 2500, 10_000], abs=150)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers() | st.integers(0, 50), min_size=1, max_size=60, unique=True), st.randoms(use_true_random=False))
def test_each_entity_serves_one_purpose_whatever_the_order_of_rows(keys: list[int], random) -> None:
    def members(order: list[int], role: WindowRole) -> set[int]:
        table = keyed(customer=[str(k) for k in order])
        return {order[n] for n in share_of(table, role)}

    roles = (WindowRole.TRAIN, WindowRole.VALIDATE, WindowRole.OUTCOME)
    parts = [members(keys, role) for role in roles]
    assert set.union(*parts) == set(keys) == members(keys, WindowRole.SERVE)
    assert sum(map(len, parts)) == len(keys)
    turned = keys.copy()
    random.shuffle(turned)
    assert [members(turned, role) for role in roles] == parts
