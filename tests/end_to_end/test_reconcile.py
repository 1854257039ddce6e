"""In whatever order partitions are run, or at once: folded again, every file of every artifact is the same."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.end_to_end.servers import SMALL
from tests.nights import run_night

from assay.contracts.schemas import CONTRACTS, SERVING
from assay.steps.reconcile import reconcile

PLATFORM = "few_windows"
FIRST, SECOND, THIRD = "2017-12-17", "2017-12-24", "2017-12-31"
ORDERS = {"forwards": (FIRST, SECOND, THIRD), "backwards": (THIRD, SECOND, FIRST), "middle_last": (FIRST, THIRD, SECOND)}
OWN = {"run_metrics", "data_docs",  # what a run took, and pages that carry a date
       "source_versions"}  # what nights have read of files so far: it spares reads, and no result depends on it


def _files(storage: Path) -> dict[str, str]:
    """Artifact and file -> SHA-256, but for files that carry dates; and each artifact's fingerprint and recipe."""
    found = {}
    for path in sorted(storage.rglob("_manifest.json")):
        manifest, folder = json.loads(path.read_text()), path.parent.relative_to(storage).as_posix()
        if manifest["contract"] not in OWN:
            found[folder] = manifest["fingerprint"] + manifest["key"]
            found |= {f"{folder}/{file['label']}": file["sha256"] for file in manifest["files"]
                      if not file["name"].endswith(".keras")}
    return found


def _bytes(storage: Path) -> dict[str, int]:
    return {path.as_posix(): path.stat().st_mtime_ns for path in storage.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def storages(small_environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """The same three partitions in three orders in this process, and each in a process of its own at once.

    The first storage is made from nothing. The others begin with its pure artifacts, of which `test_order_of_partitions` says
    that the order leaves no trace in them, and make every ledger in their own order.
    """
    root = tmp_path_factory.mktemp("orders")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSAY_PLATFORMS", str(_platforms(root)))
        for name, order in ORDERS.items():
            patch.setenv("ASSAY_STORAGE", (root / name).as_uri())
            if name != "forwards":
                _copy_pure(root / "forwards", root / name)
            for partition in order:
                run_night(PLATFORM, partition)
        patch.setenv("ASSAY_STORAGE", (root / "at_once").as_uri())
        _copy_pure(root / "forwards", root / "at_once")
        code = "import sys; from tests.nights import run_night; run_night(*sys.argv[1:])"
        started = [subprocess.Popen([sys.executable, "-c", code, PLATFORM, partition], cwd=Path(__file__).parents[2],
                                    env=os.environ | {"PYTHONPATH": f"include{os.pathsep}."})
                   for partition in ORDERS["forwards"]]
        assert [process.wait() for process in started] == [0, 0, 0]
        yield {name: root / name for name in (*ORDERS, "at_once")}


def _copy_pure(storage: Path, target: Path) -> None:
    """A storage without what folds: no ledger, and nothing of models that serve."""
    for path in storage.rglob("_manifest.json"):
        manifest, folder = json.loads(path.read_text()), target / path.parent.relative_to(storage)
        if not CONTRACTS[manifest["contract"]].ledger and SERVING not in path.parts:
            for name in ("_manifest.json", *(file["name"] for file in manifest["files"])):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path.parent / name, folder / name)


def _platforms(root: Path) -> Path:
    """A folder with the small platform, asked for as few windows as it takes, so that a night is short."""
    folder = root / "platforms" / PLATFORM
    shutil.copytree(SMALL, folder)
    text = (folder / "platform.yaml").read_text(encoding="utf-8")
    for old, new in (("platform: small_journey", f"platform: {PLATFORM}"), ("history_days: 63", "history_days: 28"),
                     ("train_windows: 2", "train_windows: 1"), ("random: 15", "random: 5"),
                     ("bought_before: 30, popular: 15", "bought_before: 5, popular: 5")):
        assert old in text
        text = text.replace(old, new)
    (folder / "platform.yaml").write_text(text, encoding="utf-8")
    return folder.parent


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_folded_again_every_file_is_the_same(storages: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    before = {name: _files(storage) for name, storage in storages.items()}
    assert before["backwards"] != before["forwards"]
    after, done = {}, {}
    for name, storage in storages.items():
        monkeypatch.setenv("ASSAY_STORAGE", storage.as_uri())
        stood = _bytes(storage)
        rehearsed = reconcile(PLATFORM, rehearse=True)
        assert _bytes(storage) == stood
        done[name] = reconcile(PLATFORM)
        assert rehearsed == done[name]
        assert not done[name].skipped
        after[name] = _files(storage)
        assert reconcile(PLATFORM).published == []
    assert done["forwards"].published == []
    assert {one.contract for one in done["backwards"].published} >= {"champions", "forecasts", "inventory", "report"}
    assert after["forwards"] == before["forwards"]
    for name in ("backwards", "middle_last", "at_once"):
        differ = {path for path in after[name].keys() | after["forwards"].keys()
                  if after[name].get(path) != after["forwards"].get(path)}
        assert differ == set(), name
