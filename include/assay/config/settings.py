"""The few settings that come from the environment, with embedded defaults inside the repository folder."""

from __future__ import annotations

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]

_DEFAULTS = {
    "ASSAY_STORAGE": lambda: (REPOSITORY / "data" / "storage").as_uri(),
    "ASSAY_LANDING": lambda: str(REPOSITORY / "data" / "landing"),
    "ASSAY_PLATFORMS": lambda: str(REPOSITORY / "include" / "platforms"),
}


def setting(name: str) -> str | None:
    """The environment variable `name`, or its embedded default, or None."""
    return os.environ.get(name) or (_DEFAULTS[name]() if name in _DEFAULTS else None)


def storage_uri() -> str:
    """Root of shared storage: any fsspec URI."""
    return setting("ASSAY_STORAGE") or ""


def platform_folders() -> tuple[Path, ...]:
    """Folders that hold platforms, first one wins; `ASSAY_PLATFORMS` separates them like PATH."""
    return tuple(Path(p) for p in (setting("ASSAY_PLATFORMS") or "").split(os.pathsep) if p)
