from __future__ import annotations

from pathlib import Path

import pytest
from tests.exports import builders as e
from tests.inventory import builders as b

from assay.config.manifest import Platform
from assay.contracts.schemas import EXPORTS
from assay.errors import ArtifactMissing
from assay.exports import FORMATS
from assay.steps.export import export
from assay.storage import open_store


def contents(names: list[str]) -> dict[str, bytes]:
    """All files of these formats, by path."""
    store, found = open_store(), {}
    for name in names:
        ref = store.get(EXPORTS, b.PLATFORM, b.PARTITION, name)
        for entry in store.manifest(ref.uri)["files"]:
            found[f"{name}/{entry['label']}"] = store.read_file(ref, entry["label"])
    return found


def test_each_format_of_the_manifest_is_an_artifact_and_the_bytes_are_the_same_again(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = list(FORMATS)
    first = export(e.published(tmp_path / "one", monkeypatch, exports=names))
    before = contents(names)
    assert [ref.uri.rsplit("/", 1)[-1] for ref in first] == names and {path.split("/")[0] for path in before} == set(names)
    assert all(before.values())
    export(e.published(tmp_path / "two", monkeypatch, exports=names))
    assert contents(names) == before


def test_a_second_run_makes_nothing_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    night = e.published(tmp_path, monkeypatch, exports=["csv"])
    first = export(night)
    for name in FORMATS:
        monkeypatch.setitem(FORMATS, name, None)  # type: ignore[arg-type]
    assert export(night) == first


def test_nothing_is_exported_of_a_night_without_an_inventory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    night = e.published(tmp_path, monkeypatch, exports=["csv"])
    open_store().remove(f"{b.PLATFORM}/ds={b.PARTITION}/inventory")
    with pytest.raises(ArtifactMissing, match=f"no artifact {b.PLATFORM}/ds={b.PARTITION}/inventory under"):
        export(night)


def test_a_format_is_named_once_and_known() -> None:
    for formats, said in ((["csv", "csv"], "more than once"), (["cvs"], "Input should be")):
        with pytest.raises(ValueError, match=said):
            b.manifest(exports=formats)


def test_the_manifest_names_every_format() -> None:
    assert set(FORMATS) == set(Platform.model_validate(b.MANIFEST | {"exports": list(FORMATS)}).exports)
