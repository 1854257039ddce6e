from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from tests.profiling.builders import state_of

from assay.profiling.layout import columns_of
from assay.profiling.nearly_unique import SHARE, is_listed
from assay.profiling.states import merge
from assay.profiling.statistics import profile

ROWS = 40_000


@pytest.fixture(scope="module")
def table() -> pa.Table:
    rng = np.random.default_rng(7)
    numbers = rng.permutation(ROWS).astype(float) - 1000
    return pa.table(
        {
            "id": [f"code-{i:06d}" for i in range(ROWS)],
            "x": pa.array(numbers),
            "few": [i % 3 for i in range(ROWS)],
            "late": pa.array(np.where(np.arange(ROWS) % 4 == 0, np.nan, numbers), from_pandas=True),
        }
    )


@pytest.fixture(scope="module")
def state(table, tmp_path_factory) -> pa.Table:
    return state_of(tmp_path_factory.mktemp("wide"), table, exact_limit=10_000)


def test_only_columns_beyond_the_limit_are_sampled(state):
    exact = {row["column"]: row["exact"] for row in state.to_pylist()}
    assert exact == {"id": False, "x": False, "few": True, "late": False}
    listed = columns_of(state)["id"]
    values = [
        v
        for v, s in zip(listed.column("value").to_pylist(), listed.column("statistic").to_pylist(), strict=True)
        if v and not s
    ]
    assert values and all(map(is_listed, values))
    assert {n: pc.sum(columns_of(state)[n].column("n")).as_py() for n in exact} == dict.fromkeys(exact, ROWS)


def test_what_is_said_to_be_exact_is_and_estimates_are_near(table, state):
    rows = {row["column"]: row for row in profile(state).to_pylist()}
    numbers = table.column("x").to_numpy()
    x = rows["x"]
    assert (x["row_count"], x["null_count"], x["min"], x["max"]) == (ROWS, 0, "-1000.0", "38999.0")
    assert x["mean"] == pytest.approx(numbers.mean()) and x["negative_count"] == 1000 and x["zero_count"] == 1
    assert x["distinct_count"] == pytest.approx(ROWS, rel=0.3) and x["distinct_count"] % SHARE in (0, 1)
    assert x["p50"] == pytest.approx(np.median(numbers), rel=0.25)
    assert {e["statistic"] for e in x["estimated"]} >= {"distinct_count", "std", "p50", "histogram"} and x["top_values"] is None
    assert not {e["statistic"] for e in x["estimated"]} & {"mean", "min", "zero_count"} and rows["few"]["estimated"] == []
    assert rows["late"]["null_count"] == ROWS // 4
    assert (rows["id"]["min"], rows["id"]["max"]) == ("code-000000", "code-039999")


def test_sampled_partitions_merge_to_the_sample_of_the_whole(table, state, tmp_path):
    half = ROWS // 2
    parts = [
        state_of(tmp_path / "a", table.slice(0, half), exact_limit=10_000),
        state_of(tmp_path / "b", table.slice(half), exact_limit=1_000_000),
    ]  # sampled and exact together
    merged, whole = merge(parts, exact_limit=10_000), merge([state], exact_limit=10_000)
    drop = merged.schema.get_field_index("number")
    assert merged.remove_column(drop).to_pylist() == whole.remove_column(drop).to_pylist()
    assert [r["mean"] for r in profile(merged).to_pylist()[1:]] == pytest.approx(
        [r["mean"] for r in profile(whole).to_pylist()[1:]]
    )


def test_personal_values_are_hashed_in_samples_too(tmp_path):
    table = pa.table({"mail": [f"user{i}@example.com" for i in range(3000)]})
    state = state_of(tmp_path, table, exact_limit=100)
    assert "example" not in str(state.to_pylist())
    row = profile(state).to_pylist()[0]
    assert row["row_count"] == 3000 and row["min"] is None and row["max"] is None
