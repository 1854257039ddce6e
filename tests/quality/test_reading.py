from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from assay.quality.reading import Kind, as_sql, comparable, comparable_kinds, read_columns


@pytest.mark.parametrize(("kind", "read"), [
    (pa.int8(), Kind.INTEGER), (pa.uint64(), Kind.INTEGER), (pa.float32(), Kind.REAL), (pa.decimal128(15, 2), Kind.REAL),
    (pa.decimal128(16, 2), Kind.DECIMAL), (pa.bool_(), Kind.BOOLEAN), (pa.large_string(), Kind.TEXT),
    (pa.dictionary(pa.int8(), pa.string()), Kind.TEXT), (pa.date32(), Kind.TIME), (pa.timestamp("ns", "UTC"), Kind.TIME),
    (pa.binary(), Kind.OTHER), (pa.time64("us"), Kind.OTHER), (pa.list_(pa.int8()), Kind.NESTED),
    (pa.struct({"a": pa.int8()}), Kind.NESTED),
])
def test_types_are_read_as_kinds(kind: pa.DataType, read: Kind):
    assert read_columns(pa.schema({"c": kind}))["c"].kind is read


@pytest.mark.parametrize("value", [True, False, 3, -2, 2**60, 0.1, -1e-300, 1e300, 5.0, "it's", "",
                                   dt.datetime(2017, 1, 2, 3, 4, 5, 6)])
def test_constants_come_back_from_sql(value: Any):
    assert duckdb.connect().execute(f"select {as_sql(value)}").fetchall()[0][0] == value


def test_what_can_be_compared_is_so_in_both_directions():
    assert all(comparable_kinds(one, other) == comparable_kinds(other, one) for one, other in itertools.product(Kind, Kind))
    assert comparable_kinds(Kind.INTEGER, Kind.REAL) and not comparable_kinds(Kind.TEXT, Kind.INTEGER)
    assert not comparable_kinds(Kind.NESTED, Kind.NESTED)
    assert comparable(Kind.TEXT, "x") and comparable(Kind.TIME, dt.date(2017, 1, 1)) and comparable(Kind.BOOLEAN, 1)
    assert not comparable(Kind.TEXT, 1) and not comparable(Kind.TIME, "2017-01-01") and not comparable(Kind.INTEGER, "1")
