"""Arrow types in DuckDB's words, and one schema for several files."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from assay.errors import UnreadableData

_NAMES = {
    pa.null(): "NULL", pa.bool_(): "BOOLEAN", pa.int8(): "TINYINT", pa.int16(): "SMALLINT", pa.int32(): "INTEGER",
    pa.int64(): "BIGINT", pa.uint8(): "UTINYINT", pa.uint16(): "USMALLINT", pa.uint32(): "UINTEGER", pa.uint64(): "UBIGINT",
    pa.float32(): "FLOAT", pa.float64(): "DOUBLE", pa.string(): "VARCHAR", pa.binary(): "BLOB", pa.date32(): "DATE",
    pa.date64(): "DATE", pa.time64("us"): "TIME", pa.timestamp("s"): "TIMESTAMP_S", pa.timestamp("ms"): "TIMESTAMP_MS",
    pa.timestamp("us"): "TIMESTAMP", pa.timestamp("ns"): "TIMESTAMP_NS",
}


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
