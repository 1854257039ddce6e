from __future__ import annotations

import numpy as np
import pyarrow as pa
from tests.catalog.builders import facts_of

from assay.catalog.changes import find_changes

_IDS = list(range(100))
_PRICES = [float(n) * 1.5 for n in range(100)]


def _of(*tables: dict[str, list]) -> list[tuple]:
    labels = [f"2024-01-{n:02d}" for n in range(1, len(tables) + 1)]
    found = find_changes([(label, facts_of("landing.t", columns)) for label, columns in zip(labels, tables, strict=True)])
    return [(change.source_partition, str(change.kind), change.column, change.before, change.after) for change in found]


def test_nothing_changes_in_equal_partitions_and_nothing_is_said_of_the_first():
    assert _of({"id": _IDS}) == []
    assert _of({"id": _IDS}, {"id": _IDS}, {"id": _IDS}) == []


def test_columns_come_and_go():
    assert _of({"id": _IDS, "old": ["a", "b"] * 50}, {"id": _IDS, "new": _PRICES}) == [
        ("2024-01-02", "column_added", "new", None, "DOUBLE"), ("2024-01-02", "column_removed", "old", "VARCHAR", None)]


def test_a_renamed_column_is_known_by_its_values():
    city = [["Berlin", "Rome", "Paris", "Oslo"][n % 4] for n in _IDS]
    assert _of({"id": _IDS, "city": city}, {"id": _IDS, "town": city[::-1]}) == [
        ("2024-01-02", "column_renamed", "town", "city", "town")]


def test_a_renamed_measure_is_known_by_its_distribution():
    rng = np.random.default_rng(0)
    first, second = (rng.normal(50, 10, 2000).round(6).tolist() for _ in range(2))
    other = rng.normal(80, 10, 2000).round(6).tolist()
    assert _of({"price": first}, {"amount": second}) == [("2024-01-02", "column_renamed", "amount", "price", "amount")]
    assert [kind for _, kind, *_ in _of({"price": first}, {"amount": other})] == ["column_added", "column_removed"]


def test_each_column_is_renamed_once():
    flags = ["yes", "no"] * 50
    found = _of({"a": flags, "b": flags}, {"c": flags})
    assert sorted(kind for _, kind, *_ in found) == ["column_removed", "column_renamed"]


def test_types_and_gaps():
    assert _of({"v": [1, 2, 3]}, {"v": ["1", "2", "x"]}) == [("2024-01-02", "type_changed", "v", "BIGINT", "VARCHAR")]
    assert _of({"v": [1, 2, 3]}, {"v": [1, None, 3]}) == [
        ("2024-01-02", "nullability", "v", "never null", "null in 1 of 3 rows")]
    assert _of({"v": [1, None, 3]}, {"v": [1, None, None]}) == []
    assert ("2024-01-02", "nullability", "v", "never null", "always null") in _of(
        {"v": ["a", "b"]}, {"v": pa.nulls(2, pa.string())})
