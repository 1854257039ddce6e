"""Columns that several contracts have, and how a column is written down."""

from __future__ import annotations

import pyarrow as pa

STRING, INT, FLOAT, BOOL = pa.string(), pa.int64(), pa.float64(), pa.bool_()
STRINGS = pa.list_(STRING)


def col(name: str, kind: pa.DataType, meaning: str, unit: str = "", *, null: bool = False) -> pa.Field:
    """A column; `null` says whether values may be missing."""
    metadata = {"description": meaning} | ({"unit": unit} if unit else {})
    return pa.field(name, kind, nullable=null, metadata=metadata)


ASSET = col("asset_id", STRING, "<source>.<table>[.<column group>]")
USE_CASE = col("use_case", STRING, "name in the manifest")
COLUMN = col("column", STRING, "name in the asset")
MONEY = "the platform's currency per outcome window"
