"""An artifact is there whole or not at all, says what it was made from, and is the same wherever the root lies."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from hypothesis import given
from hypothesis import strategies as st
from tests.storage.builders import URI, WHERE, metrics, recipe
from tests.strategies import contracts_with_tables

from assay.contracts.refs import ArtifactRef
from assay.contracts.schemas import DATA_DOCS, MODEL, MODEL_METRICS, VALUES
from assay.errors import ArtifactMissing, ContractError
from assay.storage import ArtifactStore, open_store
from assay.storage import store as module
from assay.storage.store import _GRACE_SECONDS as GRACE_SECONDS


@pytest.fixture(params=["file", "memory"])
def store(request, tmp_path):
    yield ArtifactStore(tmp_path.as_uri() if request.param == "file" else "memory://shared/assay")
    if request.param == "memory":
        MemoryFileSystem.store.clear()
        MemoryFileSystem.pseudo_dirs[:] = [""]


@pytest.fixture
def local(tmp_path):
    return ArtifactStore(tmp_path.as_uri())


def names(folder: Path) -> list[str]:
    """Every file below `folder`."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def age(*paths: Path) -> None:
    """Make files older than any writer at work."""
    for path in paths:
        os.utime(path, (time.time() - 2 * GRACE_SECONDS,) * 2)


# -- whole artifacts --------------------------------------------------------------------------------------------------


def test_what_was_published_is_read_back(store):
    ref = store.publish(MODEL_METRICS, metrics(0.5, 0.75), recipe=recipe(), **WHERE)
    assert (ref.contract, ref.uri, ref.row_count) == ("model_metrics", URI, 2)
    assert store.read(ref).equals(metrics(0.5, 0.75))
    assert store.read(ref, columns=["value"]).to_pydict() == {"value": [0.5, 0.75]}
    assert store.get(MODEL_METRICS, **WHERE) == ref


def test_each_table_is_a_part_and_their_order_is_kept(store):
    ref = store.publish(MODEL_METRICS, (metrics(score) for score in (0.9, 0.1, 0.5)), recipe=recipe(), **WHERE)
    assert [Path(path).name[:10] for path in store.files(ref)] == ["part-00000", "part-00001", "part-00002"]
    assert store.read(ref).column("value").to_pylist() == [0.9, 0.1, 0.5]


@pytest.mark.parametrize("sizes", [(7, 3), (0,), (4, 0, 1)], ids=str)
def test_parts_are_the_row_groups_in_order(store, monkeypatch, sizes):
    """An artifact without rows has one part: its columns."""
    monkeypatch.setattr(module, "_ROW_GROUP", 3)
    tables = [metrics(*(place + 0.125 * n for n in range(size))) for place, size in enumerate(sizes)]
    ref = store.publish(MODEL_METRICS, tables, recipe=recipe(), **WHERE)
    whole = store.read(ref)
    read = store.traffic.read
    parts = list(store.read_in_parts(ref))
    assert [len(part) for part in parts] == {(7, 3): [3, 3, 1, 3], (0,): [0], (4, 0, 1): [3, 1, 0, 1]}[sizes]
    assert pa.concat_tables(parts).equals(whole) and parts[0].schema.equals(whole.schema, check_metadata=True)
    assert store.traffic.read - read == pytest.approx(read, abs=64)


def test_the_manifest_tells_what_the_artifact_is_and_was_made_from(local, tmp_path):
    ref = local.publish(MODEL_METRICS, metrics(0.5), recipe=recipe(), **WHERE)
    manifest = json.loads((tmp_path / URI / "_manifest.json").read_text())
    entry = manifest.pop("files")[0]
    content = (tmp_path / URI / entry["name"]).read_bytes()
    assert entry == {"name": f"part-00000-{entry['sha256'][:16]}.parquet", "label": "part-00000", "rows": 1,
                     "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    assert manifest == {"contract": "model_metrics", "version": 1, "rows": 1, "fingerprint": ref.fingerprint,
                        "key": recipe().key, "inputs": ["a", "b"], "config": "c", "code": "d"}


def test_units_and_meanings_stand_in_the_files(local, tmp_path):
    local.publish(VALUES, VALUES.schema.empty_table(), recipe=recipe(), **WHERE)
    file = next((tmp_path / "shop/ds=2017-12-31/values/next_week").glob("part-*.parquet"))
    assert pq.read_schema(file).field("removal_loss").metadata[b"unit"] == b"the platform's currency per outcome window"


