"""How well the catalogue finds what is there, and what that costs.

    make bench NAME=catalog

Parts, each of which can be named behind the script to run alone: `relations` (keys, references, copies on schemas of known
truth), `personal` (personal data per column beside presidio-analyzer), `semantic` (types of columns that were labelled by
hand), `scale` (time and memory of scans), `usage` (statements of a query log a second, and how right is what is told of them).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

RESULT = Path(__file__).resolve().parents[1] / "data" / "benchmarks" / "catalog.json"
PARTS = ("relations", "personal", "semantic", "scale", "usage")


def main(chosen: list[str]) -> None:
    """Run parts, print their tables, and write their rows."""
    unknown = sorted(set(chosen) - set(PARTS))
    if unknown:
        sys.exit(f"unknown part {unknown[0]!r}: name some of {', '.join(PARTS)}")
    rows: list[dict] = []
    for name in chosen or PARTS:
        measure: Callable[[], list[dict]] = import_module(f"catalogue.{name}").measure
        print(f"\n{name}\n")
        rows += measure()
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
