"""Hashes that identify content, configuration and code."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel


def fingerprint(*parts: Any) -> str:
    """Hex SHA-256 of JSON-like `parts`; the same for equal content in any process and on any day."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no fingerprint; pass JSON-like values or a manifest model")


@lru_cache(maxsize=256)
def code_fingerprint(*modules: str) -> str:
    """Hex SHA-256 over the sources of `modules`, packages with everything below them.

    A step names the modules that its result depends on, so that an unrelated commit recomputes nothing.
    """
    digest = hashlib.sha256()
    for module in sorted(modules):
        spec = importlib.util.find_spec(module)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(f"no module {module!r} to fingerprint; name one below assay")
        origin = Path(spec.origin)
        folder = origin.parent if origin.name == "__init__.py" else None
        for path in sorted(folder.rglob("*.py")) if folder else [origin]:
            name = path.relative_to(folder).as_posix() if folder else path.name
            digest.update(f"{module}/{name}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()
