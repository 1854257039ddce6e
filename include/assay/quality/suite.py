"""Read the suite of an asset; every mistake in it becomes one sentence that names the file, the key and what would do."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from assay.config import find_platforms
from assay.config.settings import REPOSITORY
from assay.contracts.enums import Dimension, Severity
from assay.errors import ConfigError, shorten
from assay.quality.expectations import Aggregate, Expectation, RowCount, known_types

FOLDER = "expectations"
SHARED = "same_as.yaml"
_EXPECTATIONS: TypeAdapter[list[Expectation]] = TypeAdapter(list[Expectation])
_PARTS = ("owner", "expectations")


class Suite(BaseModel):
    """What is expected of every partition of one asset, in the order of its file, and who answers for it."""

    model_config = ConfigDict(frozen=True)

    expectations: tuple[Expectation, ...]
    owner: str | None = None


class _Shared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    platform: str


def default_suite(columns: Sequence[str]) -> Suite:
    """What holds for any asset: it has rows, and no column of it is all null."""
    return Suite(expectations=(
        RowCount(expectation="expect_table_row_count_to_be_between", min_value=1, severity=Severity.CRITICAL,
                 dimension=Dimension.COMPLETENESS),
        *(Aggregate(expectation="expect_column_proportion_of_non_null_values_to_be_between", column=column, min_value=0,
                    strict_min=True, severity=Severity.WARNING, dimension=Dimension.COMPLETENESS) for column in columns),
    ))


def find_suite(platform: str, asset_id: str) -> Suite | None:
    """The suite `expectations/<asset_id>.yaml` of a platform, or None where its author wrote none.

    Raises:
        ConfigError: If the file can't be used.
    """
    path = _folder(platform) / f"{asset_id}.yaml"
    return parse_suite(path, path.read_text(encoding="utf-8")) if path.is_file() else None


def suite_names(platform: str) -> list[str]:
    """Asset ids for which the platform has a suite, sorted: one that no asset bears is a misspelt file name."""
    return sorted(path.stem for path in _folder(platform).glob("*.yaml") if path.name != SHARED)


def _folder(platform: str) -> Path:
    """Where the platform's suites lie: its own folder, or that of the platform named in `same_as.yaml`.

    The platform named there is looked for among those in reach and then among the embedded ones, so that a cut-down
    copy of a demo can lie anywhere and still be held to the demo's own suites.
    """
    folder = find_platforms()[platform].parent / FOLDER
    shared = folder / SHARED
    if not shared.is_file():
        return folder
    try:
        name = _Shared.model_validate(yaml.safe_load(shared.read_text(encoding="utf-8"))).platform
    except (yaml.YAMLError, ValidationError) as error:
        raise ConfigError(str(shared), "no platform named", "write the one line 'platform: <name>'") from error
    manifest = find_platforms().get(name)
    other = (manifest.parent if manifest else REPOSITORY / "include" / "platforms" / name) / FOLDER
    if not other.is_dir():
        raise ConfigError(str(shared), f"platform {name!r} without suites", f"add {other} or remove this file")
    return other


@lru_cache(maxsize=256)
def parse_suite(path: Path, text: str) -> Suite:
    """The suite that `text` holds; `path` is named in errors.

    Raises:
        ConfigError: If it isn't a list of known expectations with severity and dimension, with or without an owner beside it,
            or lets an empty table pass.
    """
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(str(path), f"YAML that can't be parsed ({error})", "mend the line it names") from error
    owner, raw = _owned(raw, path)
    if not isinstance(raw, list):
        raise ConfigError(str(path), "no list of expectations", "start each entry with '- expectation: <type>'")
    try:
        suite = Suite(expectations=tuple(_EXPECTATIONS.validate_python(raw)), owner=owner)
    except ValidationError as error:
        raise _explain(error, raw, path) from error
    if not any(isinstance(e, RowCount) and (e.min_value or 0) >= 1 and e.severity is Severity.CRITICAL and not e.where
               for e in suite.expectations):
        raise ConfigError(str(path), "no critical row count", "add expect_table_row_count_to_be_between with min_value: 1 and "
                          "severity: critical, since every other expectation passes on an empty table")
    return suite


def _owned(raw: Any, path: Path) -> tuple[str | None, Any]:
    """Owner and list of a file, which is the list alone or a mapping of both."""
    if not isinstance(raw, dict):
        return None, raw
    for key in raw:
        if key not in _PARTS:
            raise ConfigError(str(path), f"unknown key {key!r}", _nearest(str(key), list(_PARTS)))
    owner = raw.get("owner")
    if owner is not None and not (isinstance(owner, str) and owner.strip()):
        raise ConfigError(str(path), f"owner {shorten(owner, 80)!r}", "name a team or a person in one text")
    return owner, raw.get("expectations")


def _explain(error: ValidationError, raw: list[Any], path: Path) -> ConfigError:
    """The first mistake of `error`, in one sentence; a misspelt key comes before the missing one that it leaves behind."""
    first = min(error.errors(), key=lambda mistake: (mistake["loc"][0], mistake["type"] != "extra_forbidden"))
    number = int(first["loc"][0])
    entry = raw[number] if isinstance(raw[number], dict) else {}
    kind = str(entry.get("expectation", "no type"))
    where = f"entry {number + 1} ({kind})"
    # The second part of the location is the type that chose the model, the rest is the key inside it.
    key = ".".join(str(part) for part in first["loc"][2:])
    if kind not in known_types():
        problem = f"unknown expectation {kind!r} in entry {number + 1}"
        return ConfigError(str(path), problem, _nearest(kind, list(known_types())))
    if first["type"] == "extra_forbidden":
        known = [name for name in known_types()[kind].model_fields if name not in entry]
        return ConfigError(str(path), f"unknown key {key!r} in {where}", _nearest(key, known))
    if first["type"] == "missing":
        return ConfigError(str(path), f"missing key {key!r} in {where}", _add(key))
    takes = ", ".join(name for name in known_types()[kind].model_fields if name != "expectation")
    got = f"got {shorten(first['input'], 80)!r}; the type takes {takes}"
    return ConfigError(str(path), f"{key or 'arguments'} of {where}: {first['msg']}", got)


def _add(key: str) -> str:
    words: dict[str, type[Severity] | type[Dimension]] = {"severity": Severity, "dimension": Dimension}
    return f"add one of {', '.join(words[key])}" if key in words else "add it"


def _nearest(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.4)
    return f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(sorted(known))}"
