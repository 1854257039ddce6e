"""Read a manifest; every mistake in it becomes one sentence that names the key, the file and what would do."""

from __future__ import annotations

import difflib
import re
from contextlib import suppress
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from assay.config.manifest import Platform
from assay.config.settings import platform_folders, setting
from assay.errors import ConfigError, UnknownPlatform

MANIFEST = "platform.yaml"
_VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")


def find_platforms() -> dict[str, Path]:
    """Name and manifest path of every platform in reach, by name."""
    found: dict[str, Path] = {}
    for folder in platform_folders():
        for manifest in sorted(folder.glob(f"*/{MANIFEST}")):
            found.setdefault(manifest.parent.name, manifest)
    return dict(sorted(found.items()))


def load_platform(name: str) -> Platform:
    """The manifest of platform `name`.

    Raises:
        UnknownPlatform: If no folder of that name holds a manifest.
        ConfigError: If the manifest can't be used.
    """
    found = find_platforms()
    if name not in found:
        raise UnknownPlatform(name, tuple(found), ", ".join(str(f) for f in platform_folders()))
    path = found[name]
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(str(path), f"text that is not UTF-8 ({error.reason})", "save the file as UTF-8") from error
    return _load(path, text)


def usable_platforms() -> list[Platform]:
    """Every manifest that can be used; of the others `load_platform` says what is wrong."""
    found = []
    for name in find_platforms():
        with suppress(ConfigError):
            found.append(load_platform(name))
    return found


def _load(path: Path, text: str) -> Platform:
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(str(path), f"YAML that can't be parsed ({error})", "mend the line it names") from error
    if not isinstance(raw, dict):
        raise ConfigError(str(path), "no mapping at top level", "start with 'platform: <name>'")
    try:
        platform = Platform.model_validate(_expand(raw, path))
    except ValidationError as error:
        raise _explain(error, path) from error
    if platform.platform != path.parent.name:
        raise ConfigError(str(path), f"platform {platform.platform!r}", f"name it like its folder, {path.parent.name!r}")
    return platform


def _expand(node: Any, path: Path) -> Any:
    """`node` with every `${NAME}` replaced by the setting of that name."""
    if isinstance(node, dict):
        return {key: _expand(value, path) for key, value in node.items()}
    if isinstance(node, list):
        return [_expand(value, path) for value in node]
    if not isinstance(node, str):
        return node

    def value(match: re.Match[str]) -> str:
        found = setting(match.group(1))
        if found is None:
            raise ConfigError(str(path), f"unset variable {match.group(0)}", f"set {match.group(1)} in the environment")
        return found

    return _VARIABLE.sub(value, node)


def _explain(error: ValidationError, path: Path) -> ConfigError:
    """The first mistake of `error`, in one sentence."""
    found = error.errors()
    # a misspelt key is missing under its right name, too: say what was written, not what wasn't
    first = next((mistake for mistake in found if mistake["type"] == "extra_forbidden"), found[0])
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        known = _known_keys(first["loc"][:-1])
        near = difflib.get_close_matches(str(first["loc"][-1]), known, n=1, cutoff=0.4)
        remedy = f"did you mean {near[0]!r}?" if near else f"remove it; known keys are {', '.join(known)}"
        return ConfigError(str(path), f"unknown key {where!r}", remedy)
    if first["type"] == "missing":
        return ConfigError(str(path), f"missing key {where!r}", "add it, see docs/manifest.md")
    return ConfigError(str(path), f"{where or 'manifest'}: {first['msg']}", f"got {first['input']!r}, see docs/manifest.md")


def _known_keys(location: tuple[int | str, ...]) -> list[str]:
    """Keys that the manifest knows at `location`, found by walking the models along it."""
    models: list[type[BaseModel]] = [Platform]
    for part in location:
        inner: list[type[BaseModel]] = []
        for model in models:
            if part in model.model_fields:
                inner += _models_in(model.model_fields[str(part)].annotation)
            elif "type" in model.model_fields and part in get_args(model.model_fields["type"].annotation):
                inner.append(model)  # one of several models, chosen by its type
        models = inner or models
    return sorted({key for model in models for key in model.model_fields})


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    """Every pydantic model inside a type annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models_in(argument)]
