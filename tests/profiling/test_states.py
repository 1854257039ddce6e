from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.profiling.builders import state_of, write

from assay.contracts.schemas import PROFILE_STATES
from assay.errors import UnreadableData
from assay.profiling.layout import columns_of
from assay.profiling.states import count_values, merge, repeats, whole_mask


def _rows(state: pa.Table, column: str) -> list[tuple]:
    rows = columns_of(state)[column]
    return list(
        zip(rows.column("value").to_pylist(), rows.column("number").to_pylist(), rows.column("n").to_pylist(), strict=True)
    )


def test_values_are_counted_by_column_and_falling_count(tmp_path):
    table = pa.table({"b": ["x", "y", "x", None], "a": pa.array([1, 2, 2, 2], pa.int64())})
    state = state_of(tmp_path, table)
    assert state.equals(PROFILE_STATES.conform(state))
    assert state.column("column").to_pylist() == ["b", "b", "b", "a", "a", "a"]
    assert _rows(state, "b") == [("x", None, 2), ("y", None, 1), (None, None, 1)]
    assert _rows(state, "a") == [("2", 2.0, 3), ("1", 1.0, 1), (None, None, 0)]


def test_nan_infinity_and_both_zeros(tmp_path):
    table = pa.table({"x": pa.array([0.0, -0.0, float("nan"), float("nan"), float("inf"), None])})
    rows = _rows(state_of(tmp_path, table), "x")
    assert [(value, n) for value, _, n in rows] == [("0.0", 2), ("nan", 2), ("inf", 1), (None, 1)]


def test_times_are_seconds_and_nested_values_text(tmp_path):
    table = pa.table(
        {
            "t": pa.array([dt.datetime(2017, 1, 1, 11, 53, 26)]),
            "d": pa.array([dt.date(2017, 1, 1)]),
            "z": pa.array([dt.datetime(2017, 1, 1, tzinfo=dt.UTC)], pa.timestamp("us", "UTC")),
            "l": pa.array([[1, 2]]),
            "f": pa.array([True]),
            "m": pa.array([1.5]).cast(pa.decimal128(5, 2)),
        }
    )
    state = state_of(tmp_path, table)
    assert _rows(state, "t")[0] == ("2017-01-01 11:53:26", 1483271606.0, 1)
    assert _rows(state, "d")[0] == ("2017-01-01", 1483228800.0, 1)
    assert _rows(state, "z")[0][1] == 1483228800.0
    assert _rows(state, "l")[0] == ("[1, 2]", None, 1)
    assert _rows(state, "f")[0] == ("true", 1.0, 1)
    assert _rows(state, "m")[0] == ("1.50", 1.5, 1)


def test_an_empty_partition_keeps_its_columns(tmp_path):
    state = state_of(tmp_path, pa.table({"a": pa.array([], pa.int64()), "b": pa.array([], pa.string())}))
    assert _rows(state, "a") == [(None, None, 0)] and _rows(state, "b") == [(None, None, 0)]
    assert count_values([], "landing.things").num_rows == 0


def test_a_hive_key_in_the_path_is_no_column(tmp_path):
    state = state_of(tmp_path / "ds=2017-01-01", pa.table({"a": [1]}))
    assert set(state.column("column").to_pylist()) == {"a"}


def test_a_torn_file_is_named(tmp_path):
    torn = tmp_path / "part-0.parquet"
    torn.write_bytes(b"PAR1 torn")
    with pytest.raises(UnreadableData, match="part-0.parquet"):
        count_values([str(torn)], "landing.things")


def test_personal_values_are_hashed_and_equal_ones_stay_equal(tmp_path):
    table = pa.table({"mail": ["a@example.com", "b@example.com", "a@example.com", None], "n": [1, 2, 3, 4]})
    state = state_of(tmp_path, table)
    values = [value for value, _, _ in _rows(state, "mail")]
    assert [n for _, _, n in _rows(state, "mail")] == [2, 1, 1]
    assert all(value is None or value.startswith("email:") for value in values)
    assert whole_mask(columns_of(state)["mail"]) == "email" and whole_mask(columns_of(state)["n"]) is None
    assert "example" not in str(state.to_pylist())


def test_a_single_address_in_free_text_is_hashed_alone(tmp_path):
    table = pa.table({"note": [f"remark {i}" for i in range(99)] + ["write to a@example.com please"]})
    rows = columns_of(state_of(tmp_path, table))["note"]
    assert sum(rows.column("masked").to_pylist()) == 1 and "example" not in str(rows.to_pylist())


def test_what_somebody_said_of_a_column_wins_over_what_it_looks_like(tmp_path):
    table = pa.table({"mail": ["a@example.com", "b@example.com"], "shelf": ["A-01", "B-02"], "age": [30, 40],
                      "note": ["write to a@example.com", "nothing"]})
    said = {"mail": "none", "shelf": "passport", "age": "age", "note": "none", "gone": "email"}
    state = count_values(write(tmp_path, table), "landing.things", said)
    assert [whole_mask(columns_of(state)[name]) for name in table.column_names] == [None, "passport", None, None]
    assert _rows(state, "mail")[0][0] == "a@example.com" and "A-01" not in str(state.to_pylist())
    assert not any(columns_of(state)["note"].column("masked").to_pylist())


