from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.profiling.builders import state_of

from assay.contracts.schemas import PROFILES
from assay.profiling.statistics import histogram, profile, quantile


def _profile(folder, table: pa.Table) -> dict[str, dict]:
    out = profile(state_of(folder, table))
    assert out.equals(PROFILES.conform(out))
    return {row["column"]: row for row in out.to_pylist()}


def test_statistics_agree_with_pandas(tmp_path):
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "money": np.round(rng.lognormal(1, 1, 500), 2) * rng.choice([-1, 0, 1], 500),
            "count": rng.integers(0, 9, 500),
            "gaps": np.where(rng.random(500) < 0.2, np.nan, rng.normal(size=500)),
            "text": rng.choice(["a", "bb", "中文字", None], 500),
        }
    )
    rows = _profile(tmp_path, pa.Table.from_pandas(frame, preserve_index=False))
    for name in ("money", "count", "gaps"):
        column, row = frame[name], rows[name]
        expected = {
            "mean": column.mean(),
            "std": column.std(),
            "zero_count": (column == 0).sum(),
            "negative_count": (column < 0).sum(),
            "null_count": column.isna().sum(),
            "distinct_count": column.nunique(),
            "row_count": 500,
            **{f"p{q:02d}": column.quantile(q / 100) for q in (5, 25, 50, 75, 95)},
        }
        assert {k: row[k] for k in expected} == pytest.approx(expected)
        assert (float(row["min"]), float(row["max"])) == (column.min(), column.max())
        counts, _ = np.histogram(column.dropna(), bins=20)
        assert [b[2] for b in json.loads(row["histogram"])] == counts.tolist()
    lengths = frame["text"].dropna().str.len()
    assert (rows["text"]["length_min"], rows["text"]["length_max"]) == (lengths.min(), lengths.max())
    assert rows["text"]["length_mean"] == pytest.approx(lengths.mean())
    assert dict(json.loads(rows["text"]["top_values"])) == frame["text"].value_counts().to_dict()


def test_nan_counts_as_missing_and_infinity_as_extreme(tmp_path):
    row = _profile(tmp_path, pa.table({"x": pa.array([1.0, 3.0, float("nan"), float("inf"), float("-inf"), None])}))["x"]
    assert (row["row_count"], row["null_count"], row["distinct_count"], row["min"], row["max"]) == (6, 2, 4, "-inf", "inf")
    assert (row["mean"], row["p50"], row["negative_count"]) == (2.0, 2.0, 1)


def test_an_empty_partition_and_a_column_of_nulls(tmp_path):
    empty = _profile(tmp_path / "e", pa.table({"x": pa.array([], pa.int64())}))["x"]
    assert (empty["row_count"], empty["null_count"], empty["distinct_count"], empty["mean"]) == (0, 0, 0, None)
    nulls = _profile(tmp_path / "n", pa.table({"x": pa.array([None, None], pa.float64())}))["x"]
    assert (nulls["row_count"], nulls["null_count"], nulls["min"], nulls["p50"]) == (2, 2, None, None)


def test_a_single_row_has_no_deviation_and_one_bin(tmp_path):
    row = _profile(tmp_path, pa.table({"x": [7]}))["x"]
    assert row["std"] is None and json.loads(row["histogram"]) == [[7.0, 7.0, 1]]


def test_times_have_extremes_but_no_mean(tmp_path):
    row = _profile(tmp_path, pa.table({"t": [dt.date(2017, 1, 1), dt.date(2017, 3, 1)]}))["t"]
    assert (row["min"], row["max"], row["mean"], row["p50"]) == ("2017-01-01", "2017-03-01", None, None)


def test_large_integers_keep_their_last_digit(tmp_path):
    row = _profile(tmp_path, pa.table({"x": [2**53, 2**53 + 1]}))["x"]
    assert (row["min"], row["max"]) == (str(2**53), str(2**53 + 1))


def test_personal_values_are_masked(tmp_path):
    table = pa.table({"phone": [f"+49 30 90182{i}" for i in range(10)]})
    row = _profile(tmp_path, table)["phone"]
    assert row["min"] is None and row["max"] is None and row["length_min"] is None and row["distinct_count"] == 10
    assert "+49" not in row["top_values"] and "901" not in json.loads(row["top_values"])[0][0].split(":")[0]


