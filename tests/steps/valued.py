"""One night of both small platforms up to its values, run once for all tests that look at it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from assay.config.settings import platform_folders
from assay.contracts.refs import ArtifactRef, CaseRef, Night
from assay.contracts.schemas import GATE
from assay.features.table import FeatureTables
from assay.steps.build_features import build_features
from assay.steps.classify import classify
from assay.steps.discover import discover
from assay.steps.extract import extract
from assay.steps.ingest import ingest
from assay.steps.profile import profile
from assay.steps.train import train
from assay.steps.value import value
from assay.storage import Recipe, fingerprint, open_store

JOURNEY, CREDIT = "small_journey", "german_credit"
CASES = {JOURNEY: "next_week_purchase", CREDIT: "default_risk"}
PARTITIONS = {JOURNEY: "2017-12-24", CREDIT: None}


@dataclass(frozen=True)
class Begun:
    """A night up to its gate, at which everything that was ingested passes."""

    night: Night
    gated: list[ArtifactRef]
    classified: list[ArtifactRef]


@dataclass(frozen=True)
class Valued:
    """What the steps of the use cases returned."""

    begun: Begun
    features: list[CaseRef]
    models: list[CaseRef]
    embeddings: list[CaseRef]
    values: list[CaseRef]


def pass_all(night: Night, histories: list[ArtifactRef], without: tuple[str, ...] = ()) -> list[ArtifactRef]:
    """The gate's artifact with every ingested partition usable, but for the assets named."""
    store = open_store()
    rows = [row | {"usable": row["uri"] is not None and row["asset_id"] not in without, "newest": False}
            for ref in histories for row in store.read(ref).to_pylist()]
    recipe = Recipe(tuple(ref.fingerprint for ref in histories), fingerprint(without), "")
    return [store.publish(GATE, pa.Table.from_pylist(rows, schema=GATE.schema), platform=night.platform,
                          partition=night.partition, recipe=recipe)]


def begin(platform: str, partition: str | None, without: tuple[str, ...] = ()) -> Begun:
    night = discover(platform, partition_key=partition, requested=None, use_cases=[], retrain=False, note="")
    histories = [ref for batch in night.batches for ref in ingest(night, batch)]
    return Begun(night, pass_all(night, histories, without), classify(night, profile(night, histories)))


def finish(begun: Begun, *, retrain: bool = False) -> Valued:
    night = replace(begun.night, retrain=retrain)
    features = build_features(night, begun.gated, begun.classified)
    models = train(night, features)
    return Valued(begun, features, models, extract(night, features, models), value(night, features, models, begun.classified))


def use_storage(environment: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the environment at a storage that these nights have for themselves, beside the session's."""
    own = environment.with_name(f"{environment.name}-valued")
    monkeypatch.setenv("ASSAY_STORAGE", own.as_uri())
    return own


@cache
def valued(platform: str, storage: Path) -> Valued:
    """The night of a platform, in the storage of `use_storage`."""
    assert open_store().root == storage.as_uri()
    return finish(begin(platform, PARTITIONS[platform]))


def tables_of(line: dict) -> FeatureTables:
    """The feature tables that a line of the `features` artifact names, whole."""
    def read(named: dict) -> pa.Table:
        return open_store().read(ArtifactRef("window_features", named["uri"], 0, named["fingerprint"]))

    return FeatureTables(read(line), {thing["of"]: read(thing) for thing in line["things"]})


def manifests(storage: Path) -> dict[str, int]:
    """Commit manifest -> when it was written, in nanoseconds, of everything below a folder but the ledger of runs."""
    return {str(path): path.stat().st_mtime_ns for path in sorted(storage.rglob("_manifest.json"))
            if "run_metrics" not in path.parts}


def other_manifest(platform: str, change: Callable[[dict[str, Any]], None], tmp_path: Path,
                   monkeypatch: pytest.MonkeyPatch, *, storage: Path | None = None) -> Path:
    """Point the environment at a changed manifest of a platform, and at a storage of its own.

    Args:
        platform: Its name.
        change: Changes what the manifest says.
        tmp_path: Folder of the test.
        monkeypatch: Sets the environment for the test.
        storage: Folder whose artifacts stand in the new storage, too.

    Returns:
        Folder of the new storage.
    """
    found = next(folder / platform for folder in platform_folders() if (folder / platform).is_dir())
    said = yaml.safe_load((found / "platform.yaml").read_text(encoding="utf-8"))
    change(said)
    target = tmp_path / "platforms" / platform
    target.mkdir(parents=True)
    (target / "platform.yaml").write_text(yaml.safe_dump(said, sort_keys=False), encoding="utf-8")
    own = tmp_path / "storage"
    if storage is not None:
        shutil.copytree(storage / platform, own / platform)
    monkeypatch.setenv("ASSAY_PLATFORMS", str(tmp_path / "platforms"))
    monkeypatch.setenv("ASSAY_STORAGE", own.as_uri())
    return own
