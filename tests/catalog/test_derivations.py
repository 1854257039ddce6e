from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
from tests.catalog.test_composite import classified


def _tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(8)
    orders = pd.DataFrame({"order_id": np.arange(900), "customer_id": rng.integers(1, 60, 900),
                           "amount": rng.integers(1, 9999, 900) / 4})
    totals = orders.groupby("customer_id").agg(orders=("order_id", "count"), spent=("amount", "sum"), least=("amount", "min"),
                                               most=("amount", "max")).reset_index()
    return orders, totals


def _derived(tmp_path, orders, totals):
    found = classified(tmp_path, {"a.orders": pa.Table.from_pandas(orders).to_pydict(),
                                  "a.customers": pa.Table.from_pandas(totals).to_pydict()}).relations.to_pylist()
    return [(r["from_asset"], r["from_columns"], r["to_asset"], r["to_columns"]) for r in found if r["kind"] == "derived"]


def test_totals_by_customer_are_told_from_what(tmp_path):
    assert _derived(tmp_path, *_tables()) == [(
        "a.customers", ["customer_id", "orders", "spent", "least", "most"],
        "a.orders", ["customer_id", "customer_id", "amount", "amount", "amount"])]


def test_attributes_that_add_up_to_nothing_are_not_derived(tmp_path):
    orders, totals = _tables()
    assert _derived(tmp_path, orders, totals[["customer_id"]].assign(points=np.arange(len(totals)) * 3)) == []
    shuffled = totals.assign(spent=totals["spent"].to_numpy()[::-1])[["customer_id", "spent"]]
    assert _derived(tmp_path, orders, shuffled) == []
