"""Arrow tables as the pandas frames that Great Expectations checks, without losing a digit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    import pandas as pd

EXACT_DIGITS = 15  # decimal digits that a double holds exactly


def to_frame(table: pa.Table) -> pd.DataFrame:
    """`table` as a frame of the same columns and rows.

    Integers and booleans with nulls become pandas' nullable types, since floats would round keys beyond 2^53 and make
    different ones equal. Times become naive UTC, dates midnights, so that one kind of bound fits all of them. NaN counts
    as missing, as everywhere in pandas. What can be is widened to int64, float64 and nanoseconds: the bounds of any other
    type are compared row by row in Python, a hundred times slower.
    """
    import pandas as pd

    return pd.DataFrame({name: _series(table.column(name)) for name in table.column_names},
                        index=pd.RangeIndex(table.num_rows), copy=False)


def _series(column: pa.ChunkedArray) -> Any:
    """One column as a pandas series."""
    import pandas as pd

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kind, nulls, target = column.type, column.null_count > 0, None
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        target = pd.StringDtype()
    elif pa.types.is_uint64(kind):
        target = pd.UInt64Dtype() if nulls else None
    elif pa.types.is_integer(kind):
        column, target = column.cast(pa.int64()), pd.Int64Dtype() if nulls else None
    elif pa.types.is_boolean(kind):
        target = pd.BooleanDtype() if nulls else None
    elif pa.types.is_floating(kind) or (pa.types.is_decimal(kind) and kind.precision <= EXACT_DIGITS):
        column = column.cast(pa.float64())
    elif pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        column = _naive(column)
    return column.to_pandas(types_mapper=(lambda _: target) if target is not None else None)


def _naive(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Dates or times as naive UTC nanoseconds; as microseconds where they lie outside the years 1678 to 2261."""
    if pa.types.is_date(column.type):
        column = column.cast(pa.timestamp("s"))
    elif column.type.tz:
        column = column.cast(pa.int64()).cast(pa.timestamp(column.type.unit))
    try:
        return column.cast(pa.timestamp("ns"))
    except pa.ArrowInvalid:
        return column.cast(pa.timestamp("us"))
