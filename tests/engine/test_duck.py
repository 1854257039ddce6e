"""Names and texts from data reach DuckDB as they are, and never as SQL."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.engine import connect, literal, quote, scan

# DuckDB ends its text at NUL, and so do the formats that columns come from
TEXTS = st.text(alphabet=st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=30)


@pytest.fixture(scope="module")
def database():
    with connect() as con:
        yield con


@given(value=TEXTS)
def test_any_text_comes_back_from_a_literal(database, value):
    assert database.execute(f"SELECT {literal(value)}").fetchall() == [(value,)]


@given(name=TEXTS.filter(bool))
def test_any_name_can_be_a_column(database, name):
    described = database.execute(f"SELECT 1 AS {quote(name)}").description
    assert [column[0] for column in described] == [name]


@pytest.mark.parametrize("hostile", ["x'; DROP TABLE kept; --", 'x"; DROP TABLE kept; --', "'||(SELECT 1)||'", "\\'"])
def test_a_hostile_text_stays_a_text(hostile):
    with connect() as con:
        con.execute("CREATE TABLE kept AS SELECT 1 AS n")
        assert con.execute(f"SELECT {literal(hostile)} AS {quote(hostile)} FROM kept").fetchall() == [(hostile,)]
        assert con.execute("SELECT n FROM kept").fetchall() == [(1,)]


def test_databases_are_private_and_settings_fixed():
    with connect() as one, connect(threads=1, memory_limit="100MB") as two:
        one.execute("CREATE TABLE mine AS SELECT 1 AS n")
        assert two.execute("SELECT count(*) FROM information_schema.tables").fetchall() == [(0,)]
        settings = "SELECT current_setting('threads'), current_setting('preserve_insertion_order')"
        assert one.execute(settings).fetchall() == [(2, True)]
        assert two.execute(settings).fetchall() == [(1, True)]


def test_what_is_beyond_the_memory_limit_spills():
    with connect(memory_limit="60MB") as con:
        con.execute("CREATE TEMP TABLE wide AS SELECT md5(i::varchar) || md5((i + 1)::varchar) AS v FROM range(1_500_000) t(i)")
        spilled = con.execute("SELECT sum(temporary_storage_bytes), sum(memory_usage_bytes) FROM duckdb_memory()").fetchall()[0]
        assert spilled[0] > 20_000_000 and spilled[1] < 70_000_000
        assert con.execute("SELECT count(*), count(DISTINCT v[:8]) > 1_400_000 FROM wide").fetchall() == [(1_500_000, True)]


def test_nan_is_found_in_files_whose_extremes_are_silent_about_it(database, tmp_path):
    files = [str(tmp_path / f"it's {number}.parquet") for number in range(2)]
    pq.write_table(pa.table({"x": [1.0, float("nan"), None]}), files[0])
    pq.write_table(pa.table({"y": [1], "x": [2.0]}), files[1])
    found = database.execute(f"select sum(isnan(x)::int), count(*) filter (x > 5), max(case when not isnan(x) then x end), "
                             f"count(y) from {scan(files)}").fetchall()
    assert found == [(1, 1, 2.0, 1)]  # NaN is larger than any number
