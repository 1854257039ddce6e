"""What is published is noted; of a rehearsal nothing reaches storage, and everything is read back."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from assay.contracts.schemas import MODEL_METRICS, REPORT, RUN_METRICS
from assay.errors import ArtifactMissing
from assay.storage import ArtifactStore, Recipe, open_store
from assay.storage.rehearsal import Published, noting

WHERE = {"platform": "shop", "partition": "2017-01-01"}
RECIPE = Recipe(("a",), "b", "c")


def metrics(value: float) -> pa.Table:
    return pa.Table.from_pylist([{"use_case": "u", "model": "m", "split": "s", "metric": "auc", "value": value}],
                                schema=MODEL_METRICS.schema)


@pytest.fixture(autouse=True)
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ArtifactStore:
    """A store with one artifact."""
    monkeypatch.setenv("ASSAY_STORAGE", tmp_path.as_uri())
    store = open_store()
    store.publish(MODEL_METRICS, metrics(0.5), **WHERE, name="old", recipe=RECIPE)
    return store


def test_of_a_rehearsal_everything_is_read_back_and_nothing_is_stored(storage: ArtifactStore, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    with noting(rehearse=True):
        store = open_store()
        new = store.publish(MODEL_METRICS, metrics(0.9), **WHERE, name="new", recipe=RECIPE)
        store.publish(MODEL_METRICS, metrics(0.7), **WHERE, name="old", recipe=RECIPE)
        page = store.publish_files(REPORT, {"index.html": b"<p>"}, **WHERE, recipe=RECIPE)
        assert store.read(new).column("value").to_pylist() == [0.9]
        assert store.read(store.get(MODEL_METRICS, "shop", "2017-01-01", "old")).column("value").to_pylist() == [0.7]
        assert store.read_file(page, "index.html") == b"<p>"
        assert store.partitions(MODEL_METRICS, "shop", "new") == ["2017-01-01"]
        assert store.find(MODEL_METRICS, **WHERE, name="new", recipe=RECIPE) == new
    assert sorted(tmp_path.rglob("*")) == before
    assert open_store().read(storage.get(MODEL_METRICS, "shop", "2017-01-01", "old")).column("value").to_pylist() == [0.5]
    with pytest.raises(ArtifactMissing):
        open_store().get(MODEL_METRICS, "shop", "2017-01-01", "new")


def test_it_is_noted_whether_the_content_is_another(storage: ArtifactStore) -> None:
    with noting() as noted:
        for name, value in (("old", 0.5), ("old", 0.6), ("new", 0.5)):
            open_store().publish(MODEL_METRICS, metrics(value), **WHERE, name=name, recipe=RECIPE)
    assert noted.published == [Published("2017-01-01", "model_metrics", name, changed)
                               for name, changed in (("old", False), ("old", True), ("new", True))]
    assert storage.read(storage.get(MODEL_METRICS, "shop", "2017-01-01", "new")).num_rows == 1


def test_what_steps_took_is_not_written(storage: ArtifactStore) -> None:
    with noting() as noted:
        open_store().publish(RUN_METRICS, RUN_METRICS.schema.empty_table(), **WHERE, name="publish", recipe=RECIPE)
    assert noted.published == []
    assert storage.partitions(RUN_METRICS, "shop", "publish") == []
