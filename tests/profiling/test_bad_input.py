"""Columns and tables that something is wrong or unusual about, from files to statistics."""

from __future__ import annotations

import datetime as dt
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from tests.profiling.builders import write

from assay.errors import UnreadableData
from assay.profiling.states import count_values
from assay.profiling.statistics import profile


def _profile(folder: Path, *tables: pa.Table, **options: int) -> dict[str, dict[str, Any]]:
    files = [write(folder, table, f"part-{number}")[0] for number, table in enumerate(tables)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rows = profile(count_values(files, "landing.things", **options)).to_pylist()
    return {row["column"]: row for row in rows if row["parent"] is None}


TYPES = [pa.null(), pa.int64(), pa.float64(), pa.string(), pa.bool_(), pa.date32(), pa.timestamp("us", "UTC"),
         pa.decimal128(9, 2), pa.binary(), pa.list_(pa.int64()), pa.struct([("x", pa.string())])]


@pytest.mark.parametrize("rows", [0, 3])
def test_columns_without_any_value(tmp_path, rows):
    columns = {f"c{number}": pa.nulls(rows, kind) for number, kind in enumerate(TYPES)}
    found = _profile(tmp_path, pa.table(columns))
    assert list(found) == list(columns)
    for row in found.values():
        assert (row["row_count"], row["null_count"], row["distinct_count"]) == (rows, rows, 0)
        told = {"asset_id", "column", "row_count", "null_count", "distinct_count", "top_values", "engine", "estimated"}
        assert {name for name, value in row.items() if value is not None} == told
        assert row["top_values"] == "[]" and row["estimated"] == []


@pytest.mark.parametrize("exact_limit", [1_000_000, 1_000])
def test_nan_beside_null_and_infinities_in_many_rows(tmp_path, exact_limit):
    rows = 120_000  # more than are held at once
    x = np.where(np.arange(rows) % 3 == 0, np.nan, np.arange(rows, dtype=float))
    finite = pa.array(x.copy(), mask=np.arange(rows) % 5 == 0)
    x[1], x[2] = np.inf, -np.inf
    found = _profile(tmp_path, pa.table({"finite": finite, "all": pa.array(x, mask=np.arange(rows) % 5 == 0)}),
                     exact_limit=exact_limit)
    kept = np.array([n for n in range(rows) if n % 3 and n % 5])
    for row in found.values():
        assert row["null_count"] == rows - len(kept) and row["zero_count"] == 0
    assert (found["finite"]["min"], found["finite"]["max"]) == ("1.0", "119999.0")
    assert found["finite"]["mean"] == pytest.approx(kept.mean()) and found["all"]["mean"] == pytest.approx(kept[2:].mean())
    assert (found["all"]["min"], found["all"]["max"], found["all"]["negative_count"]) == ("-inf", "inf", 1)
    assert found["all"]["std"] == pytest.approx(kept[2:].std(), rel=0.1)


def test_numbers_that_are_personal_hide_their_nan_in_many_rows(tmp_path):
    rows = 120_000
    latitude = np.where(np.arange(rows) % 4 == 0, np.nan, 52 + np.arange(rows) % 977 / 1000)
    files = write(tmp_path, pa.table({"latitude": latitude}))
    row = profile(count_values(files, "landing.things", {"latitude": "geolocation"})).to_pylist()[0]
    assert (row["null_count"], row["distinct_count"], row["min"]) == (rows // 4, 977, None)
    assert "nan" not in row["top_values"]


def test_integers_beyond_what_floats_tell_apart(tmp_path):
    table = pa.table({"big": pa.array([10**18, 10**18 + 1, 10**18 + 5]), "unsigned": pa.array([2**64 - 1, 0, 1], pa.uint64()),
                      "signed": pa.array([-(2**63), 2**63 - 1, 0])})
    found = _profile(tmp_path, table)
    assert (found["big"]["min"], found["big"]["max"], found["big"]["distinct_count"]) == (str(10**18), str(10**18 + 5), 3)
    assert found["big"]["std"] == pytest.approx(np.std([0, 1, 5], ddof=1)) and found["big"]["mean"] == pytest.approx(1e18)
    assert json.loads(found["big"]["histogram"]) == [[1e18, 1e18, 3]]
    assert (found["unsigned"]["max"], found["unsigned"]["zero_count"]) == (str(2**64 - 1), 1)
    assert found["unsigned"]["std"] == pytest.approx(np.std([2.0**64, 0, 1], ddof=1))
    assert found["signed"]["std"] == pytest.approx(2.0**63) and found["signed"]["negative_count"] == 1


def test_a_sample_of_integers_beyond_what_floats_tell_apart(tmp_path):
    row = _profile(tmp_path, pa.table({"x": pa.array(10**18 + np.arange(20_000))}), exact_limit=100)["x"]
    assert (row["min"], row["max"]) == (str(10**18), str(10**18 + 19_999))
    assert row["std"] == pytest.approx(np.std(np.arange(20_000)), rel=0.2) and row["mean"] == pytest.approx(1e18, rel=1e-12)


def test_the_largest_and_smallest_floats(tmp_path):
    found = _profile(tmp_path, pa.table({"large": [1e308, -1e308, 1e308], "small": [5e-324, 0.0, 5e-324]}))
    assert found["large"]["mean"] == pytest.approx(1e308 / 3)
    assert found["large"]["std"] == pytest.approx(1e308 * np.std([1, -1, 1], ddof=1))
    assert found["large"]["p25"] == 0 and json.loads(found["large"]["histogram"]) == [[-1e308, 1e308, 3]]
    assert found["small"]["max"] == "5e-324" and found["small"]["zero_count"] == 1


def test_moments_of_several_time_zones_are_one_time(tmp_path):
    noon = dt.datetime(2017, 1, 1, 12)
    tables = [pa.table({"t": pa.array([noon, noon + dt.timedelta(hours=20 * number)], pa.timestamp("us", zone))})
              for number, zone in enumerate(("UTC", "Europe/Berlin", "Asia/Shanghai"))]
    row = _profile(tmp_path, *tables)["t"]
    assert (row["row_count"], row["distinct_count"]) == (6, 3)
    assert (row["min"], row["max"]) == ("2017-01-01 12:00:00+00", "2017-01-03 04:00:00+00")
    assert (row["day_count"], row["missing_days"]) == (3, 0)


def test_dates_of_all_years(tmp_path):
    row = _profile(tmp_path, pa.table({"d": pa.array([dt.date(1, 1, 1), dt.date(9999, 12, 31)])}))["d"]
    assert (row["min"], row["max"], row["longest_gap_from"]) == ("0001-01-01", "9999-12-31", "0001-01-02")
    assert row["missing_days"] == (dt.date(9999, 12, 31) - dt.date(1, 1, 1)).days - 1


def test_decimals_of_any_size_and_of_two_scales(tmp_path):
    wide = pa.table({"m": pa.array([1, 2, None]).cast(pa.decimal128(38, 10)),
                     "n": pa.array([0, -5, 7]).cast(pa.decimal256(50, 2))})
    found = _profile(tmp_path / "wide", wide)
    assert (found["m"]["min"], found["m"]["mean"], found["m"]["null_count"]) == ("1.0000000000", 1.5, 1)
    assert (found["n"]["zero_count"], found["n"]["negative_count"], float(found["n"]["max"])) == (1, 1, 7)
    files = [pa.table({"m": pa.array(values).cast(kind)}) for values, kind in (
        ([1.25, None], pa.decimal128(9, 2)), ([1.255], pa.decimal128(12, 3)))]
    both = _profile(tmp_path / "both", *files)["m"]
    assert (both["min"], both["max"], both["distinct_count"]) == ("1.250", "1.255", 2)


def test_binary_values_are_shown_escaped_and_have_no_form(tmp_path):
    found = _profile(tmp_path, pa.table({"b": [b"\x00\xff", b"ab", None], "f": pa.array([b"ab", b"cd", None], pa.binary(2))}))
    assert (found["b"]["distinct_count"], found["b"]["null_count"], found["b"]["min"]) == (2, 1, r"\x00\xFF")
    assert found["b"]["forms"] is None and found["f"]["max"] == "cd"


def test_dictionaries_that_differ_between_files(tmp_path):
    def encoded(*values: str | None) -> pa.Table:
        return pa.table({"c": pa.array(values, pa.string()).dictionary_encode()})

    row = _profile(tmp_path, encoded("a", "b", "a"), encoded("c", "a", None), pa.table({"c": ["a"]}))["c"]
    assert json.loads(row["top_values"]) == [["a", 4], ["b", 1], ["c", 1]]
    assert (row["null_count"], row["length_max"], row["forms"]) == (1, 1, '[["a", 1.0]]')


def test_files_that_differ_in_type_and_columns(tmp_path):
    found = _profile(tmp_path / "numbers", pa.table({"c": [1, 2]}), pa.table({"c": [1.5]}), pa.table({"d": [True]}))
    assert (found["c"]["distinct_count"], found["c"]["null_count"], found["c"]["mean"]) == (3, 1, 1.5)
    assert found["d"]["null_count"] == 3
    texts = _profile(tmp_path / "texts", pa.table({"c": [1, 2]}), pa.table({"c": ["a"]}))["c"]
    assert (texts["distinct_count"], texts["mean"]) == (3, None)


def test_types_that_nothing_reconciles_are_named(tmp_path):
    with pytest.raises(UnreadableData, match=r"part-0.parquet can't be read \(.*column \"c\" from type DATE"):
        _profile(tmp_path, pa.table({"c": [dt.date(2017, 1, 1)]}), pa.table({"c": [[1]]}))


def test_a_file_without_columns_is_named(tmp_path):
    with pytest.raises(UnreadableData, match=r"part-0.parquet can't be read"):
        _profile(tmp_path, pa.table({}))


def test_names_of_columns_that_need_quotes(tmp_path):
    names = ['q"x', "a.b", "ünï", "select", "a b"]
    found = _profile(tmp_path, pa.table({name: [number, None] for number, name in enumerate(names)}))
    assert list(found) == names and [row["min"] for row in found.values()] == list("01234")


@pytest.mark.slow
def test_a_table_of_five_thousand_columns(tmp_path):
    columns = {f"c{n}": np.arange(200) % (n % 50 + 1) if n % 3 else [f"v{row % (n % 9 + 1)}" for row in range(200)]
               for n in range(5_000)}
    found = _profile(tmp_path, pa.table(columns))
    assert list(found) == list(columns)
    assert found["c4999"]["distinct_count"] == 50 and found["c4998"]["forms"] == '[["a9", 1.0]]'