@given(contracts_with_tables())
def test_a_table_of_any_contract_comes_back_as_it_was(pair):
    contract, table = pair
    store = ArtifactStore("memory://round-trip")
    ref = store.publish(contract, table, platform="shop", partition="2017-12-31", recipe=recipe())
    assert store.read(ref).equals(table) and pa.concat_tables(store.read_in_parts(ref)).equals(table)
    assert ref.row_count == table.num_rows


def test_an_artifact_that_was_never_published_is_missing(store):
    assert store.find(MODEL_METRICS, **WHERE) is None
    with pytest.raises(ArtifactMissing, match=f"no artifact {URI} under") as caught:
        store.get(MODEL_METRICS, **WHERE)
    assert isinstance(caught.value, LookupError)


def test_partitions_are_listed_ascending_and_apart_by_name(store):
    for day, name in (("2017-12-31", "one"), ("2017-01-01", "one"), ("2017-06-01", "two")):
        store.publish(MODEL_METRICS, metrics(0.5), platform="shop", partition=day, name=name, recipe=recipe())
    assert store.partitions(MODEL_METRICS, "shop", "one") == ["2017-01-01", "2017-12-31"]
    assert store.partitions(MODEL_METRICS, "shop", "two") == ["2017-06-01"]
    assert store.partitions(MODEL_METRICS, "bank", "one") == []


def test_traffic_is_counted(local):
    ref = local.publish(MODEL_METRICS, metrics(0.5), recipe=recipe(), **WHERE)
    assert local.traffic.written == local.manifest(URI)["files"][0]["bytes"]
    assert local.traffic.read == 0
    local.read(ref)
    assert local.traffic.read > 0


def test_the_environment_names_the_store(monkeypatch, tmp_path):
    monkeypatch.setenv("ASSAY_STORAGE", tmp_path.as_uri())
    open_store().publish(MODEL_METRICS, metrics(0.5), recipe=recipe(), **WHERE)
    assert (tmp_path / URI / "_manifest.json").exists()


# -- reuse ------------------------------------------------------------------------------------------------------------


def test_an_equal_recipe_finds_the_artifact(store):
    ref = store.publish(MODEL_METRICS, metrics(0.5), recipe=recipe(), **WHERE)
    assert store.find(MODEL_METRICS, **WHERE, recipe=recipe(inputs=("b", "a"))) == ref


@pytest.mark.parametrize("other", [recipe(inputs=("a", "z")), recipe(inputs=("a",)), recipe(config="z"), recipe(code="z")],
                         ids=["input", "fewer inputs", "config", "code"])
def test_another_recipe_does_not(store, other):
    ref = store.publish(MODEL_METRICS, metrics(0.5), recipe=recipe(), **WHERE)
    assert store.find(MODEL_METRICS, **WHERE, recipe=other) is None
    assert store.find(MODEL_METRICS, **WHERE) == ref


def test_a_newer_version_of_the_contract_does_not(store):
    from dataclasses import replace

    store.publish(MODEL_METRICS, metrics(0.5), recipe=recipe(), **WHERE)
    assert store.find(replace(MODEL_METRICS, version=2), **WHERE, recipe=recipe()) is None


@given(st.lists(st.text(max_size=4), max_size=4), st.randoms(use_true_random=False))
def test_a_recipe_has_a_key_of_its_content_alone(inputs, random):
    shuffled = random.sample(inputs, len(inputs))
    assert recipe(tuple(inputs)).key == recipe(tuple(shuffled)).key
    assert recipe((*inputs, "one more")).key != recipe(tuple(inputs)).key


# -- the same everywhere ----------------------------------------------------------------------------------------------


def test_the_same_tables_give_the_same_bytes_and_references_below_any_root(tmp_path):
    one, two = (ArtifactStore((tmp_path / name).as_uri()) for name in ("one", "two"))
    refs = [s.publish(MODEL_METRICS, [metrics(0.5), metrics(0.75)], recipe=recipe(), **WHERE) for s in (one, two)]
    assert refs[0] == refs[1]
    assert names(tmp_path / "one") == names(tmp_path / "two")
    assert all((tmp_path / "one" / n).read_bytes() == (tmp_path / "two" / n).read_bytes() for n in names(tmp_path / "one"))


