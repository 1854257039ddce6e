"""Draw a platform's newest inventory as it is printed, `docs/images/inventory.svg`, from the published artifacts.

Run it after `make run`: `PYTHONPATH=include .venv/bin/python docs/images/draw_inventory.py [--platform NAME]`.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from assay.config import load_platform
from assay.contracts.schemas import INVENTORY
from assay.errors import ArtifactMissing, AssayError
from assay.inventory.console import render
from assay.storage import open_store

TARGET = Path(__file__).with_name("inventory.svg")
WIDTH = 110  # characters
_FONT_FACES = re.compile(r"@font-face\s*\{.*?\}", re.DOTALL)


def draw(platform: str, width: int = WIDTH) -> str:
    """The newest inventory of a platform as SVG; no font is fetched.

    Raises:
        AssayError: If the platform is unknown or has no inventory yet.
    """
    manifest, store = load_platform(platform), open_store()
    partitions = store.partitions(INVENTORY, platform)
    if not partitions:
        raise ArtifactMissing(f"inventory of {platform}", store.root)
    inventory = store.read(store.get(INVENTORY, platform, partitions[-1]))
    title = f"{manifest.title or platform}, {partitions[-1]}"
    console = Console(record=True, width=width, file=io.StringIO(), force_terminal=True)
    console.print(render(inventory, caption=manifest.note))
    return _FONT_FACES.sub("", console.export_svg(title=title, unique_id="inventory"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the picture; the exit code."""
    parser = argparse.ArgumentParser(description="Draw the newest inventory as SVG.")
    parser.add_argument("--platform", default="complete_journey")
    parser.add_argument("--target", type=Path, default=TARGET)
    given = parser.parse_args(arguments)
    try:
        given.target.write_text(draw(given.platform), encoding="utf-8")
    except AssayError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
