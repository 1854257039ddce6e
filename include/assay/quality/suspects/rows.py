"""The rows of one partition, as detectors ask for them and as a person finds them again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb

from assay.catalog.facts import TableFacts
from assay.engine import connect, literal, quote, scan
from assay.errors import UnreadableData, shorten
from assay.quality.suspects.suspect import PLACES, shown

_SAMPLED = 200_000  # rows on which questions about pairs of columns are asked


class Rows:
    """Rows of a partition, numbered from 1 in the order in which it was delivered.

    Args:
        files: Its parquet files, in order.
        table: Its facts.
        key: Column that identifies its rows, if one does.

    Attributes:
        number: Name of the column of `whole` that holds the number of a row, quoted.

    Raises:
        UnreadableData: By every question, if a file can't be read.
    """

    def __init__(self, files: Sequence[str], table: TableFacts, key: str | None) -> None:
        self._table, self._key, self._name = table, key, files[0]
        self._con = connect()
        number = "row"
        while number in map(str.lower, table.columns):
            number += "_"
        self.number = quote(number)
        self.ask("set TimeZone = 'UTC'")
        self.ask(f"create view whole as select *, row_number() over () as {self.number} from {scan(files)}")
        step = -(-table.rows // _SAMPLED) or 1
        self.ask(f"create temp {'table' if table.rows <= _SAMPLED else 'view'} sampled as "
                 f"select * exclude ({self.number}) from whole where {self.number} % {step} = 0")

    def __enter__(self) -> Rows:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the engine."""
        self._con.close()

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """The answer to a query of the views `whole`, all rows, and `sampled`, at most 200,000 of them."""
        try:
            return list(self._con.execute(query).fetchall())
        except duckdb.Error as error:
            raise UnreadableData(self._name, shorten(error, 200)) from error

    def holding(self, column: str, values: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Value -> the first five rows whose column, as text, is that value."""
        listed, key = ", ".join(map(literal, values)), quote(self._key) if self._key else "null"
        found = self.ask(f"""select v, n, k from (select {quote(column)}::varchar as v, {self.number} as n, {key}::varchar as k
            from whole) where v in ({listed}) qualify row_number() over (partition by v order by n) <= {PLACES} order by n""")
        places: dict[str, tuple[str, ...]] = {}
        for value, number, identity in found:
            places[value] = (*places.get(value, ()), self._place(int(number), identity))
        return places

    def where(self, condition: str) -> tuple[str, ...]:
        """The first five rows of `whole` that meet a condition: `row 17` and the value of the key."""
        key = quote(self._key) if self._key else "null"
        found = self.ask(f"select {self.number} as n, {key}::varchar from whole where {condition} order by n "
                         f"limit {PLACES}")
        return tuple(self._place(int(number), value) for number, value in found)

    def _place(self, number: int, value: str | None) -> str:
        if self._key is None or value is None:
            return f"row {number}"
        return f"row {number}, {self._key} {shown(self._table.columns[self._key], value)}"