def test_chunks_leave_no_trace(tmp_path):
    whole, chunked = metrics(0.5, 0.75), pa.concat_tables([metrics(0.5), metrics(0.75)])
    refs = [ArtifactStore((tmp_path / str(i)).as_uri()).publish(MODEL_METRICS, table, recipe=recipe(), **WHERE)
            for i, table in enumerate((whole, chunked))]
    assert refs[0].fingerprint == refs[1].fingerprint


def test_a_moved_root_still_holds_what_references_name(tmp_path):
    ref = ArtifactStore((tmp_path / "old").as_uri()).publish(MODEL_METRICS, metrics(0.5), recipe=recipe(), **WHERE)
    shutil.move(tmp_path / "old", tmp_path / "new")
    moved = ArtifactStore((tmp_path / "new").as_uri())
    assert moved.read(ref).equals(metrics(0.5))
    assert moved.find(MODEL_METRICS, **WHERE, recipe=recipe()) == ref


# -- failures in the middle -------------------------------------------------------------------------------------------


def test_a_failing_source_of_tables_leaves_the_old_artifact(store):
    old = store.publish(MODEL_METRICS, [metrics(0.5), metrics(0.75)], recipe=recipe(), **WHERE)

    def torn():
        yield metrics(0.1)
        raise OSError("the disk of the source went away")

    with pytest.raises(OSError, match="went away"):
        store.publish(MODEL_METRICS, torn(), recipe=recipe(code="new"), **WHERE)
    assert store.get(MODEL_METRICS, **WHERE) == old
    assert store.read(old).column("value").to_pylist() == [0.5, 0.75]


def test_a_table_that_breaks_the_contract_publishes_nothing(store):
    with pytest.raises(ContractError):
        store.publish(MODEL_METRICS, [metrics(0.5), pa.table({"value": [0.1]})], recipe=recipe(), **WHERE)
    assert store.find(MODEL_METRICS, **WHERE) is None


@pytest.mark.parametrize("first", [metrics(0.5), None], ids=["with an old one", "without"])
def test_a_manifest_that_cannot_be_written_leaves_what_was(store, monkeypatch, first):
    old = first and store.publish(MODEL_METRICS, first, recipe=recipe(), **WHERE)
    replace = ArtifactStore._replace

    def full(self, path, content):
        if path.endswith("_manifest.json"):
            raise OSError("no space left on device")
        replace(self, path, content)

    monkeypatch.setattr(ArtifactStore, "_replace", full)
    with pytest.raises(OSError, match="no space left"):
        store.publish(MODEL_METRICS, metrics(0.1), recipe=recipe(code="new"), **WHERE)
    assert store.find(MODEL_METRICS, **WHERE) == old
    if old:
        assert store.read(old).equals(first)


def test_new_files_never_overwrite_those_of_the_old_manifest(store, monkeypatch):
    old = store.publish_files(MODEL, {"weights": b"old", "facts.json": b"{}"}, recipe=recipe(), **WHERE)

    def full(self, *args):
        raise OSError("no space left on device")

    monkeypatch.setattr(ArtifactStore, "_commit", full)
    with pytest.raises(OSError, match="no space left"):
        store.publish_files(MODEL, {"weights": b"new", "facts.json": b"{}"}, recipe=recipe(code="new"), **WHERE)
    assert store.read_file(old, "weights") == b"old"


# -- sweeping ---------------------------------------------------------------------------------------------------------


def test_old_parts_go_and_named_ones_stay(local, tmp_path):
    folder = tmp_path / URI
    local.publish(MODEL_METRICS, [metrics(0.5), metrics(0.75)], recipe=recipe(), **WHERE)
    neighbour = local.publish(MODEL_METRICS, metrics(0.9), recipe=recipe(), **(WHERE | {"name": "next_week.more"}))
    (folder / "_manifest.json.0a.draft").write_bytes(b"{")
    (folder / "notes.txt").write_text("a person's")
    age(*folder.iterdir(), *(tmp_path / neighbour.uri).iterdir())
    new = local.publish(MODEL_METRICS, [metrics(0.5), metrics(0.8)], recipe=recipe(code="new"), **WHERE)
    assert names(folder) == sorted(["_manifest.json", "notes.txt", *(Path(path).name for path in local.files(new))])
    assert local.read(neighbour).equals(metrics(0.9))


def test_a_part_that_another_writer_may_be_about_to_name_stays(local, tmp_path):
    local.publish(MODEL_METRICS, metrics(0.5), recipe=recipe(), **WHERE)
    young = tmp_path / URI / "part-00000-0123456789abcdef.parquet"
    young.write_bytes(b"half an hour of somebody's work")
    local.publish(MODEL_METRICS, metrics(0.8), recipe=recipe(code="new"), **WHERE)
    assert young.exists()


