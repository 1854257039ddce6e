"""A log's entries summed by statement and user, so that each statement has to be parsed once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from assay.catalog.usage.normalise import Shapes

WINDOW_DAYS = 90


@dataclass(frozen=True)
class Span:
    """The time that a night looks at.

    Attributes:
        partition: The night's local day.
        timezone: Of the platform.
    """

    partition: dt.date
    timezone: str

    @property
    def end(self) -> dt.datetime:
        """The first moment after the partition, which no entry may reach."""
        return self._midnight(1)

    @property
    def start(self) -> dt.datetime:
        """The first moment of the window."""
        return self._midnight(1 - WINDOW_DAYS)

    def day(self, moment: dt.datetime) -> dt.date:
        """The local day of a moment."""
        return moment.astimezone(ZoneInfo(self.timezone)).date()

    def _midnight(self, days: int) -> dt.datetime:
        local = dt.datetime.combine(self.partition + dt.timedelta(days=days), dt.time(), ZoneInfo(self.timezone))
        return local.astimezone(dt.UTC)


@dataclass
class Shape:
    """One statement of a log, literals aside.

    Attributes:
        text: Normalised.
        dialect: Of the log.
        calls: How often it was sent in the window.
        users: Who sent it in the window.
        last: When it was last sent, None where the log has no times.
    """

    text: str
    dialect: str
    calls: int = 0
    users: set[str] = field(default_factory=set)
    last: dt.datetime | None = None


@dataclass
class Digest:
    """What a night sees of its logs.

    Attributes:
        shapes: Every statement once, by dialect and text.
        first: The first moment for which there is an entry.
    """

    shapes: list[Shape]
    first: dt.datetime | None


def until(entries: pa.Table, span: Span) -> pa.Table:
    """The entries that a night may see; those without a time are sums up to now, whatever the partition."""
    before = pc.less(entries.column("time"), pa.scalar(span.end, pa.timestamp("us", "UTC")))
    return entries.filter(pc.fill_null(before, True))


def digest(logs: Iterable[tuple[str, Iterable[pa.Table]]], span: Span) -> Digest:
    """Sum up logs.

    Args:
        logs: Dialect and entries of each, as `until` leaves them.
        span: What the night looks at.
    """
    found: dict[tuple[str, str], Shape] = {}
    first: dt.datetime | None = None
    for dialect, parts in logs:
        numbers = Shapes(dialect)
        for part in parts:
            earliest = pc.min(part.column("time")).as_py()
            first = min((t for t in (first, earliest) if t is not None), default=None)
            for number, user, calls, last in _sums(part, numbers, span):
                shape = found.setdefault((dialect, numbers.texts[number]), Shape(numbers.texts[number], dialect))
                shape.calls += calls
                if calls and user is not None:
                    shape.users.add(user)
                shape.last = max((t for t in (shape.last, last) if t is not None), default=None)
    return Digest([found[key] for key in sorted(found)], first)


def _sums(part: pa.Table, numbers: Shapes, span: Span) -> Iterable[tuple[int, str | None, int, dt.datetime | None]]:
    """Shape, user, calls in the window and last time, for each pair of shape and user."""
    statements = part.column("sql").combine_chunks().dictionary_encode()  # a text that comes again is read once
    shape_of = pa.array([numbers.number(sql) for sql in statements.dictionary.to_pylist()], pa.int64())
    inside = pc.fill_null(pc.greater_equal(part.column("time"), pa.scalar(span.start, pa.timestamp("us", "UTC"))), True)
    table = pa.table({
        "shape": shape_of.take(statements.indices), "user": part.column("user"), "time": part.column("time"),
        "calls": pc.if_else(inside, part.column("calls"), 0)})
    sums = table.group_by(["shape", "user"]).aggregate([("calls", "sum"), ("time", "max")])
    return zip(*(sums.column(name).to_pylist() for name in ("shape", "user", "calls_sum", "time_max")))
