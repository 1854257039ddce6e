"""What a database that SQLAlchemy speaks to counts itself, so that a table need not be copied to be profiled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa
import sqlalchemy as sa

from assay.sources.cleaning import clean
from assay.sources.databases.values import array_of, arrow_type, batches

_SAMPLED = 256  # one text in so many begins so: two hexadecimal digits of its MD5
_WHOLE = 1 << 53  # integers up to here are doubles


class Choice(Protocol):
    """Which values are in a sample, see `assay.engine.rows`."""

    @property
    def always(self) -> tuple[str, ...]:
        """Texts that are always chosen."""

    @property
    def prefix(self) -> str:
        """Of the MD5 of others that are."""

    @property
    def label(self) -> str | None:
        """Of the stand-in that is chosen by."""

    @property
    def digits(self) -> int:
        """Of the stand-in."""


@dataclass(frozen=True)
class _Words:
    """How a database says what a profile asks; `{}` is a column or text.

    Attributes:
        exact: A text that equals another only if all of its characters do, and is ordered by its UTF-8 bytes.
        binary: Whether such a text comes as bytes.
        plain: A value of any type as some text.
        date: A date as `2026-03-01`.
        time: A time without a zone as `2026-03-01 12:30:00`, with as many digits of its fraction as it needs.
        utc: A time with a zone as one in UTC without.
        md5: Of a text, in hexadecimal digits.
        sha256: The same.
        join: Two texts as one.
    """

    exact: str
    binary: bool
    plain: str
    date: str
    time: str
    utc: str
    md5: str
    sha256: str
    join: str = "({} || {})"


_POSTGRES = _Words(
    exact='({} COLLATE "C")', binary=False, plain="CAST({} AS TEXT)", date="to_char({}, 'YYYY-MM-DD')",
    time="rtrim(rtrim(to_char({}, 'YYYY-MM-DD HH24:MI:SS.US'), '0'), '.')", utc="({} AT TIME ZONE 'UTC')", md5="md5({})",
    sha256="encode(sha256(convert_to({}, 'UTF8')), 'hex')")
_MYSQL = _Words(
    exact="CAST(CONVERT({} USING utf8mb4) AS BINARY)", binary=True, plain="CAST({} AS CHAR)",
    date="DATE_FORMAT({}, '%Y-%m-%d')",
    time="TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM DATE_FORMAT({}, '%Y-%m-%d %H:%i:%s.%f')))", utc="{}", md5="MD5({})",
    sha256="SHA2({}, 256)", join="CONCAT({}, {})")
_WORDS: Mapping[str, _Words] = {"postgresql": _POSTGRES, "mysql": _MYSQL, "mariadb": _MYSQL}  # whose hashes were tried
_EXACT: Mapping[str, str] = {"sqlite": "({} COLLATE BINARY)"}  # of the others
# what makes all answers those of one moment
BEGIN: Mapping[str, str] = {"postgresql": "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY", "sqlite": "BEGIN",
                            **dict.fromkeys(("mysql", "mariadb"), "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")}
_GROUPED = (sa.Boolean, sa.Integer, sa.Float, sa.Numeric, sa.DateTime, sa.Date, sa.Time, sa.LargeBinary)


class SqlCounter:
    """The answers of a database about a table; see `assay.engine.remote.Counter`.

    Args:
        connection: In a transaction.
        place: The table, for errors.
        table: As the database describes it.
    """

    def __init__(self, connection: sa.Connection, place: str, table: sa.Table) -> None:
        self.engine = connection.dialect.name
        self._connection, self._place, self._table = connection, place, table
        self._raw = pa.schema([(column.name, arrow_type(column.type)) for column in table.columns])
        self.schema: pa.Schema = clean(self._raw.empty_table(), place).schema
        self._words = _WORDS.get(self.engine)
        self._trimmed: dict[str, bool] = {}

    def count(self) -> int:
        """Rows of the table."""
        return int(self._ask(sa.func.count())[0][0])

    def distinct(self, names: Sequence[str]) -> Mapping[str, int]:
        """About how many different values columns have: those in a sample by hash, else all of them."""
        if self._words is None:
            found = self._ask(*(sa.func.count(sa.distinct(self._sql(name))) for name in names))[0]
            return {name: int(count) for name, count in zip(names, found, strict=True)}
        prefix = "0" * (len(f"{_SAMPLED - 1:x}"))
        hashes = [self._words.md5.format(self._words.plain.format(self._quoted(name))) for name in names]
        found = self._ask(*(sa.literal_column(f"COUNT(DISTINCT CASE WHEN {one} LIKE '{prefix}%' THEN {one} END)")
                            for one in hashes))[0]
        return {name: _SAMPLED * int(count) for name, count in zip(names, found, strict=True)}

    def counts(self, name: str) -> pa.Table | None:
        """Columns `v` and `n`: the different values of a column, and the rows that hold each."""
        return self._grouped(name) if self._is_text(name) or isinstance(self._type(name), _GROUPED) else None

    def sample(self, name: str, choice: Choice) -> pa.Table | None:
        """The same of nulls and of those values alone that are chosen."""
        text = self._text(name)
        if text is None or self._words is None:
            return None
        if choice.label:
            digits = f"substr({self._words.sha256.format(text)}, 1, {choice.digits})"
            text = self._words.join.format(f"'{choice.label}:'", digits)
        always = ", ".join(f"'{value}'" for value in choice.always)
        return self._grouped(name, f"{self._quoted(name)} IS NULL OR {text} IN ({always}) OR "
                                   f"{self._words.md5.format(text)} LIKE '{choice.prefix}%'")

    def summary(self, name: str) -> pa.Table | None:
        """One row: `filled`, `low`, `high`, `total` and `negatives`."""
        if self._text(name) is None:
            return None
        value, column = self._sql(name), self._table.columns[name]
        asked: list[Any] = [sa.func.count(column), sa.func.min(value, type_=value.type), sa.func.max(value, type_=value.type)]
        whole = isinstance(self._type(name), sa.Integer)
        if whole:
            asked += [sa.func.sum(column), sa.func.sum(sa.case((column < 0, 1), else_=0))]
        filled, low, high, *numbers = tuple(self._ask(*asked)[0])
        if whole and low is not None and max(-low, high) > _WHOLE:
            return None  # such a sum is not that of the nearest doubles
        total, negatives = (float(numbers[0] or 0), int(numbers[1] or 0)) if whole else (None, None)
        ends = self._cleaned(name, [low, high])
        return pa.table({"filled": pa.array([filled], pa.int64()), "low": ends.slice(0, 1), "high": ends.slice(1, 1),
                         "total": pa.array([total], pa.float64()), "negatives": pa.array([negatives], pa.int64())})

    def values(self, name: str) -> Iterator[pa.RecordBatch]:
        """A column `v` of all rows, some at a time."""
        query = sa.select(self._table.columns[name].label("v"))
        for batch in batches(self._connection, self._place, query, pa.schema([("v", self._raw.field(name).type)])):
            yield from clean(pa.Table.from_batches([batch]), self._place).to_batches()

    # -- words --------------------------------------------------------------------------------------------------------

    def _type(self, name: str) -> sa.types.TypeEngine[Any]:
        return self._table.columns[name].type

    def _is_text(self, name: str) -> bool:
        return isinstance(self._type(name), sa.String) and not isinstance(self._type(name), sa.Enum)

    def _quoted(self, name: str) -> str:
        dialect = self._connection.dialect
        quoted = dialect.identifier_preparer.quote(name)
        # as a driver wants it, which `literal_column` sees to again
        return quoted.replace("%%", "%") if dialect.paramstyle in ("format", "pyformat") else quoted

    def _sql(self, name: str) -> sa.ColumnElement[Any]:
        """A column such that texts equal each other only if all of their characters do."""
        if not self._is_text(name):
            return self._table.columns[name]
        exact = self._words.exact if self._words else _EXACT.get(self.engine, "{}")
        binary = self._words is not None and self._words.binary
        return sa.literal_column(exact.format(self._quoted(name)), sa.LargeBinary() if binary else self._type(name))

    def _text(self, name: str) -> str | None:
        """SQL of a value's text as DuckDB writes it; None where the database writes another one, or it can't be told."""
        if self._words is None:
            return None
        column, kind = self._quoted(name), self._type(name)
        if isinstance(kind, sa.Integer) and self._raw.field(name).type == pa.int64():
            return self._words.plain.format(column)
        if isinstance(kind, sa.DateTime):
            return self._words.join.format(self._words.time.format(self._words.utc.format(column) if kind.timezone else column),
                                           "'+00'")
        if isinstance(kind, sa.Date):
            return self._words.date.format(column)
        text = self._words.exact.format(column)
        return text if self._is_text(name) and self._is_trimmed(name, text) else None

    def _is_trimmed(self, name: str, text: str) -> bool:
        """Whether cleaning surely leaves all texts as they are: each begins and ends with a visible character of ASCII."""
        if name not in self._trimmed:
            ends = [f"substr({text}, {place}, 1) BETWEEN '!' AND '~'" for place in ("1", f"char_length({text})")]
            other: sa.ColumnElement[Any] = sa.literal_column(f"COUNT(CASE WHEN NOT ({' AND '.join(ends)}) THEN 1 END)")
            self._trimmed[name] = not self._ask(other)[0][0]
        return self._trimmed[name]

    # -- answers ------------------------------------------------------------------------------------------------------

    def _ask(self, *columns: Any) -> Sequence[sa.Row[Any]]:
        return self._connection.execute(sa.select(*columns).select_from(self._table)).fetchall()

    def _grouped(self, name: str, where: str | None = None) -> pa.Table:
        value = self._sql(name)
        query = sa.select(value.label("v"), sa.func.count().label("n")).select_from(self._table).group_by(value)
        if where is not None:
            query = query.where(sa.literal_column(where, sa.Boolean()))
        found = self._connection.execute(query).fetchall()
        values, n = [row[0] for row in found], [row[1] for row in found]
        return pa.table({"v": self._cleaned(name, values), "n": pa.array(n, pa.int64())})

    def _cleaned(self, name: str, values: Sequence[Any]) -> pa.ChunkedArray:
        """Values as a snapshot would hold them."""
        if self._is_text(name):
            values = [value.decode() if isinstance(value, bytes) else value for value in values]
        table = pa.table({name: array_of(self._place, name, values, self._raw.field(name).type)})
        return clean(table, self._place).column(0)
