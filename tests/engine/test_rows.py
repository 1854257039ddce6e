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


@pytest.mark.parametrize("rows", [60, 120_000])
def test_columns_counted_together_are_counted_as_each_alone(tmp_path, rows):
    rng = np.random.default_rng(3)
    columns = {f"c {n}": pa.array(rng.integers(0, n + 2, rows), mask=rng.random(rows) < n / 30) for n in range(12)}
    columns |= {"text": pa.array(rng.choice(["a", "b", "null"], rows)), "float": pa.array(rng.choice([0.5, np.nan], rows))}
    table = pa.table(columns)
    with _open(tmp_path, table) as counted:
        assert counted.counts("text") is None  # not expected
        counted.expect(table.column_names)
        for name in (*table.column_names, "c 0"):
            found = dict(counted.con.sql(f"select v::varchar, n from {counted.counts(name)}").fetchall())
            values = table.column(name).value_counts()
            assert found == {None if value is None else str(value): n for value, n in (
                (entry["values"], entry["counts"]) for entry in values.to_pylist())}


def test_a_sample_of_many_rows_tells_few_values_from_many(tmp_path):
    many = np.arange(4_000_000)
    with _open(tmp_path, pa.table({"few": many % 1000, "many": many})) as counted:
        found = counted.distinct(["few", "many"])
    assert found["few"] == pytest.approx(1000, rel=0.15) and 1_000_000 < found["many"] < 4_600_000
