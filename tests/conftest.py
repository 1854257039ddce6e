"""Fixtures that many tests share: small landing zones, and an environment that points at them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("assay", deadline=None, derandomize=True)  # the same examples on every machine, however slow
settings.load_profile("assay")

TESTS = Path(__file__).parent
SMALL_SOURCE = TESTS / "data" / "complete_journey_small"


@pytest.fixture(scope="session")
def small_landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the landing zones small_journey and german_credit; tests that change files copy what they need."""
    from platforms.complete_journey import landing as journey
    from platforms.german_credit import landing as credit

    target = tmp_path_factory.mktemp("landing")
    journey.build(target, SMALL_SOURCE, platform="small_journey")
    credit.build(target)
    return target


@pytest.fixture(scope="session")
def small_environment(small_landing: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Settings for the small platforms, shared by the session; the value is the folder of its shared storage.

    A test that must not see what others published sets ASSAY_STORAGE with `monkeypatch` on top.
    """
    storage = tmp_path_factory.mktemp("storage")
    platforms = (TESTS / "data" / "platforms", TESTS.parent / "include" / "platforms")
    settings = {
        "ASSAY_LANDING": str(small_landing),
        "ASSAY_STORAGE": storage.as_uri(),
        "ASSAY_PLATFORMS": os.pathsep.join(str(folder) for folder in platforms),
    }
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    yield storage
    for name, value in before.items():
        if value is None:
            os.environ.pop(name)
        else:
            os.environ[name] = value
