from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assay.engine import DuckRows


def _open(folder: Path, table: pa.Table) -> DuckRows:
    pq.write_table(table, folder / "part.parquet")
    return DuckRows([str(folder / "part.parquet")])


def _many(rows: int) -> pa.Table:
    rng = np.random.default_rng(3)
    columns = {f"c {n}": pa.array(rng.integers(0, n + 2, rows), mask=rng.random(rows) < n / 30) for n in range(12)}
    columns |= {"text": pa.array(rng.choice(["a", "b", "null"], rows)), "float": pa.array(rng.choice([0.5, np.nan], rows))}
    return pa.table(columns)


@pytest.mark.parametrize(("rows", "files"), [(60, 1), (120_000, 3)])
def test_columns_counted_together_are_counted_as_each_alone(tmp_path, rows, files):
    table, paths = _many(rows), []
    for number in range(files):
        paths.append(str(tmp_path / f"{number}.parquet"))
        pq.write_table(table.slice(number * rows // files, rows // files), paths[-1])
    with DuckRows(paths) as counted:
        assert counted.counts("text") is None  # not expected
        counted.expect(table.column_names)
        for name in (*table.column_names, "c 0"):
            found = dict(counted.con.sql(f"select v::varchar, n from {counted.counts(name)}").fetchall())
            values = table.column(name).value_counts()
            assert found == {None if value is None else str(value): n for value, n in (
                (entry["values"], entry["counts"]) for entry in values.to_pylist())}


def test_columns_of_large_files_are_counted_one_by_one(tmp_path):
    with _open(tmp_path, _many(120_000)) as counted:
        counted.expect(list(counted.schema))
        assert counted.counts("text") is None


def test_files_of_other_columns_are_matched_by_name(tmp_path):
    paths = [str(tmp_path / f"{number}.parquet") for number in range(2)]
    pq.write_table(pa.table({"a": [1] * 120_000, "b": [2] * 120_000}), paths[0])
    pq.write_table(pa.table({"b": pa.array([2**40] * 120_000), "c": ["x"] * 120_000}), paths[1])
    with DuckRows(paths) as counted:
        assert list(counted.schema) == ["a", "b", "c"]
        assert dict(counted.con.sql(f"select v, count(*) from {counted.values('b')} group by 1").fetchall()) == {
            2: 120_000, 2**40: 120_000}
        assert set(counted.distinct(["a", "b", "c"], 1000).values()) <= {1, 2}


def test_a_sample_of_many_rows_tells_few_values_from_many(tmp_path):
    many = np.arange(4_000_000)
    with _open(tmp_path, pa.table({"few": many % 1000, "many": many})) as counted:
        found = counted.distinct(["few", "many"], 1_250_000)
    assert found["few"] == pytest.approx(1000, rel=0.15) and 1_250_000 < found["many"] < 4_600_000


def test_a_column_that_the_first_rows_show_as_distinct_is_looked_at_again(tmp_path):
    rows = 3_000_000
    values = np.random.default_rng(1).permutation(rows) % 700_000
    with _open(tmp_path, pa.table({"some": values})) as counted:
        assert counted.distinct(["some"], 1_250_000)["some"] == pytest.approx(700_000 * (1 - np.exp(-2 / 0.7)), rel=0.15)
        assert counted.distinct(["some"], 1e9)["some"] < 200_000  # far from the limit a rough answer does
