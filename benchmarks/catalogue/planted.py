"""A small platform in which copies, parts and totals of tables are planted."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from catalogue.schemas import Schema, write

_SEED = 7


def platform(folder: Path) -> tuple[Schema, list[tuple[str, str, str]]]:
    """Tables, and of each planted one what it is: (kind of relation, table, table that it comes from)."""
    rng = np.random.default_rng(_SEED)
    customers = pd.DataFrame({
        "customer_id": np.arange(1, 2001), "city": rng.choice(["Bonn", "Kyiv", "Lima", "Oslo"], 2000),
        "born": [dt.date(1950, 1, 1) + dt.timedelta(days=int(n)) for n in rng.integers(0, 20_000, 2000)],
        "limit_eur": np.round(rng.lognormal(6, 1, 2000), 2), "active": rng.random(2000) < 0.8})
    orders = pd.DataFrame({
        "order_id": np.arange(50_001, 62_001), "customer_id": rng.integers(1, 2001, 12_000),
        "ordered_at": pd.Timestamp("2023-01-01") + pd.to_timedelta(np.sort(rng.integers(0, 31_000_000, 12_000)), unit="s"),
        "amount": np.round(rng.lognormal(3, 1, 12_000), 2), "channel": rng.choice(["web", "app", "shop"], 12_000)})
    items = pd.DataFrame({
        "order_id": np.repeat(orders.order_id.to_numpy(), 2), "line_no": np.tile([1, 2], 12_000),
        "sku": rng.integers(1, 400, 24_000), "pieces": rng.integers(1, 9, 24_000)})
    by_customer = orders.groupby("customer_id").agg(orders=("order_id", "count"), total=("amount", "sum"),
                                                    largest=("amount", "max")).reset_index()
    tables = {
        "customers": customers, "orders": orders, "items": items,
        "customers_backup": customers,
        "zz_kunden": customers.rename(columns={"customer_id": "kdnr", "city": "ort", "born": "geb", "limit_eur": "lim",
                                               "active": "aktiv"}),
        "orders_sorted": orders.sort_values("amount")[orders.columns[::-1]],
        "orders_csv": orders.assign(order_id=orders.order_id.astype(str), customer_id=orders.customer_id.map("{:06d}".format),
                                    ordered_at=orders.ordered_at.dt.strftime("%Y-%m-%dT%H:%M:%S"),
                                    amount=orders.amount.map("{:.2f}".format)),
        "customers_csv": customers.assign(customer_id=customers.customer_id.astype(float), born=customers.born.astype(str),
                                          active=customers.active.astype(str)),
        "orders_web": orders[orders.channel == "web"],
        "orders_march": orders[orders.ordered_at.dt.month == 3].rename(columns={"order_id": "nr", "amount": "betrag"}),
        "orders_narrow": orders[["order_id", "amount"]],
        "orders_narrow_app": orders.loc[orders.channel == "app", ["order_id", "customer_id", "amount"]].astype(
            {"order_id": str}),
        "items_large": items[items.pieces > 7],
        "customer_totals": by_customer,
        "shuffled": pd.DataFrame({name: rng.permutation(orders[name].to_numpy()) for name in orders}),  # no copy: other rows
    }
    plants = [
        ("duplicate", "customers_backup", "customers"), ("duplicate", "zz_kunden", "customers"),
        ("duplicate", "customers_csv", "customers"), ("duplicate", "orders_sorted", "orders"),
        ("duplicate", "orders_csv", "orders"),
        ("subset", "orders_web", "orders"), ("subset", "orders_march", "orders"), ("subset", "orders_narrow", "orders"),
        ("subset", "orders_narrow_app", "orders"), ("subset", "items_large", "items"),
        ("derived", "customer_totals", "orders"),
    ]
    files = write(folder, {name: pa.Table.from_pandas(table, preserve_index=False) for name, table in tables.items()})
    return Schema("planted", files, frozenset(), frozenset()), plants
