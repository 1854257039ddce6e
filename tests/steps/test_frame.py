from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from assay.contracts.schemas import RELATIONS, RUN_METRICS
from assay.steps.frame import Frame, open_frame
from assay.storage import ArtifactStore, open_store

PLATFORM, PARTITION = "small_journey", "2017-12-24"


@pytest.fixture
def store(small_environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ArtifactStore:
    monkeypatch.setenv("ASSAY_STORAGE", tmp_path.as_uri())
    return open_store()


def table(confidence: float = 0.5) -> pa.Table:
    return pa.Table.from_pylist([{"kind": "foreign_key", "from_asset": "x.a", "from_columns": ["k"], "to_asset": "x.b",
                                  "to_columns": ["k"], "coverage": 1.0, "confidence": confidence}], schema=RELATIONS.schema)


def frame(*modules: str) -> Frame:
    with open_frame("classify", PLATFORM, PARTITION, modules or ("assay.features",)) as opened:
        return opened


def test_what_stands_is_not_made_again(store: ArtifactStore) -> None:
    first = frame().publish(RELATIONS, table, inputs=["a", "b"], config={"k": 1})
    again = frame().publish(RELATIONS, lambda: pytest.fail("made again"), inputs=["b", "a"], config={"k": 1})
    assert again == first
    assert store.read(first).equals(table())


@pytest.mark.parametrize("change", [{"inputs": ["a", "c"]}, {"config": {"k": 2}}, {"again": True}, {"name": "x"},
                                    {"partition": "2017-12-25"}])
def test_another_input_configuration_name_or_partition_makes_it_again(change: dict, store: ArtifactStore) -> None:
    given = {"inputs": ["a", "b"], "config": {"k": 1}}
    first = frame().publish(RELATIONS, table, **given)
    second = frame().publish(RELATIONS, lambda: table(0.9), **given | change)
    assert store.read(second).column("confidence").to_pylist() == [0.9]
    assert second.fingerprint != first.fingerprint


def test_other_code_makes_it_again(store: ArtifactStore) -> None:
    first = frame("assay.features").publish(RELATIONS, table, inputs=[])
    assert frame("assay.features").publish(RELATIONS, lambda: table(0.9), inputs=[]) == first
    assert frame("assay.models").publish(RELATIONS, lambda: table(0.9), inputs=[]) != first


def test_what_does_not_fit_the_contract_is_not_published(store: ArtifactStore) -> None:
    with pytest.raises(TypeError, match="artifact relations: column 'kind' is missing"):
        frame().publish(RELATIONS, lambda: table().drop_columns(["kind"]), inputs=[])
    assert store.find(RELATIONS, PLATFORM, PARTITION) is None


def test_every_step_leaves_its_line_in_the_ledger(store: ArtifactStore) -> None:
    with open_frame("profile", PLATFORM, PARTITION, ("assay.features",), "landing.a") as opened:
        with opened.measure("landing.a"):
            opened.publish(RELATIONS, table, inputs=[])
        assert opened.platform.platform == PLATFORM
    rows = store.read(store.get(RUN_METRICS, PLATFORM, PARTITION, "profile.landing.a")).to_pylist()
    assert [(row["step"], row["asset_id"]) for row in rows] == [("profile", "landing.a"), ("profile", None)]
    assert rows[0]["bytes_written"] > 0 and rows[1]["bytes_written"] >= rows[0]["bytes_written"]
    assert all(row["seconds"] >= 0 and row["peak_rss"] > 0 for row in rows)


def test_a_step_that_fails_leaves_no_line(store: ArtifactStore) -> None:
    with pytest.raises(ZeroDivisionError), open_frame("profile", PLATFORM, PARTITION, ("assay.features",)):
        raise ZeroDivisionError
    assert store.find(RUN_METRICS, PLATFORM, PARTITION, "profile") is None
