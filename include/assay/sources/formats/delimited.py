"""Delimited text: csv and its relatives, whose dialect each file has to be asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import duckdb
import fsspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from assay.errors import UnreadableData, shorten
from assay.sources.formats.base import Format, chosen, once
from assay.sources.formats.text import to_utf8

_SAMPLE = 256 << 10  # bytes by which the dialect is told
_BLOCK = 64 << 20  # bytes by which a column's type is told: most files whole
_DELIMITERS = ",;\t|"
_HIVE = b"\x01"  # Hive's own delimiter
_NUMBER = r"[+-]?\d+([.,]\d+)?"
_DECIMAL_COMMA = r"^[+-]?\d+,\d+$"
_MEMORY = "memory://dialect"
_AGAIN = "write it again as UTF-8 with one header line"


@dataclass(frozen=True)
class Dialect:
    """How a file is written.

    Attributes:
        delimiter: Between two cells.
        quote: Around a cell that holds a delimiter.
        escape: Before a quote inside of one; empty where it is doubled.
        skip: Lines before the header: a title, blank lines.
        header: Whether the first line names the columns.
    """

    delimiter: str
    quote: str
    escape: str
    skip: int
    header: bool


def _parse(location: str, content: pa.Buffer, columns: Sequence[str] | None) -> pa.Table:
    text = to_utf8(location, content.to_pybytes())
    if not text.strip():
        raise UnreadableData(location, "it is empty")
    dialect = tell_dialect(text)
    names = _names(location, text, dialect)
    table = _read(location, text, dialect, names)
    if dialect.delimiter == ";" and _has_decimal_commas(table):
        table = _read(location, text, dialect, names, decimal=",")
    table = _keep_codes(location, text, dialect, table)
    _refuse_second_header(location, table, dialect)
    return table.select(chosen(table.column_names, columns))


def tell_dialect(text: bytes) -> Dialect:
    """The dialect of a file, from its beginning.

    Lines are skipped only if they are no rows, so hold no delimiter: a file whose rows differ in length is refused later on
    instead of being read from its longest row.
    """
    sample = text[:_SAMPLE]
    sample = sample[:sample.rfind(b"\n") + 1] or sample if len(text) > _SAMPLE else sample
    if _HIVE in sample:
        return Dialect(_HIVE.decode(), "", "", 0, header=False)
    with fsspec.filesystem("memory").open(_MEMORY, "wb") as file:
        file.write(sample)
    try:
        found = _sniffer().execute("SELECT Delimiter, Quote, Escape, SkipRows, HasHeader "
                                   f"FROM sniff_csv('{_MEMORY}')").fetchall()
    except duckdb.Error:  # nothing fits: the reader says in which line
        return Dialect(",", '"', "", 0, header=True)
    delimiter, quote, escape, skip, header = found[0]
    lines = re.split(r"\r\n|\r|\n", sample.decode("utf-8", "replace"))
    if any(delimiter in line for line in lines[:skip]):
        skip, header = 0, True
    if delimiter not in lines[skip] and (usual := max(_DELIMITERS, key=lines[skip].count)) in lines[skip]:
        delimiter, header = usual, True  # a sniffer that finds rows of different length takes them for one column
    if re.fullmatch(_NUMBER, lines[skip].split(delimiter)[0].strip(" \"'")):
        header = False  # no column is called by a number, unless it stands behind one with a name, as years do
    return Dialect(delimiter, "'" if quote == "'" else '"', "\\" if escape == "\\" else "", skip, header)


@cache
def _sniffer() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(config={"threads": 1})
    con.register_filesystem(fsspec.filesystem("memory"))
    return con


def _names(location: str, text: bytes, dialect: Dialect) -> list[str]:
    """Names of the columns; those that have none are called by their place."""
    read, parse = _options(dialect, None, _SAMPLE)
    parse.invalid_row_handler = lambda _: "skip"  # that is for whoever reads the rows
    try:
        with pa_csv.open_csv(pa.BufferReader(text[:_SAMPLE]), read, parse) as reader:
            found = reader.schema.names
    except (pa.ArrowException, OSError) as error:
        raise UnreadableData(location, _said(error), remedy=_AGAIN) from error
    names = [name.strip() or f"column_{n}" for n, name in enumerate(found, 1)] if dialect.header else [
        f"column_{n}" for n in range(1, len(found) + 1)]
    once(location, names)
    return names


def _read(location: str, text: bytes, dialect: Dialect, names: list[str], decimal: str = ".",
          as_text: Sequence[str] = ()) -> pa.Table:
    """All rows; a column whose later values are of another type than its first ones is read as text."""
    types: dict[str, pa.DataType] = dict.fromkeys(as_text, pa.string())
    read, parse = _options(dialect, names, max(len(text) + 1, 1 << 16))
    while True:
        convert = pa_csv.ConvertOptions(strings_can_be_null=True, decimal_point=decimal, column_types=types)
        try:
            return pa_csv.read_csv(pa.BufferReader(text), read, parse, convert)
        except (pa.ArrowException, OSError) as error:
            told = re.search(r"In CSV column #(\d+)", str(error))
            column = names[int(told.group(1))] if told and int(told.group(1)) < len(names) else None
            if column is None or column in types:
                if read.use_threads:
                    read.use_threads = False  # a single thread knows the row
                    continue
                raise UnreadableData(location, _said(error), column=column, remedy=_AGAIN) from error
            types[column] = pa.string()


def _keep_codes(location: str, text: bytes, dialect: Dialect, table: pa.Table) -> pa.Table:
    """`table` with digits as text where a number would lose some: leading zeros, or more of them than it can hold."""
    if not re.search(rb"(?:^|[\s\"'" + re.escape(dialect.delimiter.encode()) + rb"])(?:0\d|\d{19})", text):
        return table
    numeric = [name for name in table.column_names if pa.types.is_integer(kind := table.schema.field(name).type)
               or pa.types.is_floating(kind)]
    raw = _read(location, text, dialect, table.column_names, as_text=numeric)
    for name in numeric:
        if pc.any(pc.match_substring_regex(raw.column(name), r"^(0\d+|\d{19,})$")).as_py():
            table = table.set_column(table.column_names.index(name), name, raw.column(name))
    return table


def _options(dialect: Dialect, names: list[str] | None, size: int) -> tuple[pa_csv.ReadOptions, pa_csv.ParseOptions]:
    """For a reader of the names, where none are given, or of the rows behind them."""
    behind = dialect.header and names is not None  # a header may go over several lines, so it is skipped as a row
    read = pa_csv.ReadOptions(skip_rows=dialect.skip, skip_rows_after_names=int(behind), column_names=names,
                              block_size=min(size, _BLOCK), autogenerate_column_names=names is None and not dialect.header)
    return read, pa_csv.ParseOptions(delimiter=dialect.delimiter, quote_char=dialect.quote or False,
                                     double_quote=not dialect.escape, escape_char=dialect.escape or False,
                                     newlines_in_values=bool(dialect.quote))


def _has_decimal_commas(table: pa.Table) -> bool:
    texts = (column for column in table.columns if pa.types.is_string(column.type) and column.null_count < len(column))
    return any(pc.all(pc.match_substring_regex(column, _DECIMAL_COMMA)).as_py() for column in texts)


def _refuse_second_header(location: str, table: pa.Table, dialect: Dialect) -> None:
    """Refuse a file with two headers: one that is repeated further down, or a line of units below the first."""
    texts = [name for name in table.column_names if pa.types.is_string(table.schema.field(name).type)]
    if not dialect.header or not table.num_rows or not texts:
        return
    repeated = pa.chunked_array([pa.array([True] * table.num_rows)])
    for name in texts:
        repeated = pc.and_(repeated, pc.fill_null(pc.equal(table.column(name), name), False))
    if len(texts) == table.num_columns and (place := pc.index(repeated, True).as_py()) >= 0:
        raise UnreadableData(location, f"row {place + 1} repeats its header", remedy="keep one header line")
    if table.num_rows < 3:
        return
    first, rest = table.slice(0, 1), table.slice(1)
    spoiled = [name for name in texts if _is_number(rest.column(name)) and not _is_number(first.column(name))]
    if len(spoiled) > 1 or (spoiled and len(texts) == 1):
        raise UnreadableData(location, f"its second line is no row: {spoiled[0]!r} holds numbers from the third line on",
                             remedy="keep one header line")


def _is_number(column: pa.ChunkedArray) -> bool:
    """Whether all texts of a column are numbers, and there are some."""
    return column.null_count < len(column) and bool(pc.all(pc.match_substring_regex(column, f"^{_NUMBER}$")).as_py())


def _said(error: Exception) -> str:
    """The reader's sentence without the row's text, which may be personal."""
    return shorten(re.sub(r"(got \d+|invalid value).*", r"\1", str(error), flags=re.DOTALL), 200)


DELIMITED = Format("csv", (".csv", ".tsv", ".tab", ".psv"), _parse)
