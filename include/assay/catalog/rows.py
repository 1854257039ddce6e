"""The few questions that counts of single columns can't answer: what identifies rows, which rows two tables share.

Every question is one bounded query. Values never leave the engine, only counts do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import duckdb

from assay.engine import connect, literal, quote, scan
from assay.errors import UnreadableData, shorten

_DATE = r"\d{4}-\d{2}-\d{2}([ T]00:00(:00(\.0+)?)?(Z|[+]00(:?00)?)?)?"


@dataclass(frozen=True)
class Shared:
    """Different combinations of values of some columns of a table, and how many of them another has.

    Attributes:
        distinct: Combinations in the one table, rows with a null left out.
        found: Of these in the other.
        known: Combinations in the other.
    """

    distinct: int
    found: int
    known: int


class Rows(Protocol):
    """Rows of some of the assets."""

    def __contains__(self, asset: object) -> bool:
        """Whether rows of the asset can be asked for."""

    def count(self, asset: str, *, newest: bool = False) -> int:
        """Rows of all partitions that are classified, or of the newest alone."""

    def distinct(self, asset: str, columns: Sequence[str], *, newest: bool = False) -> int:
        """Different combinations of values of `columns`, nulls counting as a value."""

    def shared(self, asset: str, columns: Sequence[str], other: str, others: Sequence[str]) -> Shared:
        """How many of the combinations of an asset's columns are among those of another's, in the same order of columns."""

    def same_totals(self, asset: str, key: Sequence[str], other: str, by: Sequence[str],
                    pairs: Sequence[tuple[str, str, str]]) -> list[float]:
        """Share of an asset's rows whose column is the total of another's column over the rows of the same key.

        Args:
            asset: Has one row a key.
            key: Its key columns.
            other: Has any number of rows a key.
            by: Its columns that refer to the key.
            pairs: (column of the asset, sum, count, min or max, column of the other), at least one.
        """


class SnapshotRows:
    """Rows of parquet files.

    Args:
        files: Asset -> partitions, oldest first, each a list of files. It is read when rows are asked for, and an asset that
            can't be read is taken out of it.

    Raises:
        UnreadableData: By every question, if a file can't be read; the asset is not asked again.
    """

    def __init__(self, files: dict[str, list[list[str]]]) -> None:
        self._files = files
        self._con: duckdb.DuckDBPyConnection | None = None
        self._types: dict[str, dict[str, str]] = {}

    def __contains__(self, asset: object) -> bool:
        """Whether there are files of the asset."""
        return bool(self._files.get(str(asset)))

    def __enter__(self) -> SnapshotRows:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the engine."""
        if self._con is not None:
            self._con.close()

    def count(self, asset: str, *, newest: bool = False) -> int:
        """Rows of all partitions, or of the newest."""
        return int(self._ask(asset, f"select count(*) from {self._view(asset, newest)}")[0])

    def distinct(self, asset: str, columns: Sequence[str], *, newest: bool = False) -> int:
        """Different combinations of values."""
        named = ", ".join(map(quote, columns))
        return int(self._ask(asset, f"select count(*) from (select {named} from {self._view(asset, newest)} group by all)")[0])

    def shared(self, asset: str, columns: Sequence[str], other: str, others: Sequence[str]) -> Shared:
        """Combinations of an asset's columns among those of another's."""
        left, right = self._combinations(asset, columns), self._combinations(other, others)
        on = ", ".join(f"c{n}" for n in range(len(columns)))
        row = self._ask(asset, f"""with a as ({left}), b as ({right})
            select (select count(*) from a), (select count(*) from a semi join b using ({on})), (select count(*) from b)""")
        return Shared(*map(int, row))

    def same_totals(self, asset: str, key: Sequence[str], other: str, by: Sequence[str],
                    pairs: Sequence[tuple[str, str, str]]) -> list[float]:
        """Share of an asset's rows whose column is a total of another's."""
        here = ", ".join(f"{self._plain(asset, column)} as k{n}" for n, column in enumerate(key))
        there = ", ".join(f"{self._plain(other, column)} as k{n}" for n, column in enumerate(by))
        values = ", ".join(f"{quote(mine)}::double as m{n}" for n, (mine, _, _) in enumerate(pairs))
        totals = ", ".join(f"{how}({quote(theirs)})::double as t{n}" for n, (_, how, theirs) in enumerate(pairs))
        agree = ", ".join(f"avg((abs(m{n} - t{n}) <= 1e-9 + 1e-6 * abs(t{n}) or (m{n} is null and t{n} is null))::int)"
                          for n in range(len(pairs)))
        on = ", ".join(f"k{n}" for n in range(len(key)))
        row = self._ask(asset, f"""select {agree} from (select {here}, {values} from {self._view(asset)})
            left join (select {there}, {totals} from {self._view(other)} group by {on}) using ({on})""")
        return [float(share or 0.0) for share in row]

    def _combinations(self, asset: str, columns: Sequence[str]) -> str:
        named = ", ".join(f"{self._plain(asset, column)} as c{n}" for n, column in enumerate(columns))
        filled = " and ".join(f"c{n} is not null" for n in range(len(columns)))
        return f"select distinct * from (select {named} from {self._view(asset)}) where {filled}"

    def _plain(self, asset: str, column: str) -> str:
        """The column as text that does not depend on its type, as `sketches` does with values."""
        self._view(asset)
        dtype, name = self._types[asset].get(column, ""), quote(column)
        if dtype.startswith(("TIMESTAMP", "DATE")):
            return (f"case when {name} = date_trunc('day', {name}) then strftime({name}, '%Y%m%d') "
                    f"else rtrim(rtrim(regexp_replace({name}::varchar, '[+]00(:?00)?$', ''), '0'), '.') end")
        if dtype == "VARCHAR":
            digits = f"regexp_full_match(trim({name}), '[+-]?\\d{{1,15}}(\\.\\d{{1,9}})?')"
            times = f"regexp_full_match(trim({name}), '\\d{{4}}-\\d{{2}}-\\d{{2}}[ T]\\d{{2}}:\\d{{2}}.*')"
            return (f"case when regexp_full_match(trim({name}), {literal(_DATE)}) then replace(trim({name})[:10], '-', '') "
                    f"when {digits} then {_number(f'trim({name})::double')} when {times} then "
                    f"rtrim(rtrim(regexp_replace(replace(trim({name}), 'T', ' '), '(Z|[+]00(:?00)?)$', ''), '0'), '.') "
                    f"when lower({name}) in ('true', 'false') then lower({name}) else trim({name}) end")
        if dtype in ("FLOAT", "DOUBLE") or dtype.startswith("DECIMAL"):
            return _number(f"{name}::double")
        return f"{name}::varchar"

    def _view(self, asset: str, newest: bool = False) -> str:
        """A view over the rows of an asset, made once."""
        name = quote(f"{asset}/newest" if newest else asset)
        if self._con is None:
            self._con = connect()
            self._con.execute("set TimeZone = 'UTC'")
        if asset not in self._types:
            for view, parts in ((quote(asset), self._files[asset]), (quote(f"{asset}/newest"), self._files[asset][-1:])):
                try:
                    self._con.execute(f"create view {view} as select * from {scan(path for part in parts for path in part)}")
                    columns = self._con.execute(f"describe {view}").fetchall()
                except duckdb.Error as error:
                    del self._files[asset]
                    raise UnreadableData(asset, shorten(error, 200)) from error
            self._types[asset] = {str(row[0]): str(row[1]) for row in columns}
        return name

    def _ask(self, asset: str, query: str) -> tuple[float, ...]:
        assert self._con is not None
        try:
            return tuple(self._con.execute(query).fetchall()[0])
        except duckdb.Error as error:
            del self._files[asset]
            raise UnreadableData(asset, shorten(error, 200)) from error


def _number(number: str) -> str:
    whole = f"abs({number}) < 1e15 and {number} = trunc({number})"
    return f"(case when {whole} then {number}::bigint::varchar else {number}::varchar end)"
