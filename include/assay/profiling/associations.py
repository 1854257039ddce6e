"""Which columns of a table go together, and which are missing together, by a bounded sample of one partition's rows.

A row is chosen by the hash of its place: the same files give the same sample, and copies of a row are chosen one by one. No
value of a personal column is read; it takes part by its gaps alone, and so do texts and keys that hardly ever repeat.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assay.contracts.enums import AssociationMeasure
from assay.contracts.profiles import ASSOCIATIONS
from assay.engine import connect, quote, scan
from assay.errors import UnreadableData, shorten
from assay.profiling.layout import columns_of
from assay.profiling.nearly_unique import SHARE
from assay.profiling.pairs import FEWEST, Association, correlation_ratio, cramers_v, missing_together, spearman

_ROWS = 100_000  # looked at
_COLUMNS = 64  # whose values are compared, the fullest ones
_GAPPED = 200  # whose gaps are compared, those that vary most
_PAIRS = 1_000  # published of either, the strongest ones
_REPEATS = 5  # rows of each value, on average, from which it is a category
_REALS = ("FLOAT", "DOUBLE")
_HUGE = ("HUGEINT", "UHUGEINT")
_ORDERED = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "TIME", *_HUGE, *_REALS)
_CATEGORIES = ("BOOLEAN", "VARCHAR", "UUID")


@dataclass(frozen=True)
class _Column:
    """A column that may be compared.

    Attributes:
        name: Its name.
        dtype: DuckDB type.
        ordered: Whether its values are compared by their order; None where they are not compared.
        filled: Rows with a value.
        rows: All rows.
    """

    name: str
    dtype: str
    ordered: bool | None
    filled: int
    rows: int

    @property
    def missing(self) -> str:
        """SQL that tells whether a row has no value."""
        column = quote(self.name)
        return f"({column} is null or isnan({column}))" if self.dtype in _REALS else f"({column} is null)"

    @property
    def value(self) -> str:
        """SQL of its values, without NaN and with one zero."""
        column = quote(self.name)
        if not self.ordered:
            return f"{column}::varchar"
        if self.dtype in _REALS:
            return f"case when not isnan({column}) then {column} + 0.0::{self.dtype} end"
        return f"{column}::double" if self.dtype in _HUGE else column


def associate(files: Sequence[str], state: pa.Table, keys: Collection[str]) -> pa.Table:
    """Associations between the columns of one partition.

    Args:
        files: Its Parquet files, on a filesystem that the engine reads.
        state: Its value counts, contract PROFILE_STATES, which tell the columns apart.
        keys: Columns whose numbers are names of things: they are compared as categories.

    Returns:
        A table after the contract ASSOCIATIONS: pairs in the order of the table's columns, those of values before those of
        gaps; at most 1,000 of each, the strongest.

    Raises:
        UnreadableData: If a file can't be read.
    """
    columns = [_describe(name, rows, keys) for name, rows in columns_of(state).items()]
    rows = max((column.rows for column in columns), default=0)
    compared = _fullest([column for column in columns if column.ordered is not None])
    gapped = _varied([column for column in columns if 0 < column.filled < column.rows])
    if not files or rows < FEWEST or max(len(compared), len(gapped)) < 2:
        return ASSOCIATIONS.schema.empty_table()
    sample = _read(files, [*(column.value for column in compared), *(column.missing for column in gapped)], rows)
    codes = [_encode(sample.column(place)) for place in range(len(compared))]
    found = [*_strongest(_of_values(compared, codes), compared), *_strongest(_of_gaps(sample, len(compared)), gapped)]
    asset_id = state.column("asset_id")[0].as_py()
    return pa.Table.from_pylist(
        [{"asset_id": asset_id, "column": one, "other": other, "measure": str(measure), "strength": pair.strength,
          "chance": pair.chance, "rows": pair.rows, "sampled": rows > _ROWS} for one, other, measure, pair in found],
        schema=ASSOCIATIONS.schema)


_Found = tuple[int, int, AssociationMeasure, Association]


def _describe(name: str, rows: pa.Table, keys: Collection[str]) -> _Column:
    dtype = str(rows.column("dtype")[0].as_py())
    listed = pc.is_null(rows.column("statistic"))
    missing = pc.or_(pc.is_null(rows.column("value")), pc.fill_null(pc.is_nan(rows.column("number")), False))
    total = int(pc.sum(rows.column("n")).as_py() or 0)
    filled = total - int(pc.sum(rows.column("n").filter(pc.and_(listed, missing))).as_py() or 0)
    distinct = int(pc.sum(pc.and_(listed, pc.invert(missing))).as_py() or 0)
    if not pc.all(rows.column("exact")).as_py():
        distinct *= SHARE
    ordered: bool | None = None
    if distinct > 1 and not pc.any(rows.column("masked")).as_py():
        in_order = name not in keys and (dtype in _ORDERED or dtype.startswith(("DECIMAL", "DATE", "TIMESTAMP")))
        repeats = distinct * _REPEATS <= filled
        if in_order:
            ordered = True
        elif repeats and (dtype in _CATEGORIES or dtype.startswith("ENUM") or name in keys):
            ordered = False
    return _Column(name, dtype, ordered, filled, total)


def _fullest(columns: list[_Column]) -> list[_Column]:
    kept = sorted(range(len(columns)), key=lambda place: (-columns[place].filled, place))[:_COLUMNS]
    return [columns[place] for place in sorted(kept)]


def _varied(columns: list[_Column]) -> list[_Column]:
    kept = sorted(range(len(columns)),
                  key=lambda place: (abs(2 * columns[place].filled - columns[place].rows), place))[:_GAPPED]
    return [columns[place] for place in sorted(kept)]


def _read(files: Sequence[str], expressions: Sequence[str], rows: int) -> pa.Table:
    """The sample, a column for each expression."""
    selected = ", ".join(f"{expression} as c{place}" for place, expression in enumerate(expressions))
    source = scan(files)
    query = f"select {selected} from {source}"
    if rows > _ROWS:
        limit = (2**64 - 1) * _ROWS // rows
        query = f"select * exclude place from (select {selected}, row_number() over () as place from {source}) " \
                f"where hash(place) < {limit}::ubigint"
    con = connect()
    try:
        con.execute("set TimeZone = 'UTC'")
        return con.sql(query).to_arrow_table()
    except duckdb.Error as error:
        raise UnreadableData(files[0], shorten(error, 200)) from error
    finally:
        con.close()


def _encode(values: pa.ChunkedArray) -> np.ndarray:
    """Codes of values in ascending order, -1 for nulls, shape (n,)."""
    encoded = values.combine_chunks().dictionary_encode()
    order = np.asarray(pc.array_sort_indices(encoded.dictionary))
    ranks = np.empty(len(order) + 1, np.int32)
    ranks[order], ranks[-1] = np.arange(len(order)), -1
    codes: np.ndarray = ranks[np.asarray(encoded.indices.fill_null(-1))]
    return codes


def _of_values(columns: Sequence[_Column], codes: Sequence[np.ndarray]) -> Iterator[_Found]:
    usable = [place for place, column in enumerate(columns) if column.ordered or _repeats(codes[place])]
    for a, b in itertools.combinations(usable, 2):
        if columns[a].ordered and columns[b].ordered:
            measure, found = AssociationMeasure.SPEARMAN, spearman(codes[a], codes[b])
        elif not columns[a].ordered and not columns[b].ordered:
            measure, found = AssociationMeasure.CRAMERS_V, cramers_v(codes[a], codes[b])
        else:
            groups, numbers = (b, a) if columns[a].ordered else (a, b)
            measure, found = AssociationMeasure.CORRELATION_RATIO, correlation_ratio(codes[groups], codes[numbers])
        if found is not None:
            yield a, b, measure, found


def _repeats(codes: np.ndarray) -> bool:
    return _REPEATS * (int(codes.max(initial=-1)) + 1) <= int((codes >= 0).sum())


def _of_gaps(sample: pa.Table, first: int) -> Iterator[_Found]:
    if sample.num_columns - first < 2:
        return
    missing = np.column_stack([sample.column(place).to_numpy() for place in range(first, sample.num_columns)])
    for (a, b), found in missing_together(missing).items():
        yield a, b, AssociationMeasure.MISSING_TOGETHER, found


def _strongest(found: Iterator[_Found],
               columns: Sequence[_Column]) -> list[tuple[str, str, AssociationMeasure, Association]]:
    """The strongest pairs, in the order of the columns, by name."""
    kept = sorted(found, key=lambda pair: (-abs(pair[3].strength), pair[:2]))[:_PAIRS]
    kept.sort(key=lambda pair: pair[:2])
    return [(columns[a].name, columns[b].name, measure, pair) for a, b, measure, pair in kept]
