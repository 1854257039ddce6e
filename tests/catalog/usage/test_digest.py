from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from assay.catalog.usage.digest import WINDOW_DAYS, Span, digest, until
from assay.catalog.usage.entries import ENTRIES

SPAN = Span(dt.date(2017, 12, 30), "America/New_York")


def entries(*rows: tuple[str, str | None, dt.datetime | None, int]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(ENTRIES.names, row)) for row in rows], schema=ENTRIES)


def at(*moment: int) -> dt.datetime:
    return dt.datetime(*moment, tzinfo=dt.UTC)


def test_the_window_ends_with_the_local_day() -> None:
    assert SPAN.end == at(2017, 12, 31, 5)
    assert SPAN.start == at(2017, 10, 2, 4)  # summer time
    assert (SPAN.day(SPAN.end) - SPAN.day(SPAN.start)).days == WINDOW_DAYS
    before = SPAN.end - dt.timedelta(microseconds=1)
    kept = until(entries(("a", "u", SPAN.end, 1), ("b", "u", before, 1), ("c", "u", None, 1)), SPAN)
    assert kept.column("sql").to_pylist() == ["b", "c"]


def test_equal_shapes_are_summed_over_files_and_users() -> None:
    parts = [entries(("select a from t where b = 1", "x", at(2017, 12, 1), 1),
                     ("select a from t where b = 2", "y", at(2017, 12, 2), 1)),
             entries(("SELECT a FROM t WHERE b = 3", "x", at(2017, 11, 1), 2), ("select c from t", None, at(2017, 1, 1), 1))]
    found = digest([("duckdb", parts)], SPAN)
    first, second = found.shapes
    assert (first.text, first.calls, first.users, first.last) == ("select a from t where b = 1", 4, {"x", "y"}, at(2017, 12, 2))
    assert (second.calls, second.users, second.last) == (0, set(), at(2017, 1, 1))  # before the window
    assert found.first == at(2017, 1, 1)


def test_sums_without_a_time_count_in_the_window() -> None:
    (shape,) = digest([("postgres", [entries(("select a from t", "x", None, 12))])], SPAN).shapes
    assert (shape.calls, shape.last) == (12, None)


def test_the_same_text_in_two_dialects_is_two_statements() -> None:
    part = entries(("select \"a\"", "x", None, 1))
    shapes = digest([("mysql", [part]), ("duckdb", [part])], SPAN).shapes
    assert [shape.text for shape in shapes] == ['select "a"', "select '?'"]


ROWS = st.lists(st.tuples(st.sampled_from(["select a from t where x = 1", "select a from t where x = 'q'", "select b from u"]),
                          st.sampled_from(["x", "y", None]),
                          st.datetimes(dt.datetime(2017, 6, 1), dt.datetime(2018, 2, 1), timezones=st.just(dt.UTC)),
                          st.integers(1, 3)), min_size=1, max_size=12)


def told(rows: list[Any]) -> list[tuple[Any, ...]]:
    found = digest([("duckdb", [until(entries(*rows), SPAN)])], SPAN)
    return [found.first, *((s.text, s.calls, sorted(s.users), s.last) for s in found.shapes)]


@given(ROWS, st.randoms())
def test_the_order_of_rows_does_not_matter(rows: list[Any], dice: Any) -> None:
    shuffled = list(rows)
    dice.shuffle(shuffled)
    assert told(shuffled) == told(rows)


@given(ROWS, ROWS)
def test_rows_after_the_partition_change_nothing(rows: list[Any], later: list[Any]) -> None:
    moved = [(sql, user, max(time, SPAN.end), calls) for sql, user, time, calls in later]
    assert told([*rows, *moved]) == told(rows)
