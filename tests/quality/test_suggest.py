"""Suites that are suggested hold for what they were made from, and not for what is wrong."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.catalog.builders import facts_of

from assay.contracts.enums import Role
from assay.quality.dependencies import Dependency, Key
from assay.quality.links import CompoundForeignKey, Determined, ForeignKey, Fresh
from assay.quality.suggest import as_yaml, suggest
from assay.quality.suite import Suite, parse_suite
from assay.quality.validate import validate

ASSET, ROLES = "shop.sales", {"id": Role.KEY, "price": Role.MEASURE}


def rows(night: int, **changed: list[Any]) -> pa.Table:
    """A day's 200 sales; notes are free, codes of one form, every tenth coupon is missing."""
    day, count = dt.datetime(2024, 3, 1) + dt.timedelta(night), range(200)
    return pa.table({
        "id": [1000 * night + n for n in count], "price": [round(1 + n * 0.37, 2) for n in count],
        "channel": [("shop", "web")[n % 2] for n in count], "code": [f"AB-{10 + n % 80}" for n in count],
        "coupon": [None if n % 10 == 0 else n for n in count], "sold_at": [day + dt.timedelta(minutes=n) for n in count],
        "note": [f"{'x' * (n % 7)} {n}" for n in count], "void": pa.nulls(200, pa.string())} | changed)


def label(night: int) -> str:
    return (dt.date(2024, 3, 1) + dt.timedelta(night)).isoformat()


@pytest.fixture(scope="module")
def text() -> str:
    tables = [(label(night), facts_of(ASSET, rows(night))) for night in range(8)]
    return as_yaml(suggest(tables, ROLES, ["id"]), "Read it,\nthen save it.")


@pytest.fixture(scope="module")
def suite(text: str) -> Suite:
    return parse_suite(Path("suggested.yaml"), text)


def failed(suite: Suite, table: pa.Table, night: int = 8) -> set[tuple[str | None, str]]:
    found = validate(table, suite, ASSET, label(night)).to_pylist()
    return {(row["column"], row["severity"]) for row in found if not row["success"]}


def test_the_file_says_why_and_what_to_do(text: str):
    assert text.startswith("# Read it,\n# then save it.\n# every other expectation")
    assert text.count("\n# ") == text.count("- expectation: ") + 1
    assert "# 2 different values in 1600 rows\n" in text


def test_what_it_was_made_from_meets_it_and_so_does_the_next_day(suite: Suite):
    assert all(failed(suite, rows(night), night) == set() for night in range(9))


@pytest.mark.parametrize(("changed", "column", "severity"), [
    ({"id": [1] * 200}, "id", "critical"), ({"id": [None, *range(199)]}, "id", "critical"),
    ({"price": ["x"] * 200}, "price", "critical"), ({"price": [-1.0] * 200}, "price", "warning"),
    ({"price": [1e9] * 200}, "price", "warning"), ({"channel": ["kiosk"] * 200}, "channel", "warning"),
    ({"code": ["A-1"] * 200}, "code", "warning"), ({"coupon": [None] * 199 + [1]}, "coupon", "warning"),
    ({"sold_at": [dt.datetime(2023, 1, 1)] * 200}, "sold_at", "warning"),
])
def test_what_is_wrong_fails(suite: Suite, changed: dict[str, list[Any]], column: str, severity: str):
    assert (column, severity) in failed(suite, rows(8, **changed))


def test_too_few_rows_and_absent_columns_fail(suite: Suite):
    assert (None, "warning") in failed(suite, rows(8).slice(0, 20))
    assert (None, "critical") in failed(suite, rows(8).slice(0, 0))
    assert (None, "critical") in failed(suite, rows(8).drop_columns("code"))


def test_what_columns_have_to_do_with_each_other_is_suggested_last(text: str):
    links = [Dependency("channel", "code", 120), Key(("id",), "shop.items", ("item",), 1.0),
             Key(("id", "code"), "shop.shops", ("key", "code"), 0.9876)]
    tables = [(label(night), facts_of(ASSET, rows(night))) for night in range(8)]
    linked = as_yaml(suggest(tables, ROLES, ["id"], links), "Read it,\nthen save it.")
    assert linked.startswith(text)
    *_, depends, found, mostly = parse_suite(Path("suggested.yaml"), linked).expectations
    assert isinstance(depends, Determined) and depends.determined_by == ["code"] and depends.column == "channel"
    assert isinstance(found, ForeignKey) and (found.asset, found.to_column, found.mostly) == ("shop.items", "item", 1.0)
    assert isinstance(mostly, CompoundForeignKey) and (mostly.to_columns, mostly.mostly) == (["key", "code"], 0.96)
    assert "# 98.76% of the rows at least were found there\n" in linked


def test_a_table_whose_times_reach_the_end_of_its_days_is_to_stay_fresh(suite: Suite):
    (fresh,) = [e for e in suite.expectations if isinstance(e, Fresh)]
    assert fresh.column == "sold_at" and fresh.max_hours == 23  # 199 minutes past midnight, and two hours of room
    old = rows(8, sold_at=[dt.datetime.fromisoformat(label(8)) + dt.timedelta(minutes=n % 50) for n in range(200)])
    assert ("sold_at", "warning") in failed(suite, old)


def test_nothing_personal_is_written_down():
    people = {"email": [f"ann{n % 3}@example.org" for n in range(100)], "age": ["19-24", "65+"] * 50}
    text = as_yaml(suggest([("", facts_of("shop.people", people))], {}, []), "")
    assert "ann" not in text and "65+" in text
