"""Spark: what a profile asks of parquet files, answered by a cluster."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from assay.engine.duck import literal
from assay.engine.rows import Choice, DuckRows
from assay.errors import AssayError, SourceUnavailable, UnreadableData

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
# type -> its text as DuckDB writes it; of floats and decimals Spark's differ
_TEXTS = {"VARCHAR": "v", "TIMESTAMP WITH TIME ZONE": "concat(CAST(v AS STRING), '+00')",
          **dict.fromkeys(("DATE", "TIMESTAMP", *_INTEGERS), "CAST(v AS STRING)")}
# type -> what Spark reads it as, decimals aside
_READ_AS = {"BOOLEAN": "BOOLEAN", "FLOAT": "FLOAT", "DOUBLE": "DOUBLE", "BLOB": "BINARY", "VARCHAR": "STRING", "DATE": "DATE",
            "TIMESTAMP": "TIMESTAMP_NTZ", "TIMESTAMP WITH TIME ZONE": "TIMESTAMP", "TINYINT": "TINYINT", "SMALLINT": "SMALLINT",
            "INTEGER": "INT", "BIGINT": "BIGINT", "UTINYINT": "SMALLINT", "USMALLINT": "INT", "UINTEGER": "BIGINT",
            "UBIGINT": "DECIMAL(20,0)"}
_WHOLE = 1 << 53  # integers up to here are doubles
_ERROR = 0.03  # of approximate counts: a standard deviation, so that 15 % are five of them


class SparkRows(DuckRows):
    """Parquet files that Spark counts: values, and the hash sample of nearly unique columns.

    What Spark can't count in the way that all engines do is counted by DuckDB, from the same files: nested columns and rare
    types, and nearly unique floats and decimals.

    Args:
        files: Of one table, on a filesystem that DuckDB reads, and Spark under the same names.
        session: Of Spark, in UTC.
        place: Where that is, for errors.
        reaching: Turns Spark's errors at a place into sentences.

    Raises:
        duckdb.Error: If DuckDB can't read a file.
        SourceUnavailable: If Spark can't; all methods raise what `reaching` does.
    """

    engine = "spark"

    def __init__(self, files: Sequence[str], session: SparkSession, place: str,
                 reaching: Callable[[str], AbstractContextManager[None]]) -> None:
        super().__init__(files)
        self._place, self._reaching = place, reaching
        kinds = {name: read_as for name in _unlike(self.schema) if (read_as := _read_as(str(self.schema[name]))) is not None}
        self._columns = {name: _quoted(name) for name in kinds}
        try:
            with reaching(place):  # told the schema, Spark doesn't stumble over columns of types that it can't read
                schema = ", ".join(f"{self._columns[name]} {kind}" for name, kind in kinds.items())
                self._frame = session.read.schema(schema).parquet(*map(_escaped, files))
                _ = self._frame.schema  # a server looks only when it has to answer
        except AssayError as error:
            self.con.close()
            if not isinstance(error, UnreadableData):
                raise
            raise SourceUnavailable(place, f"it can't read {files[0]}, which DuckDB can",
                                    "give Spark the shared storage under the same paths") from error

    def distinct(self, names: Sequence[str], limit: float) -> Mapping[str, int]:
        """About how many different values columns have."""
        mine = [name for name in names if name in self._columns]
        others = [name for name in names if name not in self._columns]
        found = dict(super().distinct(others, limit)) if others else {}
        if mine:
            asked = [f"approx_count_distinct({self._columns[name]}, {_ERROR})" for name in mine]
            answer = self._ask(self._frame.selectExpr(*asked))
            found |= {name: int(answer.column(place)[0].as_py()) for place, name in enumerate(mine)}
        return found

    def counts(self, name: str) -> str | None:
        """Relation `(v, n)`: the different values of a column, and the rows that hold each."""
        if name not in self._columns:
            return None
        return self._typed(name, self._ask(self._column(name).groupBy("v").count()), "v", "count as n")

    def sample(self, name: str, choice: Choice) -> str | None:
        """Relation `(v, n)` of nulls and of the values whose text is chosen."""
        text = _TEXTS.get(str(self.schema[name]))
        if text is None:
            return None
        chosen = f"concat('{choice.label}:', substr(sha2({text}, 256), 1, {choice.digits}))" if choice.label else text
        wanted = ", ".join(literal(value) for value in choice.always)
        found = self._column(name).where(
            f"v IS NULL OR {chosen} IN ({wanted}) OR startswith(md5({chosen}), {literal(choice.prefix)})")
        return self._typed(name, self._ask(found.groupBy("v").count()), "v", "count as n")

    def summary(self, name: str) -> str | None:
        """Relation `(filled, low, high, total, negatives)` of one row."""
        kind = str(self.schema[name])
        if kind not in _TEXTS:
            return None
        whole = kind in _INTEGERS
        numeric = ("sum(CAST(v AS DECIMAL(38,0))) AS total", "count_if(v < 0) AS negatives") if whole else (
            "CAST(NULL AS DOUBLE) AS total", "CAST(NULL AS BIGINT) AS negatives")
        answer = self._ask(self._column(name).selectExpr("count(v) AS filled", "min(v) AS low", "max(v) AS high", *numeric))
        row = answer.to_pylist()[0]
        if whole and row["low"] is not None and max(-row["low"], row["high"]) > _WHOLE:
            return None  # such a sum is not that of the nearest doubles
        return self._typed(name, answer, "low", "high", "filled", "total::double as total", "negatives")

    def _column(self, name: str) -> DataFrame:
        return self._frame.selectExpr(f"{self._columns[name]} AS v")

    def _ask(self, frame: DataFrame) -> pa.Table:
        with self._reaching(self._place):
            return frame.toArrow()

    def _typed(self, name: str, answer: pa.Table, *columns: str) -> str:
        """The answer as a relation, its values of the column's type at the source."""
        self.con.register("answer", answer)
        typed = [f"{column}::{self.schema[name]} as {column}" if column in ("v", "low", "high") else column
                 for column in columns]
        return f"(select {', '.join(typed)} from answer)"


def _read_as(dtype: str) -> str | None:
    return dtype if dtype.startswith("DECIMAL") else _READ_AS.get(dtype)


def _unlike(names: Collection[str]) -> list[str]:
    """Names that only one column of the files can mean: of `a` and `A` DuckDB makes `a` and `A_1`, and Spark fails."""
    known = {name.lower() for name in names}
    made = {stem for name in known if (stem := re.sub(r"_\d+$", "", name)) != name and stem in known}
    return [name for name in names if name.lower() not in made and re.sub(r"_\d+$", "", name.lower()) not in made]


def _escaped(path: str) -> str:
    """A path whose characters are no patterns."""
    return re.sub(r"([\[\]{}*?\\])", r"\\\1", path)


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
