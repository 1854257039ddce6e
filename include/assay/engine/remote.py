"""Tables that stay where they are: their database counts, DuckDB writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Protocol

import pyarrow as pa

from assay.engine.duck import connect
from assay.engine.rows import Choice


class Counter(Protocol):
    """What a database answers about one of its tables, in values as snapshots would hold them.

    It answers as `Rows` does, but in tables of Arrow.

    Attributes:
        engine: Name of the database's kind.
        schema: Of the table.
    """

    engine: str
    schema: pa.Schema

    def count(self) -> int:
        """Rows of the table."""

    def distinct(self, names: Sequence[str]) -> Mapping[str, int]:
        """About how many different values columns have, within 15 % where they are 100,000 or more."""

    def counts(self, name: str) -> pa.Table | None:
        """Columns `v` and `n`: the different values of a column, and the rows that hold each; a value may come twice."""

    def sample(self, name: str, choice: Choice) -> pa.Table | None:
        """The same of nulls and of those values alone that are chosen."""

    def summary(self, name: str) -> pa.Table | None:
        """One row: `filled`, `low`, `high`, `total` and `negatives`."""

    def values(self, name: str) -> Iterable[pa.RecordBatch]:
        """A column `v` of all rows, some at a time."""


class RemoteRows:
    """A table that its database counts.

    What the database can't count in the way that all engines do is fetched, a column at a time, and counted by DuckDB, which
    spills to its temporary folder.

    Args:
        counter: Asks the database; all methods raise what it does.
    """

    def __init__(self, counter: Counter) -> None:
        self.con, self.engine, self._counter = connect(), counter.engine, counter
        self.con.execute("set TimeZone = 'UTC'")
        self.con.register("none", counter.schema.empty_table())
        empty = self.con.sql("from none")
        self.schema: Mapping[str, Any] = dict(zip(empty.columns, empty.dtypes, strict=True))
        self._at_home = dict(zip(empty.columns, counter.schema.names, strict=True))  # of `a` and `A` the latter is `A_1` here
        self._fetched: str | None = None

    def __enter__(self) -> RemoteRows:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.con.close()

    def count(self) -> int:
        """Rows of the table."""
        return self._counter.count()

    def distinct(self, names: Sequence[str], limit: float) -> Mapping[str, int]:
        """About how many different values columns have; databases are asked for no rougher answer."""
        found = self._counter.distinct([self._at_home[name] for name in names])
        return {name: found[self._at_home[name]] for name in names}

    def expect(self, names: Sequence[str]) -> None:
        """Nothing: a database is asked a column at a time."""

    def counts(self, name: str) -> str | None:
        """Relation `(v, n)`: the different values of a column, and the rows that hold each."""
        return self._answered(self._counter.counts(self._at_home[name]))

    def sample(self, name: str, choice: Choice) -> str | None:
        """Relation `(v, n)` of nulls and of the values that are chosen."""
        return self._answered(self._counter.sample(self._at_home[name], choice))

    def summary(self, name: str) -> str | None:
        """Relation `(filled, low, high, total, negatives)` of one row."""
        return self._answered(self._counter.summary(self._at_home[name]))

    def values(self, name: str) -> str:
        """Relation `(v)`: a column of all rows, fetched once."""
        if self._fetched != name:
            field = self.schema[name]
            self.con.execute("drop table if exists fetched")
            self.con.execute(f"create temp table fetched (v {field})")
            for batch in self._counter.values(self._at_home[name]):
                self.con.register("answer", pa.Table.from_batches([batch]))
                self.con.execute("insert into fetched select v from answer")
            self._fetched = name
        return "fetched"

    def _answered(self, answer: pa.Table | None) -> str | None:
        if answer is None:
            return None
        self.con.register("answer", answer)
        return "answer"
