"""The rows of one table, wherever they lie, and the few questions that a profile asks of them.

Whatever answers, texts, numbers and masks are made of typed values in one local DuckDB, since texts of numbers and times differ
between engines: an engine counts, DuckDB writes. So the same rows give the same state on every engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol

import duckdb

from assay.engine.duck import are_alike, connect, quote, scan
from assay.engine.looks import look

_HELD = 100_000  # rows up to which files are read once, instead of once a few columns
_TOGETHER = 4  # columns whose values are counted in one scan of many files, which their tables in memory have to bear
_LARGE = 50_000  # rows a file from which opening it takes less than counting several columns at once
_TOGETHER_HELD = 50  # the same where the rows are few
_LOOKS = (200_000, 2_000_000)  # rows that tell whether a column has many different values, in two steps


@dataclass(frozen=True)
class Choice:
    """Which values are in a sample, by their text as DuckDB writes it or by a stand-in of it.

    Attributes:
        always: Those that are always chosen.
        prefix: Others are chosen if their MD5, in hexadecimal digits, begins with this.
        label: If given, a value is chosen by its stand-in `<label>:<digits of the text's SHA-256>`.
        digits: Hexadecimal digits of a stand-in.
    """

    always: tuple[str, ...]
    prefix: str
    label: str | None = None
    digits: int = 0


class Rows(Protocol):
    """A table that can be counted.

    Answers are SQL of relations in `con`, good until the next question. None means that the engine can't answer in the way that
    all do: then `values` are counted locally.

    Attributes:
        con: A local DuckDB, whose time zone is UTC.
        engine: Name of what counts.
        schema: Column -> type, in the table's order.
    """

    con: duckdb.DuckDBPyConnection
    engine: str
    schema: Mapping[str, Any]

    def count(self) -> int:
        """Rows of the table."""

    def distinct(self, names: Sequence[str], limit: float) -> Mapping[str, int]:
        """About how many different values columns have, within 15 %, or of large tables at least have.

        Args:
            names: Of the columns.
            limit: What the answer is held against: of a column that has surely less, a rough one will do.
        """

    def expect(self, names: Sequence[str]) -> None:
        """Say whose counts are asked for next, in this order: columns of plain types without too many different values."""

    def counts(self, name: str) -> str | None:
        """Relation `(v, n)`: the different values of a column, and the rows that hold each; a value may come twice."""

    def sample(self, name: str, choice: Choice) -> str | None:
        """Relation `(v, n)` as of `counts`, of nulls and of those values alone that are chosen."""

    def summary(self, name: str) -> str | None:
        """Relation `(filled, low, high, total, negatives)` of one row.

        That is rows with a value, smallest and largest value (texts by their UTF-8 bytes), and for integers alone the exact sum
        of the nearest doubles and the rows below 0; null for other types.
        """

    def values(self, name: str) -> str:
        """Relation `(v)`: a column of all rows."""


class DuckRows:
    """Parquet files, read by DuckDB.

    Args:
        files: Of one table, on a filesystem that DuckDB reads, at least one.

    Raises:
        duckdb.Error: If a file can't be read; so do all methods.
    """

    engine = "duckdb"

    def __init__(self, files: Sequence[str]) -> None:
        self.con = connect()
        self._rows: int | None = None
        self._batches: dict[str, tuple[str, ...]] = {}
        self._counted: tuple[str, ...] = ()
        try:
            self.con.execute("set TimeZone = 'UTC'")
            self.con.execute("set parquet_metadata_cache = true")
            self._files, self._alike = tuple(files), are_alike(self.con, files)
            self.con.execute(f"create view files as select * from {scan(files, alike=self._alike)}")
            # of a small table opening its files for each column takes the longest
            held = "table" if self.count() <= _HELD else "view"
            self.con.execute(f"create temp {held} snapshot as select * from files")
            found = self.con.sql("from snapshot")
            self.schema: Mapping[str, Any] = dict(zip(found.columns, found.dtypes, strict=True))
        except duckdb.Error:
            self.con.close()
            raise

    def __enter__(self) -> DuckRows:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.con.close()

    def count(self) -> int:
        """Rows of the table."""
        if self._rows is None:
            self._rows = int(self.con.execute("select count(*) from files").fetchall()[0][0])
        return self._rows

    def distinct(self, names: Sequence[str], limit: float) -> Mapping[str, int]:
        """About how many different values columns have, by some two million rows at most.

        A tenth of them is looked at first. Ten times the rows hold at most ten times the values: a column that stays below
        half of the limit by that is not looked at again.
        """
        found: dict[str, int] = {}
        for wanted in _LOOKS:
            others = [name for name in names if name not in found]
            if not others:
                break
            seen, *counts = self._distinct(others, self._look(wanted))
            most = min(self.count(), _LOOKS[-1]) / max(seen, 1)  # times the rows of this look
            found |= {name: many for name, many in zip(others, counts, strict=True)
                      if wanted == _LOOKS[-1] or 2 * many * most < limit}
        return found

    def _look(self, wanted: int) -> str:
        """Relation of about so many rows, from all over the table."""
        if self.count() <= max(wanted, _HELD):
            return "snapshot"
        if self._alike:
            return look(self._files, self.count(), wanted)
        return f"snapshot using sample {100 * wanted / self.count():.4f} percent (system, 1)"

    def _distinct(self, names: Sequence[str], relation: str) -> tuple[int, ...]:
        """Rows of a relation, and about how many different values columns have there."""
        counts = ", ".join(f"approx_count_distinct({quote(name)})" for name in names)
        answer: tuple[int, ...] = self.con.execute(f"select count(*), {counts} from {relation}").fetchall()[0]
        return answer

    def expect(self, names: Sequence[str]) -> None:
        """Let a few columns be counted in each scan where opening many files for each of them takes the longest."""
        if self.count() > _HELD and self.count() >= _LARGE * len(self._files):
            return
        size = _TOGETHER_HELD if self.count() <= _HELD else _TOGETHER
        batches = [tuple(names[first:first + size]) for first in range(0, len(names), size)]
        self._batches = {name: batch for batch in batches for name in batch}

    def counts(self, name: str) -> str | None:
        """Relation `(v, n)` of a column that is expected, else None: it is counted where it is."""
        batch = self._batches.get(name, ())
        if not batch:
            return None
        if self._counted != batch:
            keys = ", ".join(f"v{place}" for place in range(len(batch)))
            values = ", ".join(f"{quote(column)} as v{place}" for place, column in enumerate(batch))
            sets = ", ".join(f"(v{place})" for place in range(len(batch)))
            self.con.execute(f"create or replace temp table counted as select {keys}, grouping({keys}) as others, "
                             f"count(*)::bigint as n from (select {values} from snapshot) group by grouping sets ({sets})")
            self._counted = batch
        place = batch.index(name)
        others = 2 ** len(batch) - 1 - 2 ** (len(batch) - 1 - place)  # a bit for each column not grouped, the first one highest
        return f"(select v{place} as v, n from counted where others = {others})"

    def sample(self, name: str, choice: Choice) -> str | None:
        """None, as of `counts`."""

    def summary(self, name: str) -> str | None:
        """None, as of `counts`."""

    def values(self, name: str) -> str:
        """Relation `(v)`: a column of all rows."""
        return f"(select {quote(name)} as v from snapshot)"
