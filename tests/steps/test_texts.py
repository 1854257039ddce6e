from __future__ import annotations

import logging
import re
from pathlib import Path

import pyarrow as pa
import pytest

from assay.contracts.refs import ArtifactRef
from assay.contracts.schemas import TEXT_VECTORS
from assay.language import encoder
from assay.steps import texts as module
from assay.steps.frame import Frame, open_frame
from assay.steps.texts import text_vectors
from assay.storage import ArtifactStore, open_store

PLATFORM, PARTITION, NAME = "small_journey", "2017-12-24", "landing.products.product_type"
TEXTS = ["FLUID MILK WHITE ONLY", "COLD CEREAL", "牛奶", ""]


@pytest.fixture
def store(small_environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
          ) -> ArtifactStore:
    monkeypatch.setenv("ASSAY_STORAGE", tmp_path.as_uri())
    caplog.set_level(logging.INFO, module.__name__)
    return open_store()


def frame(modules: tuple[str, ...] = ("assay.features",)) -> Frame:
    with open_frame("build_features", PLATFORM, PARTITION, modules) as opened:
        return opened


def encoded(caplog: pytest.LogCaptureFixture) -> list[int]:
    """How many texts each artifact that was made had to encode."""
    return [int(found) for found in re.findall(r"(\d+) of them encoded anew", caplog.text)]


def fresh(store: ArtifactStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, texts: list[str]) -> ArtifactRef:
    """The artifact of `texts` on a storage that holds nothing else."""
    monkeypatch.setenv("ASSAY_STORAGE", (tmp_path / "fresh").as_uri())
    made = text_vectors(frame(), texts, NAME)
    monkeypatch.setenv("ASSAY_STORAGE", store.root)
    return made


def test_every_distinct_text_has_its_vector(store: ArtifactStore) -> None:
    ref = text_vectors(frame(), [*TEXTS, None, "COLD CEREAL"], NAME)
    table = store.read(ref)
    assert table.schema.equals(TEXT_VECTORS.schema)
    assert ref.uri == f"{PLATFORM}/ds={PARTITION}/text_vectors/{NAME}"
    assert table.column("text").to_pylist() == sorted(TEXTS)
    expected = encoder.encode_texts(sorted(TEXTS))
    assert table.column("vector").to_pylist() == expected.tolist()


def test_equal_sets_cost_nothing_whoever_asks(store: ArtifactStore, caplog: pytest.LogCaptureFixture) -> None:
    first = text_vectors(frame(), TEXTS, NAME)
    assert text_vectors(frame(("assay.models",)), [*reversed(TEXTS), TEXTS[0]], NAME) == first
    assert encoded(caplog) == [4]


def test_of_one_more_text_that_one_is_encoded_and_no_byte_differs(
        store: ArtifactStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    text_vectors(frame(), TEXTS, NAME)
    second = text_vectors(frame(), [*TEXTS, "BEEF"], NAME)
    assert encoded(caplog) == [4, 1]
    assert second == fresh(store, tmp_path, monkeypatch, [*TEXTS, "BEEF"])
    assert encoded(caplog) == [4, 1, 5]


def test_other_partitions_serve_in_both_directions_and_together(
        store: ArtifactStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    text_vectors(frame(), ["BEEF", "TEAS"], NAME, "2017-12-20")
    text_vectors(frame(), ["RICE", "TEAS"], NAME, "2017-12-31")
    both = text_vectors(frame(), ["RICE", "BEEF"], NAME)
    assert encoded(caplog) == [2, 1, 0]
    assert both == fresh(store, tmp_path, monkeypatch, ["BEEF", "RICE"])


def test_fewer_texts_are_copied(store: ArtifactStore, caplog: pytest.LogCaptureFixture) -> None:
    text_vectors(frame(), TEXTS, NAME)
    assert store.read(text_vectors(frame(), ["牛奶"], NAME)).column("text").to_pylist() == ["牛奶"]
    assert encoded(caplog) == [4, 0]


def test_at_most_three_earlier_artifacts_are_read(store: ArtifactStore, caplog: pytest.LogCaptureFixture) -> None:
    for day, text in enumerate(["BEEF", "RICE", "TEAS", "EGGS"], 1):
        text_vectors(frame(), [text], NAME, f"2017-12-0{day}")
    text_vectors(frame(), ["BEEF", "RICE"], NAME)
    assert encoded(caplog) == [1, 1, 1, 1, 1]


def test_vectors_of_another_encoder_or_name_are_not_taken(
        store: ArtifactStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    text_vectors(frame(), ["BEEF"], "landing.products.department")
    with monkeypatch.context() as patched:
        patched.setattr(encoder, "ENCODER", "an older one")
        text_vectors(frame(), ["BEEF"], NAME)
    text_vectors(frame(), ["BEEF"], NAME)
    assert encoded(caplog) == [1, 1, 1]


def test_other_names_serve_where_they_are_said_to(store: ArtifactStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                  caplog: pytest.LogCaptureFixture) -> None:
    """Use cases of a platform read the same words: those that one has encoded cost the other nothing, and change no byte."""
    text_vectors(frame(), ["BEEF", "TEAS"], "next_week/landing.products.product_type")
    shared = text_vectors(frame(), ["BEEF", "RICE"], NAME, also=["next_week/landing.products.product_type", "nobody"])
    assert encoded(caplog) == [2, 1]
    assert shared == fresh(store, tmp_path, monkeypatch, ["BEEF", "RICE"])


def test_of_too_many_texts_the_first_are_kept(
        store: ArtifactStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(module, "_MOST_TEXTS", 2)
    ref = text_vectors(frame(), ["TEAS", "TEAS", "RICE", "BEEF"], NAME)
    assert store.read(ref).column("text").to_pylist() == ["RICE", "TEAS"]
    assert f"{NAME} has 3 distinct texts, only the first 2 get vectors" in caplog.text


def test_no_texts_make_an_empty_table(store: ArtifactStore) -> None:
    table = store.read(text_vectors(frame(), [None], NAME))
    assert (table.num_rows, table.schema.field("vector").type) == (0, pa.list_(pa.float32()))
    assert store.read(text_vectors(frame(), ["BEEF"], NAME)).num_rows == 1
