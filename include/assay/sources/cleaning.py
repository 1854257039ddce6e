"""From rows as they are at the source to rows that mean the same in every snapshot."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from assay.errors import UnreadableData
from assay.sources.types import plain_type

_MOMENT = pa.timestamp("us", "UTC")


def clean(table: pa.Table, location: str) -> pa.Table:
    """`table` with the same rows and columns in the same order, normalised.

    Texts lose outer white space, and empty ones become null. Timestamps become microseconds in UTC; naive ones are taken
    as UTC. Integers become 64 bits wide, floats double precision; neither becomes the other. Equal rows are all kept.

    Args:
        table: Rows as they are at the source.
        location: Where they come from, for errors.

    Raises:
        UnreadableData: If a column can't be normalised, such as a time beyond what microseconds can count.
    """
    columns = {}
    for name in table.column_names:
        try:
            columns[name] = _clean_column(table.column(name))
        except pa.ArrowException as error:
            raise UnreadableData(location, str(error), column=name) from error
    return pa.table(columns)


def _clean_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = plain_type(column.type)
    column = column.cast(kind)
    if pa.types.is_string(kind):
        trimmed = pc.utf8_trim_whitespace(column)
        return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
    if pa.types.is_timestamp(kind):
        return column.cast(pa.timestamp("us", kind.tz), safe=kind.unit != "ns").cast(_MOMENT)
    if pa.types.is_date64(kind):
        return column.cast(pa.date32())
    if pa.types.is_floating(kind):
        return column.cast(pa.float64())
    if pa.types.is_integer(kind) and kind != pa.uint64():
        return column.cast(pa.int64())
    return column
