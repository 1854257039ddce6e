"""Pure artifacts depend on their partition's data alone, never on which partitions ran before."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.nights import pure_fingerprints, run_night

EARLIER, LATER = "2017-12-17", "2017-12-24"


@pytest.mark.slow
def test_forwards_and_backwards_give_the_same_artifacts_and_a_second_time_writes_none(
        small_environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {}
    for name, order in {"forwards": (EARLIER, LATER), "backwards": (LATER, EARLIER)}.items():
        monkeypatch.setenv("ASSAY_STORAGE", (tmp_path / name).as_uri())
        for partition in order:
            run_night("small_journey", partition)
        found[name] = pure_fingerprints(tmp_path / name, "small_journey")
    assert found["forwards"] == found["backwards"]
    kinds = {path.split("/")[2] for path in found["forwards"]}
    assert {"snapshot", "profiles", "columns", "gate", "window_features", "labels", "model", "embeddings", "explanations",
            "values"} <= kinds

    monkeypatch.setenv("ASSAY_STORAGE", (tmp_path / "forwards").as_uri())
    before = _written(tmp_path / "forwards")
    run_night("small_journey", LATER)
    assert _written(tmp_path / "forwards") == before


def _written(storage: Path) -> dict[Path, int]:
    """When each artifact was written; `run_metrics` tells of every run anew."""
    return {path: path.stat().st_mtime_ns for path in storage.rglob("*.parquet") if "run_metrics" not in path.parts}
