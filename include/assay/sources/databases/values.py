"""Values of a database's rows in Arrow's types."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from assay.errors import UnreadableData
from assay.sources.types import type_name

_AT_ONCE = 50_000  # rows that a cursor fetches
_LARGEST_DECIMAL = 38  # digits that Arrow's decimal holds
# integers of ClickHouse beyond 64 bits with a sign; what is wider still is text
_WIDE = {"UInt64": pa.uint64(), **dict.fromkeys(("Int128", "Int256", "UInt128", "UInt256"), pa.string())}


def all_rows(connection: sa.Connection, place: str, table: sa.Table) -> pa.Table:
    """All rows of a table."""
    schema = pa.schema([(column.name, arrow_type(column.type)) for column in table.columns])
    return pa.Table.from_batches(batches(connection, place, sa.select(table), schema), schema)


def batches(connection: sa.Connection, place: str, query: sa.Select, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The answer to a query, fetched some rows at a time.

    Args:
        connection: To the database.
        place: Of the table, for errors.
        query: Its columns are those of `schema`.
        schema: Types as of `arrow_type`.
    """
    result = connection.execution_options(stream_results=True, yield_per=_AT_ONCE).execute(query)
    for rows in result.partitions():
        yield pa.record_batch([array_of(place, field.name, values, field.type)
                               for field, values in zip(schema, zip(*rows, strict=True), strict=True)], schema=schema)


def arrow_type(kind: sa.types.TypeEngine[Any]) -> pa.DataType:
    """The Arrow type of a column; whatever has none is text, as the database would print it."""
    match kind:
        case sa.Boolean():
            return pa.bool_()
        case sa.Integer():
            return _WIDE.get(type(kind).__name__, pa.int64())
        case sa.Float():
            return pa.float64()
        case sa.Numeric() if kind.precision and kind.precision <= _LARGEST_DECIMAL:
            return pa.decimal128(kind.precision, kind.scale or 0)
        case sa.Numeric():
            return pa.float64()
        case sa.DateTime():
            return pa.timestamp("us", "UTC" if kind.timezone else None)
        case sa.Date():
            return pa.date32()
        case sa.Time():
            return pa.time64("us")
        case sa.LargeBinary():
            return pa.binary()
    return pa.string()


def array_of(place: str, name: str, values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Values of a driver as an array.

    Raises:
        UnreadableData: If one is not of that type.
    """
    try:
        if pa.types.is_string(kind):
            return pa.array([_text(value) for value in values], kind)
        if pa.types.is_floating(kind):  # drivers give decimals for numbers without a precision
            return pa.array([None if value is None else float(value) for value in values], kind)
        return pa.array(values, kind)
    except (pa.ArrowException, ValueError, TypeError, OverflowError) as error:
        raise UnreadableData(place, f"a value is no {type_name(kind)} ({type(error).__name__})", column=name,
                             remedy="correct it, or give the column a wider type") from error


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    if isinstance(value, bytes):
        return value.hex()
    return str(sorted(value) if isinstance(value, set | frozenset) else value)
