from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from tests.profiling.builders import write

from assay.contracts.profiles import ASSOCIATIONS
from assay.errors import UnreadableData
from assay.profiling.associations import associate
from assay.profiling.states import count_values


def _associate(folder: Path, table: pa.Table, keys: set[str] = frozenset(), **options: int) -> pa.Table:
    files = write(folder, table)
    found = associate(files, count_values(files, "landing.things", **options), keys)
    assert found.equals(ASSOCIATIONS.conform(found))
    return found


def _by_pair(found: pa.Table) -> dict[tuple[str, str, str], float]:
    return {(row["column"], row["other"], row["measure"]): row["strength"] for row in found.to_pylist()}


def _shop(rows: int = 2000) -> pa.Table:
    rng = np.random.default_rng(2)
    price = rng.lognormal(2, 1, rows)
    size = np.where(price > 10, "large", "small")
    gap = rng.random(rows) < 0.2
    return pa.table({
        "price": price, "paid": np.where(gap, np.nan, price * 0.9), "size": size,
        "colour": rng.choice(["red", "blue", "grün"], rows), "shelf": np.where(size == "large", "A", "B"),
        "shop_id": rng.integers(1, 9, rows), "voucher": pa.array(np.where(gap, None, "v")),
        "at": [dt.datetime(2017, 1, 1) + dt.timedelta(seconds=float(p)) for p in price],
        "fits": size == "large", "cost": pa.array(np.round(price, 2)).cast(pa.decimal128(12, 2), safe=False)})


def test_each_pair_has_the_measure_that_fits(tmp_path):
    found = _by_pair(_associate(tmp_path, _shop(), {"shop_id"}))
    assert found["price", "paid", "spearman"] == pytest.approx(1)
    assert found["price", "at", "spearman"] == pytest.approx(1, abs=1e-3) and found["price", "cost", "spearman"] > 0.999
    assert found["size", "shelf", "cramers_v"] == pytest.approx(1) == found["size", "fits", "cramers_v"]
    assert found["size", "colour", "cramers_v"] < 0.1 and found["size", "shop_id", "cramers_v"] < 0.1
    assert found["price", "size", "correlation_ratio"] > 0.8 and found["price", "shop_id", "correlation_ratio"] < 0.1
    assert found["paid", "voucher", "missing_together"] == 1
    assert not any("voucher" in pair and pair[2] != "missing_together" for pair in found)  # it never varies


def test_numbers_of_things_are_numbers_only_where_nobody_says_otherwise(tmp_path):
    assert ("price", "shop_id", "spearman") in _by_pair(_associate(tmp_path, _shop()))


def test_personal_and_unique_columns_take_part_by_their_gaps_alone(tmp_path):
    gap = np.arange(400) % 4 == 0
    table = pa.table({"mail": pa.array(np.where(gap, None, [f"user{n}@example.com" for n in range(400)])),
                      "code": [f"k{n}" for n in range(400)], "n": np.arange(400) % 7,
                      "x": np.where(gap, np.nan, np.arange(400.0))})
    found = _associate(tmp_path, table)
    assert set(_by_pair(found)) == {("n", "x", "spearman"), ("mail", "x", "missing_together")}
    assert "example" not in str(found.to_pylist())


def test_a_large_table_is_compared_by_a_sample_that_repeats(tmp_path):
    rng = np.random.default_rng(3)
    x = rng.integers(0, 1000, 250_000)
    table = pa.table({"x": x, "y": x + rng.integers(0, 500, len(x)), "kind": (x // 300).astype(str),
                      "twice": np.repeat(rng.integers(0, 2, len(x) // 50), 50)})
    found = _associate(tmp_path, table)
    rows = {row["rows"] for row in found.to_pylist()}
    assert found.column("sampled").to_pylist() == [True] * found.num_rows and 97_000 < rows.pop() < 103_000 and not rows
    assert found.equals(_associate(tmp_path / "again", table))
    by_pair = _by_pair(found)
    assert by_pair["x", "y", "spearman"] == pytest.approx(_spearman(table), abs=0.01)


def _spearman(table: pa.Table) -> float:
    frame = table.select(["x", "y"]).to_pandas()
    return float(frame.corr(method="spearman").iloc[0, 1])


def test_a_table_of_many_columns_is_bounded(tmp_path):
    rng = np.random.default_rng(4)
    hidden = rng.normal(size=60)
    columns = {f"c{n:04d}": np.where(rng.random(60) < 0.2, np.nan, hidden + rng.normal(size=60) * (n % 50)) for n in range(800)}
    found = _associate(tmp_path, pa.table(columns))
    measures = found.column("measure").to_pylist()
    assert (measures.count("spearman"), measures.count("missing_together")) == (1000, 1000)
    values = [name for name, measure in zip(found.column("column").to_pylist(), measures, strict=True) if measure == "spearman"]
    assert values == sorted(values)


@pytest.mark.parametrize("table", [
    pa.table({"a": pa.array([], pa.int64()), "b": pa.array([], pa.int64())}),
    pa.table({"a": [1, 2] * 5, "b": [3, 4] * 5}),
    pa.table({"a": list(range(50))}),
    pa.table({"a": [[1, 2]] * 50, "b": [b"x", b"y"] * 25, "c": pa.nulls(50), "d": [5] * 50}),
], ids=["empty", "few rows", "one column", "nothing to compare"])
def test_where_nothing_can_be_compared_nothing_is_said(tmp_path, table):
    assert _associate(tmp_path, table).num_rows == 0


def test_columns_known_by_a_sample_of_values_are_compared_too(tmp_path):
    numbers = np.arange(5000)
    table = pa.table({"x": numbers.astype(float), "y": -numbers, "name": [f"n{n}" for n in numbers]})
    assert _by_pair(_associate(tmp_path, table, exact_limit=100)) == {("x", "y", "spearman"): -1}


def test_a_file_that_is_gone_is_named(tmp_path):
    files = write(tmp_path, _shop(100))
    state = count_values(files, "landing.things")
    Path(files[0]).write_bytes(b"PAR1 torn")
    with pytest.raises(UnreadableData, match="part-0.parquet"):
        associate(files, state, set())
    assert associate([], state, set()).num_rows == 0
