"""Writers that race, and writers that are killed, leave readers a valid artifact or none."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.storage.builders import URI, WHERE, metrics

from assay.contracts.schemas import MODEL_METRICS
from assay.storage import ArtifactStore

ROOT = Path(__file__).parents[2]

RACE = """
import sys
from tests.storage.builders import WHERE, metrics, recipe
from assay.contracts.schemas import MODEL_METRICS
from assay.storage import ArtifactStore
store, mine = ArtifactStore(sys.argv[1]), float(sys.argv[2])
sys.stdin.readline()
for turn in range(40):
    store.publish(MODEL_METRICS, [metrics(mine), metrics(turn / 100)], recipe=recipe(code=sys.argv[2]), **WHERE)
"""

KILLED = """
import os, sys
from tests.storage.builders import WHERE, metrics, recipe
from assay.contracts.schemas import MODEL_METRICS
from assay.storage import ArtifactStore
def tables():
    yield metrics(0.1)
    yield metrics(0.2)
    if sys.argv[2] == "after a part":
        os._exit(9)
if sys.argv[2] == "before the manifest":
    ArtifactStore._commit = lambda *args: os._exit(9)
if sys.argv[2] == "within the manifest":
    os.replace = lambda draft, path: os._exit(9) if path.endswith("_manifest.json") else os.rename(draft, path)
ArtifactStore(sys.argv[1]).publish(MODEL_METRICS, tables(), recipe=recipe(code="new"), **WHERE)
"""


def start(code: str, *arguments: str) -> subprocess.Popen[bytes]:
    path = os.pathsep.join((str(ROOT / "include"), str(ROOT)))
    return subprocess.Popen([sys.executable, "-c", code, *arguments], env=os.environ | {"PYTHONPATH": path},
                            stdin=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.slow
def test_two_writers_of_the_same_artifact_leave_a_valid_one(tmp_path):
    writers = [start(RACE, tmp_path.as_uri(), score) for score in ("0.25", "0.75")]
    for writer in writers:
        writer.stdin.write(b"go\n")
        writer.stdin.flush()
    for writer in writers:
        _, errors = writer.communicate(timeout=120)
        assert writer.returncode == 0, errors.decode()
    store = ArtifactStore(tmp_path.as_uri())
    ref = store.get(MODEL_METRICS, **WHERE)
    assert store.read(ref).column("value").to_pylist() in ([0.25, 0.39], [0.75, 0.39])
    for entry in store.manifest(ref.uri)["files"]:
        assert hashlib.sha256((tmp_path / URI / entry["name"]).read_bytes()).hexdigest() == entry["sha256"]


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["after a part", "before the manifest", "within the manifest"])
@pytest.mark.parametrize("before", [True, False], ids=["with an old one", "without"])
def test_a_killed_writer_leaves_what_was(tmp_path, moment, before):
    from tests.storage.builders import recipe

    store = ArtifactStore(tmp_path.as_uri())
    old = store.publish(MODEL_METRICS, metrics(0.5), recipe=recipe(), **WHERE) if before else None
    writer = start(KILLED, tmp_path.as_uri(), moment)
    _, errors = writer.communicate(timeout=60)
    assert writer.returncode == 9, errors.decode()
    assert len(list((tmp_path / URI).glob("part-*"))) >= 2
    assert store.find(MODEL_METRICS, **WHERE) == old
    if old:
        assert store.read(old).equals(metrics(0.5))
    again = store.publish(MODEL_METRICS, metrics(0.9), recipe=recipe(code="new"), **WHERE)
    assert store.read(again).equals(metrics(0.9))
