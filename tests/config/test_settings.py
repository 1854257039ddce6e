"""Settings come from the environment, and else lie inside the repository's folder."""

from __future__ import annotations

import os
from pathlib import Path

from assay.config.settings import REPOSITORY, platform_folders, setting, storage_uri


def test_defaults_lie_inside_the_repository(monkeypatch):
    for name in ("ASSAY_STORAGE", "ASSAY_LANDING", "ASSAY_PLATFORMS"):
        monkeypatch.delenv(name, raising=False)
    assert storage_uri() == (REPOSITORY / "data" / "storage").as_uri()
    assert setting("ASSAY_LANDING") == str(REPOSITORY / "data" / "landing")
    assert platform_folders() == (REPOSITORY / "include" / "platforms",)


def test_the_environment_wins(monkeypatch):
    monkeypatch.setenv("ASSAY_STORAGE", "memory://assay")
    monkeypatch.setenv("ASSAY_PLATFORMS", os.pathsep.join(("/one", "", "/two")))
    assert storage_uri() == "memory://assay"
    assert platform_folders() == (Path("/one"), Path("/two"))


def test_an_empty_variable_is_none(monkeypatch):
    monkeypatch.setenv("ASSAY_STORAGE", "")
    monkeypatch.setenv("SHOP_REGION", "")
    assert storage_uri().startswith("file://")
    assert setting("SHOP_REGION") is None
