"""Faults that happen to deliveries, planted into real partitions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class Fault:
    """A kind of fault in one table.

    Attributes:
        name: What went wrong.
        asset: In which table.
        plant: Makes the faulty partition of the whole one and the one before it.
    """

    name: str
    asset: str
    plant: Callable[[pa.Table, pa.Table], pa.Table]


def _set(table: pa.Table, column: str, values: Any) -> pa.Table:
    place = table.schema.get_field_index(column)
    made = values if isinstance(values, (pa.Array, pa.ChunkedArray)) else pa.array(values)
    return table.set_column(place, column, made)


def _some(table: pa.Table, share: float) -> np.ndarray:
    """Which rows a fault hits, shape (rows,)."""
    return np.random.default_rng(7).random(len(table)) < share


def _changed(column: str, change: Callable[[pa.ChunkedArray], Any],
             share: float = 1.0) -> Callable[[pa.Table, pa.Table], pa.Table]:
    def plant(table: pa.Table, _: pa.Table) -> pa.Table:
        whole = table.column(column)
        new = change(whole)
        new = new if isinstance(new, (pa.Array, pa.ChunkedArray)) else pa.array(new)
        return _set(table, column, pc.if_else(pa.array(_some(table, share)), new, whole) if share < 1 else new)
    return plant


def _nulls(column: str, share: float) -> Callable[[pa.Table, pa.Table], pa.Table]:
    return _changed(column, lambda values: pa.nulls(len(values), values.type), share)


def _swapped(one: str, other: str) -> Callable[[pa.Table, pa.Table], pa.Table]:
    def plant(table: pa.Table, _: pa.Table) -> pa.Table:
        a, b = table.column(one), table.column(other)
        return _set(_set(table, one, b), other, a)
    return plant


def _hours(column: str, hours: int) -> Callable[[pa.Table, pa.Table], pa.Table]:
    return _changed(column, lambda values: pc.add(values, pa.scalar(dt.timedelta(hours=hours), pa.duration("us"))))


def _texts(change: Callable[[str], str]) -> Callable[[pa.ChunkedArray], list[str | None]]:
    return lambda values: [None if text is None else change(text) for text in values.to_pylist()]


def _first(share: float) -> Callable[[pa.Table, pa.Table], pa.Table]:
    return lambda table, _: table.slice(0, int(len(table) * share))


def _mostly_repeated(table: pa.Table, _: pa.Table) -> pa.Table:
    """Rows that a job wrote again when it was restarted, half of the day."""
    return pa.concat_tables([table, table.slice(0, len(table) // 2)])


def _rows_of_one(column: str) -> Callable[[pa.Table, pa.Table], pa.Table]:
    def plant(table: pa.Table, _: pa.Table) -> pa.Table:
        kept = pc.unique(table.column(column)).slice(0, 20)
        return table.filter(pc.is_in(table.column(column), value_set=kept))
    return plant


_NUMBER = 10**9  # moves identifiers to where there are none
FAULTS = (
    Fault("nulls in 5 % of a number", "transactions", _nulls("sales_value", 0.05)),
    Fault("nulls in 2 % of a key", "transactions", _nulls("product_id", 0.02)),
    Fault("a column all null", "transactions", _nulls("retail_disc", 1.0)),
    Fault("nulls in 10 % of a category", "promotions", _nulls("display_location", 0.1)),
    Fault("two amounts swapped", "transactions", _swapped("sales_value", "retail_disc")),
    Fault("two keys swapped", "transactions", _swapped("store_id", "household_id")),
    Fault("two categories swapped", "promotions", _swapped("display_location", "mailer_location")),
    Fault("unit change x 100", "transactions", _changed("sales_value", lambda v: pc.multiply(v, 100.0))),
    Fault("unit change x 0.01", "transactions", _changed("sales_value", lambda v: pc.multiply(v, 0.01))),
    Fault("unit change in 30 % of the rows", "transactions", _changed("sales_value", lambda v: pc.multiply(v, 100.0), 0.3)),
    Fault("sign turned", "transactions", _changed("sales_value", pc.negate)),
    Fault("amounts rounded to whole", "transactions", _changed("sales_value", pc.round)),
    Fault("a default of 0 in 20 %", "transactions", _changed("sales_value", lambda v: np.zeros(len(v)), 0.2)),
    Fault("a constant quantity of 10", "transactions", _changed("quantity", lambda v: np.full(len(v), 10))),
    Fault("outliers in 1 %", "transactions", _changed("sales_value", lambda v: np.full(len(v), 99_999.0), 0.01)),
    Fault("the day twice", "transactions", lambda table, _: pa.concat_tables([table, table])),
    Fault("half of the day twice", "transactions", _mostly_repeated),
    Fault("file truncated to 40 %", "transactions", _first(0.4)),
    Fault("file truncated to 10 %", "promotions", _first(0.1)),
    Fault("yesterday's rows again", "transactions", lambda _, earlier: earlier),
    Fault("time zone shifted by 6 hours", "transactions", _hours("transaction_timestamp", 6)),
    Fault("times a day late", "transactions", _hours("transaction_timestamp", -24)),
    Fault("all times midnight", "transactions", _changed("transaction_timestamp", lambda v: pc.floor_temporal(v, unit="day"))),
    Fault("last week's rows again", "promotions", lambda _, earlier: earlier),
    Fault("a new category in 3 %", "promotions", _changed("mailer_location", lambda v: pa.array(["Z9"] * len(v)), 0.03)),
    Fault("categories in small letters", "promotions", _changed("mailer_location", _texts(str.lower))),
    Fault("a blank behind each category", "promotions", _changed("display_location", _texts(lambda text: f"{text} "))),
    Fault("a foreign key that leads nowhere", "transactions", _changed("product_id", lambda v: pc.add(v, _NUMBER), 0.1)),
    Fault("households renumbered", "transactions", _changed("household_id", lambda v: pc.add(v, _NUMBER))),
    Fault("rows of twenty stores alone", "transactions", _rows_of_one("store_id")),
    Fault("stores renumbered in 20 %", "promotions", _changed("store_id", lambda v: pc.add(v, _NUMBER), 0.2)),
    Fault("a snapshot lost a third", "campaigns", _first(0.66)),
    Fault("households of a campaign doubled", "campaigns", lambda table, _: pa.concat_tables([table, table])),
)