def test_a_writer_that_is_overtaken_still_publishes_all_its_parts(store):
    def overtaken():
        yield metrics(0.1)
        store.publish(MODEL_METRICS, metrics(0.9), recipe=recipe(code="faster"), **WHERE)
        yield metrics(0.2)

    ref = store.publish(MODEL_METRICS, overtaken(), recipe=recipe(), **WHERE)
    assert store.read(ref).column("value").to_pylist() == [0.1, 0.2]


def test_old_folders_of_files_go(local, tmp_path):
    local.publish_files(DATA_DOCS, {"index.html": b"old", "pages/one.html": b"1"}, recipe=recipe(), **WHERE)
    folder = tmp_path / "shop/ds=2017-12-31/data_docs/next_week"
    age(*(path for path in folder.rglob("*") if path.is_file()))
    new = local.publish_files(DATA_DOCS, {"index.html": b"new"}, recipe=recipe(), **WHERE)
    assert names(folder) == sorted(["_manifest.json", Path(local.files(new)[0]).relative_to(folder).as_posix()])
    assert len(list(folder.iterdir())) == 2


# -- files that are no tables -----------------------------------------------------------------------------------------


def test_files_are_read_back_by_name_and_lie_side_by_side(store):
    contents = {"index.html": b"<a href='pages/one.html'>", "pages/one.html": b"one"}
    ref = store.publish_files(DATA_DOCS, contents, recipe=recipe(), **WHERE)
    assert {name: store.read_file(ref, name) for name in contents} == contents
    index, page = store.files(ref)
    assert page == index.removesuffix("index.html") + "pages/one.html"
    with pytest.raises(ArtifactMissing, match="no file 'two.html'"):
        store.read_file(ref, "two.html")


def test_files_whose_bytes_carry_dates_are_identified_by_what_matters(store):
    refs = [store.publish_files(MODEL, {"weights": saved}, recipe=recipe(), identity="same weights", **WHERE)
            for saved in (b"saved on monday", b"saved on tuesday")]
    assert refs[0] == refs[1] == ArtifactRef("model", "shop/ds=2017-12-31/model/next_week", 0, "same weights")
    assert store.read_file(refs[1], "weights") == b"saved on tuesday"


def test_without_an_identity_the_bytes_are_it(store):
    refs = [store.publish_files(MODEL, {"weights": saved}, recipe=recipe(), **WHERE) for saved in (b"one", b"two", b"one")]
    assert refs[0].fingerprint == refs[2].fingerprint != refs[1].fingerprint


def test_artifacts_are_listed_with_their_size_and_removed_alone(store):
    for partition, name in (("2017-12-24", "a"), ("2017-12-24", "a/base/x"), ("2017-12-31", "a")):
        store.publish_files(MODEL, {"m.txt": b"12345", "deep/n.txt": b"678"}, platform="shop", partition=partition, name=name,
                            recipe=recipe())
    found = {a.uri: (a.contract, a.partition, a.name, a.bytes) for a in store.artifacts("shop")}
    assert found == {
        "shop/ds=2017-12-24/model/a": ("model", "2017-12-24", "a", 8),
        "shop/ds=2017-12-24/model/a/base/x": ("model", "2017-12-24", "a/base/x", 8),
        "shop/ds=2017-12-31/model/a": ("model", "2017-12-31", "a", 8)}
    store.remove("shop/ds=2017-12-24/model/a")
    assert [a.uri for a in store.artifacts("shop")] == ["shop/ds=2017-12-24/model/a/base/x", "shop/ds=2017-12-31/model/a"]
    base = store.get(MODEL, "shop", "2017-12-24", "a/base/x")
    assert store.read_file(base, "deep/n.txt") == b"678"
    assert store.find(MODEL, "shop", "2017-12-24", "a") is None
    with pytest.raises(ArtifactMissing):
        store.remove("shop/ds=2017-12-24/model/a")
    assert store.artifacts("nothing") == []


def test_folders_that_become_empty_go_too(local, tmp_path):
    local.publish(MODEL_METRICS, metrics(), **WHERE, recipe=recipe())
    local.remove(URI)
    assert [path for path in tmp_path.rglob("*") if "ds=" in str(path)] == []
