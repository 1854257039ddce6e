from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest
import yaml
from tests.profiling.builders import write

from assay.contracts.refs import ArtifactRef, Night
from assay.contracts.schemas import (
    CHANGES,
    COLUMNS,
    DECLARED,
    DISCOVERED,
    HISTORY,
    PROFILE_STATES,
    RELATIONS,
    SNAPSHOT,
    TABLE_KINDS,
)
from assay.profiling.states import count_values
from assay.steps.classify import classify
from assay.storage import ArtifactStore, Recipe, open_store

PLATFORM, PARTITION = "small_journey", "2017-12-30"


@pytest.fixture
def store(small_environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ArtifactStore:
    monkeypatch.setenv("ASSAY_STORAGE", (tmp_path / "storage").as_uri())
    return open_store()


@pytest.fixture
def night(store: ArtifactStore) -> Night:
    """A night that has discovered ten days of visits."""
    plain = {"asset_id": "landing.visits", "status": "ok", "location": "", "format": "parquet", "files": [], "bytes": 1,
             "fingerprint": ""}
    rows = [plain | {"source_partition": f"2017-12-{day}", "row_count": 400 if day < 30 else 4} for day in range(21, 31)]
    table = pa.Table.from_pylist(rows, schema=DISCOVERED.schema)
    found = store.publish(DISCOVERED, table, platform=PLATFORM, partition=PARTITION, recipe=Recipe((), "", ""))
    return Night(PLATFORM, PARTITION, (), False, "", found, ())


@pytest.fixture
def states(store: ArtifactStore, tmp_path: Path) -> list[ArtifactRef]:
    """Two weekly snapshots of users, of which the second has lost a column, and two days of visits."""
    users = {"user_id": list(range(60)), "age": ["19-24", "65+"] * 30}
    tables = {
        ("landing.users", "2017-12-18"): users | {"dropped": list(range(60))},
        ("landing.users", "2017-12-25"): users,
        ("landing.visits", "2017-12-29"): {"user_id": [1, 2, 3, 1], "day": [dt.date(2017, 12, 29)] * 4},
        ("landing.visits", "2017-12-30"): {"user_id": [1, 4, 5, 1], "day": [dt.date(2017, 12, 30)] * 4},
    }
    out = []
    for number, ((asset, label), columns) in enumerate(tables.items()):
        state = count_values(write(tmp_path / str(number), pa.table(columns)), asset)
        out.append(
            store.publish(PROFILE_STATES, state, platform=PLATFORM, partition=label, name=asset, recipe=Recipe((), "", ""))
        )
    return out


def test_columns_kinds_and_relations_are_published_in_this_order(store, night, states):
    published = classify(night, states)
    assert [ref.contract for ref in published] == [COLUMNS.name, TABLE_KINDS.name, RELATIONS.name, CHANGES.name]
    _, kinds, relations, changes = published
    assert {(r["asset_id"], r["kind"], r["time_column"]) for r in store.read(kinds).to_pylist()} == {
        ("landing.users", "entity", None),
        ("landing.visits", "event", "day"),
    }
    [relation] = store.read(relations).to_pylist()
    assert (relation["from_asset"], relation["to_asset"], relation["coverage"]) == ("landing.visits", "landing.users", 1.0)
    assert [(r["asset_id"], r["source_partition"], r["kind"], r["column"]) for r in store.read(changes).to_pylist()] == [
        ("landing.users", "2017-12-25", "column_removed", "dropped")]


def test_snapshots_are_not_added_up_and_increments_are(store, night, states):
    columns, kinds, *_ = classify(night, states)
    distinct = {(r["asset_id"], r["column"]): r["distinct_count"] for r in store.read(columns).to_pylist()}
    assert distinct == {
        ("landing.users", "user_id"): 60,
        ("landing.users", "age"): 2,
        ("landing.visits", "user_id"): 5,
        ("landing.visits", "day"): 2,
    }
    assert {r["asset_id"]: r["primary_key"] for r in store.read(kinds).to_pylist()}["landing.users"] == ["user_id"]


def test_the_order_in_which_states_arrive_does_not_matter(store, night, states):
    first = classify(night, states)
    assert classify(night, states[::-1]) == first
    assert store.read(first[0]).num_rows == 4


def test_nothing_profiled_gives_empty_tables(night):
    assert [ref.row_count for ref in classify(night, [])] == [0, 0, 0, 0]


def test_keys_of_several_columns_are_asked_of_the_snapshots_that_the_history_names(store, night):
    pairs = [(order, line) for order in range(30) for line in (1, 2, 3)]
    states, rows, recipe = [], [], Recipe((), "", "")
    for number, label in enumerate(("2017-12-29", "2017-12-30")):
        lines = pa.table({"order_id": [o + 100 * number for o, _ in pairs], "line_no": [line for _, line in pairs]})
        where = {"platform": PLATFORM, "partition": label, "name": "landing.lines", "recipe": recipe}
        snapshot = store.publish(SNAPSHOT, lines, **where)
        states.append(store.publish(PROFILE_STATES, count_values(store.files(snapshot), "landing.lines"), **where))
        rows.append(
            {
                "asset_id": "landing.lines",
                "source_partition": label,
                "uri": snapshot.uri,
                "fingerprint": snapshot.fingerprint,
                "row_count": 90,
                "bytes": 1,
                "reason": None,
            }
        )
    found = [store.read(classify(night, states)[1]).to_pylist()[0]["primary_key"]]
    history = pa.Table.from_pylist(rows, schema=HISTORY.schema)
    store.publish(HISTORY, history, platform=PLATFORM, partition=PARTITION, name="landing.lines", recipe=recipe)
    found.append(store.read(classify(night, states)[1]).to_pylist()[0]["primary_key"])
    assert found == [[], ["order_id", "line_no"]]


def test_a_catalogues_word_on_a_column_counts_more_than_the_sources(store, night, tmp_path, monkeypatch):
    values = write(tmp_path / "things", pa.table({"xq": [n + 0.25 for n in range(60)]}))
    state = store.publish(PROFILE_STATES, count_values(values, "landing.things"), platform=PLATFORM, partition=PARTITION,
                          name="landing.things", recipe=Recipe((), "", ""))
    plain = dict.fromkeys(DECLARED.schema.names) | {"asset_id": "landing.things", "column": "xq", "view": False}
    manifest = yaml.safe_load((Path(__file__).parents[1] / "data/platforms/small_journey/platform.yaml").read_text())
    monkeypatch.setenv("ASSAY_PLATFORMS", str(tmp_path / "platforms"))
    path = tmp_path / "platforms" / PLATFORM / "platform.yaml"
    path.parent.mkdir(parents=True)

    def meaning(*said: tuple[str, str], catalogues: tuple[str, ...] = ()) -> str:
        found = [{"name": name, "type": "datahub", "path": "/nowhere"} for name in catalogues]
        path.write_text(yaml.safe_dump(manifest | {"catalogues": found}))
        table = pa.Table.from_pylist([plain | {"origin": who, "comment": what} for who, what in said], schema=DECLARED.schema)
        store.publish(DECLARED, table, platform=PLATFORM, partition=PARTITION, recipe=Recipe((), str(said), ""))
        (row,) = store.read(classify(night, [state])[0]).to_pylist()
        return row["semantic_type"]

    source, hub = ("landing", "discount"), ("hub", "unit price")
    assert meaning(source) == "discount"
    assert meaning(source, hub, catalogues=("hub",)) == "price"
    assert meaning(source, hub, ("om", "discount"), catalogues=("om", "hub")) == "discount"
