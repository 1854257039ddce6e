from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from tests.catalog.test_composite import classified

_N = 600


def _orders() -> dict:
    rng = np.random.default_rng(2)
    return {"order_id": np.arange(5000, 5000 + _N), "customer_id": rng.integers(1, 90, _N),
            "amount": rng.integers(1, 9999, _N) / 4,
            "day": [dt.date(2024, 1, 1) + dt.timedelta(days=int(n)) for n in rng.integers(0, 300, _N)]}


def _kinds(tmp_path, other: dict) -> list[tuple[str, list[str], list[str]]]:
    found = classified(tmp_path, {"a.orders": _orders(), "a.other": other}).relations.to_pylist()
    assert all(r["from_asset"] == "a.other" for r in found if r["kind"] in ("duplicate", "subset"))
    return [(r["kind"], r["from_columns"], r["to_columns"]) for r in found if r["kind"] in ("duplicate", "subset")]


def test_a_copy_under_other_names_in_another_order(tmp_path):
    orders = _orders()
    renamed = {"w": orders["day"], "x": orders["amount"], "y": orders["customer_id"], "z": orders["order_id"]}
    assert _kinds(tmp_path, renamed) == [("duplicate", ["w", "x", "y", "z"], ["day", "amount", "customer_id", "order_id"])]


def test_a_copy_as_texts(tmp_path):
    texts = {name: [str(value) for value in column] for name, column in _orders().items()}
    texts["customer_id"] = [value.zfill(5) for value in texts["customer_id"]]
    assert [kind for kind, *_ in _kinds(tmp_path, texts)] == ["duplicate"]


@pytest.mark.parametrize("columns", [["order_id", "customer_id", "amount", "day"], ["order_id", "amount"]])
@pytest.mark.parametrize("step", [1, 9])
def test_some_rows_and_some_columns(tmp_path, columns, step):
    part = {name: _orders()[name][::step] for name in columns}
    kind = "duplicate" if step == 1 and len(columns) == 4 else "subset"
    assert [found for found, *_ in _kinds(tmp_path, part)] == [kind]


def test_columns_that_are_combined_otherwise_are_no_copy(tmp_path):
    rng = np.random.default_rng(4)
    assert _kinds(tmp_path, {name: rng.permutation(np.asarray(column)) for name, column in _orders().items()}) == []
