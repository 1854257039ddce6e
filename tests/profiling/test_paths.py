"""Nested columns are profiled by path, and what is personal is judged path by path."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.profiling.builders import state_of, write

from assay.engine import quote
from assay.profiling.layout import columns_of
from assay.profiling.paths import paths_of
from assay.profiling.states import combine, count_values, merge, whole_mask
from assay.profiling.statistics import profile

ORDERS = pa.table({
    "order_id": [1, 2, 3, 4],
    "address": pa.array([{"city": "Köln", "geo": {"lat": 50.9}}, {"city": "Bonn", "geo": None}, None,
                         {"city": "Köln", "geo": {"lat": 51.0}}],
                        pa.struct([("city", pa.string()), ("geo", pa.struct([("lat", pa.float64())]))])),
    "tags": pa.array([["a", "b"], [], None, ["a", None]], pa.list_(pa.string())),
    "items": pa.array([[{"sku": "x", "prices": [1, 2]}], [{"sku": "y", "prices": []}, {"sku": "x", "prices": [3]}], [], None],
                      pa.list_(pa.struct([("sku", pa.string()), ("prices", pa.list_(pa.int64()))]))),
    "counts": pa.array([[("k", 1), ("l", 2)], [("k", 3)], [], None], pa.map_(pa.string(), pa.int64())),
})


def _counted(state: pa.Table, path: str) -> dict[str | None, int]:
    rows = columns_of(state, paths=True)[path]
    return dict(zip(rows.column("value").to_pylist(), rows.column("n").to_pylist(), strict=True))


def test_fields_elements_keys_and_values_are_counted(tmp_path):
    state = state_of(tmp_path, ORDERS)
    assert list(columns_of(state, paths=True)) == [
        "order_id", "address", "address.city", "address.geo.lat", "tags", "tags[]", "items", "items[].sku", "items[].prices[]",
        "counts", "counts{key}", "counts{value}"]
    assert _counted(state, "address.city") == {"Köln": 2, "Bonn": 1, None: 1}
    assert _counted(state, "address.geo.lat") == {"50.9": 1, "51.0": 1, None: 2}
    assert _counted(state, "tags[]") == {"a": 2, "b": 1, None: 1}
    assert _counted(state, "items[].sku") == {"x": 2, "y": 1, None: 0}
    assert _counted(state, "items[].prices[]") == {"1": 1, "2": 1, "3": 1, None: 0}
    assert _counted(state, "counts{key}") == {"k": 2, "l": 1, None: 0}
    assert _counted(state, "counts{value}") == {"1": 1, "2": 1, "3": 1, None: 0}


def test_a_path_is_no_column_of_the_table(tmp_path):
    state = state_of(tmp_path, ORDERS)
    assert list(columns_of(state)) == ORDERS.column_names
    parents = {row["column"]: row["parent"] for row in profile(state).to_pylist()}
    assert parents["items[].prices[]"] == "items" and parents["items"] is None
    prices = next(row for row in profile(state).to_pylist() if row["column"] == "items[].prices[]")
    assert (prices["row_count"], prices["mean"], prices["max"]) == (3, 2.0, "3")


def test_states_with_paths_merge_and_lose_what_is_no_longer_delivered(tmp_path):
    half = [state_of(tmp_path / str(part), ORDERS.slice(2 * part, 2)) for part in (0, 1)]
    whole = state_of(tmp_path / "whole", ORDERS)
    assert merge(half).equals(merge([whole]))
    combined, _ = combine([half[0], state_of(tmp_path / "less", ORDERS.drop_columns(["items"]))])
    assert not any(name.startswith("items") for name in columns_of(combined, paths=True))


def test_personal_data_is_judged_by_path_and_hides_the_column_that_holds_it(tmp_path):
    people = pa.table({"who": [{"mail": f"u{n}@example.com", "plan": "ab"[n % 2]} for n in range(30)],
                       "notes": [[f"remark {n}", "write to a@example.com" if n == 7 else "nothing"] for n in range(30)]})
    state = state_of(tmp_path, people)
    masks = {name: whole_mask(rows) for name, rows in columns_of(state, paths=True).items()}
    assert masks == {"who": "email", "who.mail": "email", "who.plan": None, "notes": None, "notes[]": None}
    assert "example" not in str(state.to_pylist())
    assert _counted(state, "who.plan") == {"a": 15, "b": 15, None: 0}


def test_what_is_said_of_a_path_or_of_its_column_wins(tmp_path):
    files = write(tmp_path, pa.table({"who": [{"mail": f"u{n}@example.com", "code": f"A-{n}"} for n in range(30)]}))

    def masks(said: dict[str, str]) -> list[str | None]:
        return [whole_mask(rows) for rows in columns_of(count_values(files, "landing.people", said), paths=True).values()]

    assert masks({"who": "none"}) == [None, None, None]
    assert masks({"who.mail": "none", "who.code": "passport"}) == ["passport", None, "passport"]
    assert masks({"who": "none", "who.code": "passport"}) == ["passport", None, "passport"]
    assert masks({"who": "passport"}) == ["passport"] * 3


@pytest.mark.parametrize("exact_limit", [10, 1_000_000])
def test_paths_with_many_values_are_sampled(tmp_path, exact_limit):
    state = state_of(tmp_path, pa.table({"tags": [[f"t{n}", f"t{n + 1}"] for n in range(3000)]}), exact_limit=exact_limit)
    rows = columns_of(state, paths=True)["tags[]"]
    assert pc.all(rows.column("exact")).as_py() is (exact_limit > 10)
    assert pc.sum(rows.column("n")).as_py() == 6000


def test_a_path_gives_way_to_a_column_of_its_name(tmp_path):
    table = pa.table({"a.b": ["column"], "a": [{"b": "field", "b'": 1}], "odd": [{'x.y "z': [1]}]})
    names = list(columns_of(state_of(tmp_path, table), paths=True))
    assert names == ["a.b", "a", "a.b'", "a.b''", "odd", 'odd."x.y ""z"[]']


def _struct(fields: dict[str, str]) -> str:
    quoted = [f"{quote(name)} {kind}" for name, kind in fields.items()]
    return f"STRUCT({', '.join(quoted)})"


NAMES = st.sampled_from(["a", "b", "a.b", "b'", 'c"', "[]"])
TYPES = st.recursive(st.sampled_from(["INTEGER", "VARCHAR"]), lambda inner: st.one_of(
    inner.map(lambda kind: f"{kind}[]"), st.tuples(inner, inner).map(lambda pair: f"MAP({pair[0]}, {pair[1]})"),
    st.dictionaries(NAMES, inner, min_size=1, max_size=3).map(_struct)),
    max_leaves=5)


@given(TYPES, st.sets(NAMES))
def test_every_path_has_a_name_of_its_own_and_can_be_read(kind, taken):
    with duckdb.connect() as con:
        con.execute(f"create table t (v {kind})")
        con.execute("insert into t values (null)")
        paths = paths_of("a", con.sql("from t").dtypes[0], "t", {*taken, "a"})
        names = [path.name for path in paths]
        assert len(set(names)) == len(names) and not {*names} & {*taken, "a"}
        for path in paths:
            found = con.sql(f"select v from {path.values}")
            assert str(found.dtypes[0]) == path.dtype and found.fetchall() in ([], [(None,)])