@given(
    st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 9)), min_size=1, max_size=20, unique_by=lambda pair: pair[0]),
    st.floats(0, 1),
)
def test_quantiles_from_counts_are_those_of_the_rows(pairs, q):
    values, counts = (np.array(column) for column in zip(*sorted(pairs), strict=True))
    assert quantile(values, counts, q) == pytest.approx(np.quantile(np.repeat(values, counts), q))


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.integers(1, 9)), min_size=1, max_size=20, unique_by=lambda pair: pair[0]))
def test_a_histogram_holds_every_row_once(pairs):
    values, counts = (np.array(column) for column in zip(*sorted(pairs), strict=True))
    bins = histogram(values, counts)
    assert sum(rows for _, _, rows in bins) == counts.sum()
    assert bins[0][0] == values[0] and bins[-1][1] == values[-1]


def test_engine_and_exactness_stand_beside_the_statistics(tmp_path):
    table = pa.table({"id": [f"k{n:05d}" for n in range(20_000)], "x": [float(n) for n in range(20_000)]})
    exact = {row["column"]: row for row in profile(state_of(tmp_path, table)).to_pylist()}
    assert all(row["estimated"] == [] and row["engine"] == "duckdb" for row in exact.values())
    sampled = {row["column"]: row for row in profile(state_of(tmp_path, table, exact_limit=1000)).to_pylist()}
    errors = {e["statistic"]: e["error"] for e in sampled["x"]["estimated"]}
    assert set(errors) == {"distinct_count", "std", "histogram", "p05", "p25", "p50", "p75", "p95"}
    for name in ("distinct_count", "std", "p25", "p50", "p75"):
        assert errors[name] > 0 and abs(sampled["x"][name] - exact["x"][name]) < 4 * errors[name]
    texts = {e["statistic"]: e["error"] for e in sampled["id"]["estimated"]}
    assert texts == {"distinct_count": texts["distinct_count"], "length_min": None, "length_max": None,
                     "length_mean": pytest.approx(0), "forms": 0.0}
    assert sampled["id"]["forms"] == exact["id"]["forms"] == '[["a99999", 1.0]]'


def test_values_that_are_always_listed_weigh_no_more_in_a_sample(tmp_path):
    table = pa.table({"x": [0.0] * 30_000 + [float(n) for n in range(1, 30_001)]})
    row = profile(state_of(tmp_path, table, exact_limit=1000)).to_pylist()[0]
    assert row["p25"] == 0 and row["p75"] == pytest.approx(15_000, rel=0.25) and row["zero_count"] == 30_000
    assert sum(rows for _, _, rows in json.loads(row["histogram"])) == pytest.approx(60_000, rel=0.001)
    assert row["std"] == pytest.approx(np.std(table.column("x").to_numpy()), rel=0.2)


def test_zeros_of_decimals_that_a_sample_may_not_hold_are_not_counted(tmp_path):
    cents = pa.array([n / 1000 for n in range(30_000)] + [0.0]).cast(pa.decimal128(9, 3))
    row = profile(state_of(tmp_path, pa.table({"x": cents}), exact_limit=1000)).to_pylist()[0]
    assert row["zero_count"] is None and row["negative_count"] == 0


def test_forms_tell_how_texts_are_written_but_nothing_of_masked_ones(tmp_path):
    table = pa.table({"sku": [f"AB-{n:03d}" for n in range(9)] + ["x"], "mail": [f"u{n}@example.com" for n in range(10)],
                      "note": [f"remark {n}" for n in range(9)] + ["write to a@example.com please"]})
    rows = _profile(tmp_path, table)
    assert json.loads(rows["sku"]["forms"]) == [["AA-999", 0.9], ["a", 0.1]]
    assert rows["mail"]["forms"] is None
    assert json.loads(rows["note"]["forms"]) == [["aaaaaa 9", 1.0]]


def test_days_without_rows_are_counted_of_dates_and_times(tmp_path):
    days = [dt.date(2017, 1, 2) + dt.timedelta(n) for n in range(70) if n % 7 < 5 and n != 8]
    table = pa.table({"day": days, "at": [dt.datetime.combine(day, dt.time(23, 59)) for day in days], "n": range(len(days))})
    rows = _profile(tmp_path, table)
    for name in ("day", "at"):
        row = rows[name]
        assert (row["day_count"], row["missing_days"], row["unexplained_days"], row["usual_step_days"]) == (49, 19, 1, 1)
        assert (row["longest_gap_days"], row["longest_gap_from"]) == (2, "2017-01-07")
        assert row["weekday_shares"] == [1, 0.9, 1, 1, 1, 0, 0]
    assert rows["n"]["day_count"] is None and rows["n"]["weekday_shares"] is None
