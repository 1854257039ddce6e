"""Cleaning: the same rows, normalised."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import UnreadableData
from assay.sources.cleaning import clean


def test_texts_are_decoded_trimmed_and_emptied() -> None:
    table = pa.table({"s": pa.array([" a ", "", "  ", None, "b c", "\tK\u00e4se\n"]).dictionary_encode()})
    out = clean(table, "x").column("s")
    assert out.type == pa.string()
    assert out.to_pylist() == ["a", None, None, None, "b c", "Käse"]


def test_naive_times_are_utc_and_aware_ones_keep_their_moment() -> None:
    naive = dt.datetime(2017, 7, 1, 12, 0, 0, 123456)
    table = pa.table({
        "naive": pa.array([naive], pa.timestamp("ns")),
        "aware": pa.array([dt.datetime(2017, 7, 1, 16, tzinfo=dt.UTC)], pa.timestamp("ms", "America/New_York")),
    })
    out = clean(table, "x")
    assert out.schema.types == [pa.timestamp("us", "UTC")] * 2
    assert out.to_pylist() == [{"naive": naive.replace(tzinfo=dt.UTC), "aware": dt.datetime(2017, 7, 1, 16, tzinfo=dt.UTC)}]


def test_widths_are_unified_but_integers_stay_integers() -> None:
    out = clean(pa.table({"i": pa.array([1], pa.int16()), "u": pa.array([2], pa.uint32()), "f": pa.array([0.5], pa.float32()),
                          "b": [True], "d": pa.array([0], pa.date64())}), "x")
    assert out.schema.types == [pa.int64(), pa.int64(), pa.float64(), pa.bool_(), pa.date32()]


def test_column_order_and_equal_rows_are_kept() -> None:
    out = clean(pa.table({"z": [1, 1, 1], "a": ["x", "x", "x"]}), "x")
    assert out.column_names == ["z", "a"]
    assert out.num_rows == 3


def test_a_time_that_cannot_be_held_names_its_column() -> None:
    table = pa.table({"t": pa.array([2**60], pa.timestamp("s"))})
    with pytest.raises(UnreadableData, match=r"column 't' of lake/t"):
        clean(table, "lake/t")


@given(st.lists(st.tuples(st.none() | st.text(max_size=8), st.none() | st.integers(-5, 5))))
def test_cleaning_again_changes_nothing(rows: list[tuple[str | None, int | None]]) -> None:
    table = pa.table({"s": pa.array([r[0] for r in rows], pa.string()), "i": pa.array([r[1] for r in rows], pa.int8())})
    once = clean(table, "x")
    assert clean(once, "x").equals(once)
    assert once.num_rows == len(rows)
    assert once.column("i").to_pylist() == [r[1] for r in rows]
    assert all(value is None or (value and value == value.strip()) for value in once.column("s").to_pylist())
