from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from assay.catalog.usage.entries import Columns, entries_of, find_columns, statistics_entries
from assay.errors import UnreadableData

NONE: dict[str, str | None] = {}


@pytest.mark.parametrize("names, columns", [
    (["start_time", "user_name", "query_text", "bytes"], Columns("query_text", "user_name", "start_time", None)),
    (["QUERY", "USER_EMAIL", "CREATION_TIME"], Columns("QUERY", "USER_EMAIL", "CREATION_TIME", None)),
    (["userid", "queryid", "query", "calls"], Columns("query", "userid", None, "calls")),
    (["rolname", "userid", "query", "calls"], Columns("query", "rolname", None, "calls")),
    (["sql"], Columns("sql", None, None, None)),
])
def test_usual_names_are_found(names: list[str], columns: Columns) -> None:
    assert find_columns(names, NONE, "log") == columns


def test_the_manifests_word_wins_and_must_be_true() -> None:
    assert find_columns(["query", "raw", "who"], {"sql": "raw", "user": "who"}, "log") == Columns("raw", "who", None, None)
    with pytest.raises(UnreadableData, match="column 'text' of log can't be read .*name one of query, raw"):
        find_columns(["query", "raw"], {"sql": "text"}, "log")
    with pytest.raises(UnreadableData, match="none of its columns a, b is known to hold statements.*name it as sql"):
        find_columns(["a", "b"], NONE, "log")


MOMENT = dt.datetime(2017, 12, 31, 23, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize("values", [
    pa.array([MOMENT], pa.timestamp("ms", "Europe/Berlin")), pa.array([MOMENT.replace(tzinfo=None)], pa.timestamp("ns")),
    pa.array([1514763000]), pa.array([1514763000000]), pa.array(["1514763000000"]), pa.array([1514763000.0]),
    pa.array(["2017-12-31T23:30:00Z"]), pa.array(["2017-12-31 23:30:00"]), pa.array(["2018-01-01 00:30:00+01:00"]),
    pa.array(["2017-12-31 23:30:00 UTC"]),
], ids=str)
def test_times_in_every_spelling(values: pa.Array) -> None:
    rows = pa.table({"sql": ["select 1"], "at": values})
    entries, lost = entries_of(rows, Columns("sql", None, "at", None), "America/New_York")
    assert (entries.column("time").to_pylist(), lost) == ([MOMENT], 0)


@pytest.mark.parametrize("values", [pa.array([dt.date(2017, 12, 31)]), pa.array(["2017-12-31"])], ids=str)
def test_a_date_is_a_local_day(values: pa.Array) -> None:
    entries, _ = entries_of(pa.table({"sql": ["select 1"], "at": values}), Columns("sql", None, "at", None), "America/New_York")
    assert entries.column("time").to_pylist() == [dt.datetime(2017, 12, 31, 5, tzinfo=dt.UTC)]


def test_rows_without_statement_or_time_are_counted() -> None:
    rows = pa.table({"sql": ["select 1", None, "", "select 2"], "at": ["2017-12-31", "2017-12-31", "2017-12-31", "soon"],
                     "who": pa.array([7, 8, 9, None])})
    entries, lost = entries_of(rows, Columns("sql", "who", "at", None), "UTC")
    assert (entries.column("user").to_pylist(), entries.column("calls").to_pylist(), lost) == (["7"], [1], 3)


def test_statistics_of_postgres_have_calls_and_no_time() -> None:
    entries = statistics_entries([{"query": "select $1", "calls": 12, "userid": 10, "mean_exec_time": 1.5},
                                  {"query": "select a from t", "calls": 3, "userid": 11, "mean_exec_time": 0.5}])
    assert entries.to_pylist() == [{"sql": "select $1", "user": "10", "time": None, "calls": 12},
                                   {"sql": "select a from t", "user": "11", "time": None, "calls": 3}]
