"""The engine on files answers as Great Expectations does on the whole frame, whatever the size of batches, groups and files."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from benchmarks.whole_frame import validate_frame

from assay.quality.partition import open_partition
from assay.quality.suite import Suite, parse_suite
from assay.quality.validate import examine

pytestmark = pytest.mark.slow  # imports Great Expectations

LABEL = "2017-06-05"
ROWS = {"expectation": "expect_table_row_count_to_be_between", "min_value": 1, "severity": "critical",
        "dimension": "completeness"}
SIDES = {"min_value": 0, "max_value": 5}
AGGREGATES = ("mean", "median", "sum", "stdev", "unique_value_count", "proportion_of_unique_values",
              "proportion_of_non_null_values")


def of_column(name: str, values: list[Any]) -> list[dict[str, Any]]:
    """Every type that a suite may name, about one column, some of them met and some not."""
    some = [value for value in values if isinstance(value, (int, float, str)) and value == value][:3] or [1]
    day = {"min_value": {"partition_plus_days": -200}, "max_value": {"partition_plus_days": 1}, "strict_max": True}
    row_wise = [
        ("not_be_null", {}), ("not_be_null", {"mostly": 0.5}), ("be_unique", {}), ("be_between", SIDES),
        ("be_between", {"min_value": 0.5, "strict_min": True}), ("be_between", day), ("be_in_set", {"value_set": some}),
        ("not_be_in_set", {"value_set": some, "mostly": 0.9}), ("be_in_set", {"value_set": ["a", "1", "nowhere"]}),
        ("be_in_type_list", {"type_list": ["integer"]}), ("be_in_type_list", {"type_list": ["text", "time"]}),
        ("be_in_type_list", {"type_list": ["number", "boolean"]})]
    if not values or not isinstance(values[0], dt.date):
        row_wise += [("match_regex", {"regex": "^[0-9]+$"}), ("not_match_regex", {"regex": "(?i)a"}),
                     ("match_regex", {"regex": r"^(?!0).*"})]
    entries = [{"expectation": f"expect_column_values_to_{kind}", "column": name, **more} for kind, more in row_wise]
    entries += [{"expectation": f"expect_column_{kind}_to_be_between", "column": name, **more}
                for kind in AGGREGATES for more in (SIDES, {"max_value": 0.25, "strict_max": True})]
    if not values or not isinstance(values[0], dt.date):
        entries.append({"expectation": "expect_column_value_lengths_to_be_between", "column": name, "min_value": 2,
                        "max_value": 6})
    return [*entries, {"expectation": "expect_column_to_exist", "column": name}]


def suite_of(entries: list[dict[str, Any]]) -> Suite:
    marked = [{"severity": "warning", "dimension": "accuracy"} | entry for entry in entries]
    return parse_suite(Path("suite.yaml"), yaml.safe_dump([ROWS, *marked]))


def entries_of(table: pa.Table, pairs: list[tuple[str, str]]) -> list[dict[str, Any]]:
    out = [entry for name in table.column_names
           for entry in of_column(name, table.column(name).drop_null().slice(0, 3).to_pylist())]
    conditions = [{"column": name, word: value} for name in table.column_names if not table.column(name).null_count
                  for value in table.column(name).slice(table.num_rows // 2, 1).to_pylist() if isinstance(value, (int, str))
                  for word in ("equals", "differs_from", "at_least") if word != "at_least" or type(value) is int]
    for where in conditions[:20]:
        out += [{"expectation": "expect_column_values_to_not_be_null", "column": table.column_names[-1], "where": [where]},
                {"expectation": "expect_column_unique_value_count_to_be_between", "column": table.column_names[0],
                 "max_value": 5, "where": [where, {"column": where["column"], "missing": False}]}]
    for one, other in pairs:
        out += [{"expectation": "expect_column_pair_values_a_to_be_greater_than_b", "column_A": one, "column_B": other, **more}
                for more in ({}, {"or_equal": True, "mostly": 0.5})]
        out.append({"expectation": "expect_compound_columns_to_be_unique", "column_list": [one, other]})
    names = table.column_names
    return [*out, {"expectation": "expect_table_columns_to_match_set", "column_set": [*names, "more"], "exact_match": False},
            {"expectation": "expect_table_columns_to_match_set", "column_set": names}]


def write(table: pa.Table, folder: Path, files: int, rows: int) -> list[str]:
    """`table` in several files of small row groups."""
    paths, step = [], math.ceil(table.num_rows / files) or 1
    for place in range(files):
        paths.append(str(folder / f"part-{place}-{rows}.parquet"))
        pq.write_table(table.slice(place * step, step), paths[-1], row_group_size=rows)
    return paths


def assert_same(table: pa.Table, entries: list[dict[str, Any]], folder: Path, batches: tuple[int, ...]) -> None:
    suite = suite_of(entries)
    whole = validate_frame(table, suite, LABEL)
    for batch in batches:
        files = write(table, folder, 3 if table.num_rows > 10 else 1, max(batch // 2, 1))
        with open_partition(files, batch_rows=batch) as partition:
            found = [finding.outcome.answer for finding in examine(partition, suite, LABEL) if finding.outcome]
        assert len(found) == len(whole)
        for expected, peer, ours in zip(suite.expectations, whole, found, strict=True):
            what = (expected.model_dump_json(exclude_none=True), peer and peer.result, ours)
            assert (peer is None) == (ours is None), what
            if peer is None or ours is None:
                continue
            assert bool(ours["success"]) == bool(peer.success), what
            for key in ("element_count", "unexpected_count", "missing_count"):
                assert ours["result"].get(key) == peer.result.get(key), what
            seen, ought = ours["result"].get("observed_value"), peer.result.get("observed_value")
            if isinstance(ought, (int, float, np.number)):
                assert seen == pytest.approx(ought, rel=1e-12, abs=1e-12), what
            elif not isinstance(ought, (list, set)):
                assert seen == ought, what


@pytest.mark.parametrize(("name", "pairs"), [
    ("transactions", [("basket_id", "product_id"), ("coupon_disc", "coupon_match_disc"), ("sales_value", "quantity")]),
    ("products", [("product_id", "manufacturer_id"), ("department", "brand")]),
    ("promotions", [("product_id", "store_id"), ("display_location", "mailer_location")]),
    ("demographics", [("household_id", "household_size")]), ("coupons", [("coupon_upc", "product_id")]),
    ("campaigns", [("campaign_id", "household_id")]), ("campaign_descriptions", [("start_date", "end_date")]),
    ("coupon_redemptions", [("household_id", "coupon_upc")]),
])
def test_real_tables_come_out_as_on_the_whole_frame(name: str, pairs: list[tuple[str, str]], small_landing: Path,
                                                    tmp_path: Path):
    folder = sorted((small_landing / "small_journey" / name).glob("ds=*"))[-1]
    table = pq.read_table(folder, partitioning=None)
    pairs = [(one, other) for one, other in pairs if {one, other} <= set(table.column_names)]
    assert pairs
    assert_same(table, entries_of(table, pairs), tmp_path, (50, 1000, 100_000))


def every_type() -> pa.Table:
    """Columns of all kinds of types, with gaps and without."""
    day, at = dt.date(2017, 6, 1), dt.datetime(2017, 6, 1, 12, 30, 0, 5)
    columns = {
        "small": pa.array([1, 2, 3, 3], pa.int8()), "gaps": pa.array([1, None, 7, 7], pa.int32()),
        "keys": pa.array([2**60, 2**60 + 1, None, None]), "unsigned": pa.array([2**60 + 1, 2**60, 4, 0], pa.uint64()),
        "real": pa.array([1.5, math.nan, None, -2.25]), "single": pa.array([0.1, 0.1, 3.0, 1e6], pa.float32()),
        "money": pa.array([Decimal("1.10"), Decimal("2.20"), None, Decimal("-3.25")], pa.decimal128(12, 2)),
        "flag": pa.array([True, False, True, True]), "maybe": pa.array([True, None, None, False]),
        "text": pa.array(["", "Ünï", "🛒 x", "1"]), "holes": pa.array(["a", None, "a", "007"], pa.large_string()),
        "coded": pa.array(["x", "y", None, "x"]).dictionary_encode(), "none": pa.nulls(4, pa.string()),
        "nothing": pa.nulls(4, pa.int64()), "day": pa.array([day, None, day, dt.date(1900, 1, 1)]),
        "micro": pa.array([at, at, None, dt.datetime(2017, 6, 7)], pa.timestamp("us")),
        "nano": pa.array([at, None, at, dt.datetime(2017, 6, 6)], pa.timestamp("ns")),
        "zoned": pa.array([at, None, at, dt.datetime(2016, 6, 6)], pa.timestamp("ms", "Asia/Shanghai")),
        "seconds": pa.array([at.replace(microsecond=0)] * 4, pa.timestamp("s")),
    }
    return pa.table({name: pa.concat_arrays([column] * 3) for name, column in columns.items()})


@pytest.mark.parametrize("rows", [12, 1, 0])
def test_every_type_comes_out_as_on_the_whole_frame(rows: int, tmp_path: Path):
    table = every_type()
    pairs = [("small", "real"), ("text", "coded"), ("money", "single"), ("seconds", "seconds"), ("text", "small")]
    assert_same(table.slice(0, rows), entries_of(table, pairs), tmp_path, (1, 5, 100_000))