@pytest.mark.parametrize("exact_limit", [2, 1_000_000])
def test_numbers_said_to_be_personal_leave_no_number_behind(tmp_path, exact_limit):
    latitudes = [52.5 + n / 1000 for n in range(600)] + [float("nan"), None]
    files = write(tmp_path, pa.table({"lat": latitudes, "n": [7_000_000 + n for n in range(602)]}))
    state = count_values(files, "landing.things", {"lat": "geolocation", "n": "phone"}, exact_limit=exact_limit)
    for name in ("lat", "n"):
        rows = columns_of(state)[name]
        assert whole_mask(rows) and rows.column("number").drop_null().to_pylist() in ([], [0.0])
        assert not any(value for value in rows.filter(pc.is_valid(rows.column("statistic"))).column("value").to_pylist())
    lat = columns_of(state)["lat"]
    nulls = lat.filter(pc.and_(pc.is_null(lat.column("value")), pc.is_null(lat.column("statistic"))))
    assert pc.sum(nulls.column("n")).as_py() == 2


def test_phone_numbers_that_pandas_made_floats_of_are_found(tmp_path):
    table = pa.table({"x": [float(13_000_000_000 + 10**8 * (i % 9) + 100_000_000 * 50 + i) for i in range(60)] + [None]})
    assert whole_mask(columns_of(state_of(tmp_path, table))["x"]) == "phone"


def test_values_hashed_in_one_partition_are_hashed_in_all(tmp_path):
    personal = pa.table({"x": ["a@example.com", "b@example.com"]})
    plain = pa.table({"x": ["hello", "world"]})
    merged = merge([state_of(tmp_path / "1", personal), state_of(tmp_path / "2", plain)])
    assert whole_mask(merged) == "email" and not {"hello", "world"} & set(merged.column("value").to_pylist())


def test_the_last_partitions_type_and_columns_come_first(tmp_path):
    old = state_of(tmp_path / "1", pa.table({"gone": ["a"], "x": pa.array([1], pa.int32())}))
    new = state_of(tmp_path / "2", pa.table({"x": pa.array([1], pa.int64()), "added": [2.5]}))
    merged = merge([old, new])
    assert list(dict.fromkeys(merged.column("column").to_pylist())) == ["x", "added", "gone"]
    assert _rows(merged, "x")[0] == ("1", 1.0, 2) and columns_of(merged)["x"].column("dtype")[0].as_py() == "BIGINT"
    assert merge([]).num_rows == 0


_rows_strategy = st.lists(
    st.tuples(
        st.none() | st.integers(-3, 3),
        st.none() | st.sampled_from([0.0, -0.0, 1.5, float("nan"), float("inf")]),
        st.none() | st.text(alphabet="ab\u4e2d", max_size=2),
    ),
    max_size=12,
)


def _table(rows: list[tuple]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [(), (), ()]
    return pa.table(
        {"i": pa.array(columns[0], pa.int64()), "f": pa.array(columns[1], pa.float64()), "s": pa.array(columns[2], pa.string())}
    )


@settings(max_examples=25, deadline=None)
@given(st.lists(_rows_strategy, min_size=1, max_size=4), st.sampled_from([2, 1_000_000]))
def test_merged_parts_are_the_state_of_the_whole(parts, exact_limit):
    with tempfile.TemporaryDirectory() as folder:
        files = [write(Path(folder), _table(part), str(number))[0] for number, part in enumerate(parts)]
        whole = merge([count_values(files, "landing.t")], exact_limit=exact_limit)
        merged = merge([count_values([path], "landing.t", exact_limit=1000) for path in files], exact_limit=exact_limit)
    assert str(merged.to_pylist()) == str(whole.to_pylist())  # as text, since NaN equals nothing


def test_dated_snapshots_repeat_and_increments_do_not(tmp_path):
    def snapshot(number: int, rows: int) -> pa.Table:
        return state_of(tmp_path / f"s{number}", pa.table({"id": range(rows), "kind": ["a", "b"] * (rows // 2)}))

    def increment(day: int) -> pa.Table:
        return state_of(tmp_path / f"i{day}", pa.table({"user": [1, 2, 3, 1], "day": [dt.date(2017, 1, day)] * 4}))

    assert repeats([snapshot(1, 30), snapshot(2, 30), snapshot(3, 40)])
    assert not repeats([increment(1), increment(2), increment(3)])
    assert not repeats([snapshot(4, 30)]) and not repeats([])


def test_snapshots_with_a_stamp_of_their_own_repeat_by_their_key(tmp_path):
    states = [
        state_of(tmp_path / str(day), pa.table({"id": range(30), "loaded_at": [dt.date(2017, 1, day)] * 30})) for day in (1, 2)
    ]
    assert repeats(states)


@settings(max_examples=25, deadline=None)
@given(st.lists(_rows_strategy, max_size=3), st.sampled_from([1, 3]))
def test_sampling_gives_what_reducing_an_exact_count_does(parts, exact_limit):
    rows = [row for part in parts for row in part]
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), _table(rows))
        sampled = count_values(path, "landing.t", exact_limit=exact_limit)
        exact = count_values(path, "landing.t")
    for name, counted in columns_of(sampled).items():
        if not pc.all(counted.column("exact")).as_py():
            assert repr(counted.to_pylist()) == repr(merge([exact.filter(pc.equal(exact.column("column"), name))],
                                                           exact_limit=exact_limit).to_pylist())
