"""Rows of a query log, in whatever columns a platform keeps them, as entries: statement, user, time, calls."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from assay.errors import UnreadableData

NAMES = {  # what such columns are called, the likeliest first; PostgreSQL, Snowflake, BigQuery, Trino and Hive among them
    "sql": ("query", "sql", "statement", "query_text", "sql_text", "statement_text", "querytext"),
    "user": ("user", "user_name", "username", "usename", "rolname", "user_email", "principal", "usr", "userid", "user_id"),
    "time": ("time", "start_time", "timestamp", "query_start", "event_time", "query_start_time", "creation_time", "created_at",
             "executed_at", "create_time", "starttime", "ts"),
    "calls": ("calls",),
}
ENTRIES = pa.schema([("sql", pa.string()), ("user", pa.string()), ("time", pa.timestamp("us", "UTC")), ("calls", pa.int64())])
_UNITS = ((1e11, "s"), (1e14, "ms"), (1e17, "us"), (float("inf"), "ns"))  # numbers since 1970, by their size


@dataclass(frozen=True)
class Columns:
    """Columns of a log; `time` is None where rows are sums over all time, as in pg_stat_statements."""

    sql: str
    user: str | None
    time: str | None
    calls: str | None

    @property
    def names(self) -> list[str]:
        """Those that there are."""
        return [name for name in (self.sql, self.user, self.time, self.calls) if name is not None]


def find_columns(names: Sequence[str], said: Mapping[str, str | None], location: str) -> Columns:
    """Which columns of a log hold what.

    Args:
        names: Columns of the log.
        said: sql, user, time -> column, as the manifest has it; None where it is to be found by its name.
        location: Of the log, for the message.

    Raises:
        UnreadableData: If a column that was named, or any with statements, is missing.
    """
    found: dict[str, str | None] = {}
    by_name = {name.lower(): name for name in reversed(names)}
    for what, usual in NAMES.items():
        wanted = said.get(what)
        if wanted is not None and wanted not in names:
            raise UnreadableData(location, "there is no such column", column=wanted,
                                 remedy=f"name one of {', '.join(names)} under query_logs in platform.yaml")
        found[what] = wanted or next((by_name[name] for name in usual if name in by_name), None)
    if found["sql"] is None:
        raise UnreadableData(location, f"none of its columns {', '.join(names)} is known to hold statements",
                             remedy="name it as sql under query_logs in platform.yaml")
    return Columns(found["sql"], found["user"], found["time"], found["calls"])


def entries_of(rows: pa.Table, columns: Columns, timezone: str) -> tuple[pa.Table, int]:
    """The rows as entries, and how many can't be used: without a statement, or with a time that is none.

    Args:
        rows: Of the log, with at least `columns`.
        columns: Which hold what.
        timezone: Of the platform, where dates without a time begin. Times without a zone are UTC.

    Returns:
        Table of schema `ENTRIES`; `time` is null throughout where the log has none.
    """
    count = rows.num_rows
    sql = _text(rows.column(columns.sql))
    user = _text(rows.column(columns.user)) if columns.user else pa.nulls(count, pa.string())
    time = _times(rows.column(columns.time), timezone) if columns.time else pa.nulls(count, ENTRIES.field("time").type)
    calls = pc.fill_null(_whole(rows.column(columns.calls)), 0) if columns.calls else pa.repeat(pa.scalar(1, pa.int64()), count)
    table = pa.Table.from_arrays([sql, user, time, calls], schema=ENTRIES)
    good = pc.greater(pc.utf8_length(pc.fill_null(table.column("sql"), "")), 0)
    if columns.time:
        good = pc.and_(good, pc.is_valid(table.column("time")))
    kept = table.filter(good)
    return kept, count - kept.num_rows


def statistics_entries(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Entries from rows of `pg_stat_statements` (query, calls, userid or rolname), as a database returns them."""
    table = pa.Table.from_pylist([dict(row) for row in rows])
    return entries_of(table, find_columns(table.column_names, {}, "pg_stat_statements"), "UTC")[0]


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column if column.type == pa.string() else column.cast(pa.string())


def _whole(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.cast(column, pa.int64(), safe=False)


def _times(column: pa.ChunkedArray, timezone: str) -> pa.ChunkedArray:
    """Times in UTC; null where a value is none."""
    kind, wanted = column.type, ENTRIES.field("time").type
    if pa.types.is_timestamp(kind):
        return column.cast(pa.timestamp("us", kind.tz), safe=False).cast(wanted)
    if pa.types.is_date(kind):
        return pc.assume_timezone(column.cast(pa.timestamp("us")), timezone, ambiguous="earliest",
                                  nonexistent="latest").cast(wanted)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return _since_1970(column.cast(pa.float64()))
    texts = _text(column)
    try:
        return _since_1970(texts.cast(pa.float64()))
    except pa.ArrowInvalid:
        zone = ZoneInfo(timezone)
        return pa.chunked_array([pa.array([_time(text, zone) for text in texts.to_pylist()], wanted)])


def _since_1970(numbers: pa.ChunkedArray) -> pa.ChunkedArray:
    largest = pc.max(pc.abs(numbers)).as_py() or 0.0
    unit = next(unit for most, unit in _UNITS if largest < most)
    scale = {"s": 1e6, "ms": 1e3, "us": 1.0, "ns": 1e-3}[unit]
    return pc.multiply(numbers, scale).cast(pa.int64(), safe=False).cast(ENTRIES.field("time").type)


def _time(text: str | None, zone: ZoneInfo) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat((text or "").strip().removesuffix(" UTC"))
    except ValueError:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone if len((text or "").strip()) <= len("2017-12-31") else dt.UTC)
    return found.astimezone(dt.UTC)
