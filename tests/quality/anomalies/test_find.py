"""Anomalies of a partition against those before it."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from tests.catalog.builders import facts_of, state_of

from assay.catalog.facts import TableFacts, read_facts
from assay.contracts.enums import AnomalyKind
from assay.quality.anomalies import Anomaly, find_anomalies, lighten

ROWS, NIGHTS = 400, 20


def label(night: int) -> str:
    return (dt.date(2024, 3, 1) + dt.timedelta(night)).isoformat()


def sales(night: int) -> dict[str, list]:
    """A day of sales: what differs from day to day is chance."""
    rng = np.random.default_rng(night)
    rows = ROWS + int(rng.integers(-20, 20))
    opened = dt.datetime.fromisoformat(label(night)) + dt.timedelta(hours=8)
    return {"order_id": list(range(1000 * night, 1000 * night + rows)),
            "item_id": rng.integers(0, 60, rows).tolist(),
            "price": rng.gamma(3, 5, rows).round(2).tolist(),
            "channel": rng.choice(["shop", "web", "phone"], rows, p=[0.5, 0.4, 0.1]).tolist(),
            "note": [f"note {n} of {night}" for n in range(rows)],
            "sold_at": [opened + dt.timedelta(minutes=int(m)) for m in rng.integers(0, 600, rows)]}


@pytest.fixture(scope="module")
def history() -> list[tuple[str, TableFacts]]:
    return [(label(night), facts_of("shop.sales", sales(night))) for night in range(NIGHTS)]


def found(history: list[tuple[str, TableFacts]], **changed: list) -> dict[tuple[str | None, AnomalyKind], Anomaly]:
    newest = facts_of("shop.sales", sales(NIGHTS) | changed)
    return {(one.column, one.kind): one for one in find_anomalies([*history, (label(NIGHTS), newest)], 0.01)}


def test_nothing_is_unusual_where_nothing_is_wrong(history):
    assert found(history) == {}
    assert find_anomalies(history[:6], 0.01) == [] == find_anomalies([], 0.01)


DAY = sales(NIGHTS)


@pytest.mark.parametrize(("changed", "expected"), [
    ({"price": [None if n % 10 == 0 else v for n, v in enumerate(DAY["price"])]}, ("price", AnomalyKind.NULL_SHARE)),
    ({"price": [100 * v for v in DAY["price"]]}, ("price", AnomalyKind.MEAN)),
    ({"price": [-v for v in DAY["price"]]}, ("price", AnomalyKind.NEGATIVE_SHARE)),
    ({"price": [0.0 if n % 5 == 0 else v for n, v in enumerate(DAY["price"])]}, ("price", AnomalyKind.ZERO_SHARE)),
    ({"channel": ["kiosk" if n % 20 == 0 else v for n, v in enumerate(DAY["channel"])]}, ("channel", AnomalyKind.UNSEEN_SHARE)),
    ({"channel": ["phone" if n % 2 else v for n, v in enumerate(DAY["channel"])]}, ("channel", AnomalyKind.DISTRIBUTION)),
    ({"item_id": [v + 10_000 for v in DAY["item_id"]]}, ("item_id", AnomalyKind.UNSEEN_SHARE)),
    ({"note": [str(n) for n in range(len(DAY["note"]))]}, ("note", AnomalyKind.DISTRIBUTION)),
    ({"note": [v * 3 for v in DAY["note"]]}, ("note", AnomalyKind.TEXT_LENGTH)),
    ({"sold_at": [v + dt.timedelta(hours=5) for v in DAY["sold_at"]]}, ("sold_at", AnomalyKind.MIDDLE_TIME)),
    ({"sold_at": [v - dt.timedelta(days=1) for v in DAY["sold_at"]]}, ("sold_at", AnomalyKind.LATE_TIME)),
    ({"order_id": [v // 2 for v in DAY["order_id"]]}, ("order_id", AnomalyKind.UNIQUENESS)),
])
def test_each_kind_of_fault_is_found(history, changed, expected):
    anomalies = found(history, **changed)
    assert expected in anomalies
    assert {column for column, _ in anomalies} <= {expected[0], None}
    one = anomalies[expected]
    assert not one.low <= one.observed <= one.high and "is usual" in one.reason
    for kind, anomaly in ((kind, anomaly) for (_, kind), anomaly in anomalies.items()):
        told = kind is AnomalyKind.DISTRIBUTION
        assert (anomaly.psi is not None) == told == ("population stability index" in anomaly.reason)
        assert not told or anomaly.psi > 0.1  # what banks take for a shift


def test_values_never_seen_are_told_of_a_table_that_comes_weekly(history):
    """A night sees seven earlier partitions of it."""
    anomalies = found(history[-7:], item_id=[v + 10_000 if n % 5 == 0 else v for n, v in enumerate(DAY["item_id"])])
    assert ("item_id", AnomalyKind.UNSEEN_SHARE) in anomalies
    few = [v + 10_000 if n % 25 == 0 else v for n, v in enumerate(DAY["item_id"])]
    assert ("item_id", AnomalyKind.UNSEEN_SHARE) in found(history, item_id=few)
    assert found(history[-7:], item_id=few) == {} == found(history[-7:])  # so short a history knows nothing of rare things


@pytest.mark.parametrize(("rows", "kind"), [(slice(0, 100), AnomalyKind.ROWS), (slice(0, None), AnomalyKind.OVERLAP)])
def test_whole_tables_are_watched(history, rows, kind):
    """A part of the file is missing; yesterday's rows are delivered again."""
    source = sales(NIGHTS - 1) if kind is AnomalyKind.OVERLAP else DAY
    assert (None, kind) in found(history, **{name: values[rows] for name, values in source.items()})


def test_columns_of_many_values_are_compared_by_the_same_few(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("assay.quality.anomalies.find._MOST", 1000)
    states = [state_of("shop.sales", sales(night)) for night in range(8)]
    light = lighten(states)
    assert [state.num_rows for state in light] < [state.num_rows for state in states]
    facts = read_facts("shop.sales", light[-1])
    assert facts.rows == read_facts("shop.sales", states[-1]).rows
    assert not facts.columns["order_id"].exact and facts.columns["channel"].exact
    assert pa.concat_tables(light).schema == states[0].schema
