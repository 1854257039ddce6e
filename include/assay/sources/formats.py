"""Parquet and csv: bytes in, Arrow out; whatever can't be read names its file and column."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from assay.errors import UnreadableData

SUFFIXES = (".parquet", ".csv")

_NAMES = {
    pa.null(): "NULL", pa.bool_(): "BOOLEAN", pa.int8(): "TINYINT", pa.int16(): "SMALLINT", pa.int32(): "INTEGER",
    pa.int64(): "BIGINT", pa.uint8(): "UTINYINT", pa.uint16(): "USMALLINT", pa.uint32(): "UINTEGER", pa.uint64(): "UBIGINT",
    pa.float32(): "FLOAT", pa.float64(): "DOUBLE", pa.string(): "VARCHAR", pa.binary(): "BLOB", pa.date32(): "DATE",
    pa.date64(): "DATE", pa.time64("us"): "TIME", pa.timestamp("s"): "TIMESTAMP_S", pa.timestamp("ms"): "TIMESTAMP_MS",
    pa.timestamp("us"): "TIMESTAMP", pa.timestamp("ns"): "TIMESTAMP_NS",
}


@dataclass(frozen=True)
class Header:
    """What one file says of itself: schema, rows, and stored bytes per column."""

    schema: pa.Schema
    row_count: int
    column_bytes: Mapping[str, int]


def type_name(kind: pa.DataType) -> str:
    """Name of an Arrow type in DuckDB's words."""
    plain = plain_type(kind)
    if pa.types.is_timestamp(plain) and plain.tz is not None:
        return "TIMESTAMP WITH TIME ZONE"
    if pa.types.is_decimal(plain):
        return f"DECIMAL({plain.precision},{plain.scale})"
    return _NAMES.get(plain, str(plain).upper())


def plain_type(kind: pa.DataType) -> pa.DataType:
    """`kind` without its encoding: dictionaries, large and view strings are plain strings."""
    if pa.types.is_dictionary(kind):
        return plain_type(kind.value_type)
    if pa.types.is_large_string(kind) or kind == pa.string_view():
        return pa.string()
    if pa.types.is_large_binary(kind) or kind == pa.binary_view():
        return pa.binary()
    return kind


def read_header(location: str, content: bytes) -> Header:
    """Schema and row count of a file; parquet tells them in its footer, csv must be parsed.

    Raises:
        UnreadableData: If the file is empty, torn, in another encoding, or names a column twice.
    """
    if not location.lower().endswith(".parquet"):
        table = parse(location, content)
        share = len(content) // max(table.num_columns, 1)
        return Header(table.schema, table.num_rows, dict.fromkeys(table.column_names, share))
    file = _open_parquet(location, content)
    sizes: dict[str, int] = {}
    for group in range(file.metadata.num_row_groups):
        chunks = file.metadata.row_group(group)
        for index in range(chunks.num_columns):
            chunk = chunks.column(index)
            column = chunk.path_in_schema.split(".")[0]
            sizes[column] = sizes.get(column, 0) + chunk.total_compressed_size
    return Header(_once(location, file.schema_arrow), file.metadata.num_rows, sizes)


def parse(location: str, content: bytes, columns: Sequence[str] | None = None) -> pa.Table:
    """The rows of a file, with those of `columns` that it has.

    Raises:
        UnreadableData: If the file is empty, torn, in another encoding, or names a column twice.
    """
    if location.lower().endswith(".parquet"):
        file = _open_parquet(location, content)
        names = _once(location, file.schema_arrow).names
        wanted = [name for name in names if columns is None or name in columns]
        try:
            table = file.read(columns=wanted)
        except (pa.ArrowException, OSError) as error:
            raise UnreadableData(location, str(error), column=_torn_column(file, wanted)) from error
        return table.replace_schema_metadata(None) if wanted else table  # without columns that would lose the row count
    if not content:
        raise UnreadableData(location, "it is empty")
    try:
        table = pa_csv.read_csv(pa.BufferReader(content), convert_options=pa_csv.ConvertOptions(strings_can_be_null=True))
    except (pa.ArrowException, OSError) as error:
        column = re.search(r"column '?([^':]+)'?", str(error))
        raise UnreadableData(location, str(error), column=_csv_column(content, column.group(1)) if column else None,
                             remedy="write it again as UTF-8 with one header line") from error
    _once(location, table.schema)
    return table if columns is None else table.select([name for name in table.column_names if name in columns])


def unify(schemas: Sequence[tuple[str, pa.Schema]]) -> pa.Schema:
    """One schema for the files of a partition: columns in the order in which they are first met.

    Args:
        schemas: Location and schema of each file.

    Raises:
        UnreadableData: If a column has another type than in an earlier file.
    """
    found: dict[str, pa.DataType] = {}
    for location, schema in schemas:
        for field in schema:
            kind, before = plain_type(field.type), found.get(field.name, pa.null())
            both = _common(before, kind)
            if both is None:
                raise UnreadableData(location, f"it is {type_name(kind)} here and {type_name(before)} in the files before",
                                     column=field.name)
            found[field.name] = both
    return pa.schema(list(found.items()))


def _common(a: pa.DataType, b: pa.DataType) -> pa.DataType | None:
    """A type that holds both without loss of meaning, or None."""
    if a == b or pa.types.is_null(b):
        return a
    if pa.types.is_null(a):
        return b
    for family, widest in ((pa.types.is_signed_integer, pa.int64()), (pa.types.is_floating, pa.float64()),
                           (pa.types.is_unsigned_integer, pa.uint64())):
        if family(a) and family(b):
            return widest
    if pa.types.is_timestamp(a) and pa.types.is_timestamp(b) and (a.tz is None) == (b.tz is None):
        return pa.timestamp("us", None if a.tz is None else "UTC")
    return None


def _open_parquet(location: str, content: bytes) -> pq.ParquetFile:
    if not content:
        raise UnreadableData(location, "it is empty")
    try:
        return pq.ParquetFile(pa.BufferReader(content))
    except (pa.ArrowException, OSError) as error:
        raise UnreadableData(location, str(error)) from error


def _once(location: str, schema: pa.Schema) -> pa.Schema:
    twice = next((name for name in schema.names if schema.names.count(name) > 1), None)
    if twice is not None:
        raise UnreadableData(location, "the file names it twice", column=twice)
    return schema


def _torn_column(file: pq.ParquetFile, columns: Sequence[str]) -> str | None:
    """The first column that can't be read by itself."""
    for name in columns:
        try:
            file.read(columns=[name])
        except (pa.ArrowException, OSError):
            return name
    return None


def _csv_column(content: bytes, found: str) -> str:
    """Name of the column that Arrow's message gives as `#<number>`."""
    if not found.startswith("#"):
        return found
    names = content.split(b"\n", 1)[0].decode("utf-8", "replace").strip().split(",")
    number = int(found[1:]) if found[1:].isdigit() else len(names)
    return names[number].strip('"') if number < len(names) else found
