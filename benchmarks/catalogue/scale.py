"""How long a scan takes, and how much memory: the demo's eight tables, and 1,000 small ones of 100 columns.

Tables are made of a seed. Each scan runs in a process of its own, as a person's would.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from processes import Measured, run

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY / "data" / "benchmarks" / "catalogue"
TABLES, COLUMNS, ROWS = (100, 1000), 100, 200
_WORDS = ("amount", "status", "user_id", "note", "created_at")


def write_tables(folder: Path, count: int) -> None:
    """`count` tables of `COLUMNS` columns and `ROWS` rows each, of five sorts of columns."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        path = folder / f"table_{number:04d}_of_all.parquet"
        if not path.exists():
            pq.write_table(pa.table(dict(_columns(number))), path)


def _columns(number: int) -> Iterator[tuple[str, object]]:
    rng = np.random.default_rng(number)
    yield "row_id", np.arange(ROWS)
    states, day = np.array(["new", "paid", "sent"]), np.datetime64("2024-01-01")
    for n in range(1, COLUMNS):
        sort = n % len(_WORDS)
        values = (rng.normal(50, 10, ROWS).round(2), states[rng.integers(0, 3, ROWS)], rng.integers(0, 5000, ROWS),
                  np.array([f"note {m}" for m in rng.integers(0, 10**6, ROWS)]),
                  day + rng.integers(0, 300, ROWS).astype("timedelta64[D]"))[sort]
        yield f"{_WORDS[sort]}_{n}", values


def _scan(uri: str, workspace: Path) -> float:
    from assay.steps.scan import scan

    begun = time.perf_counter()
    scan(uri, workspace)
    return time.perf_counter() - begun


def measure() -> list[dict]:
    """Rows of the result's file; prints a table."""
    lines = []
    demo = REPOSITORY / "data" / "landing" / "complete_journey"
    print(f"{'scan':<42}{'first, s':>10}{'again, s':>10}{'ratio':>8}{'GB':>7}")
    seconds: dict[str, float] = {}
    made = [(f"{count} tables of {COLUMNS} columns", FOLDER / f"many{count}") for count in TABLES]
    for name, source in [("demo, 8 tables", demo), *made]:
        if source != demo:
            write_tables(source, int(name.split()[0]))
        workspace = FOLDER / "scan"
        shutil.rmtree(workspace, ignore_errors=True)
        first, again = (run(_scan, str(source), workspace) for _ in range(2))
        print(f"{name:<42}{first.result:>10.1f}{again.result:>10.2f}{again.result / first.result:>8.3f}"
              f"{first.peak_bytes / 1e9:>7.2f}")
        seconds[name] = first.result
        lines += _rows(name, first, again, demo == source)
    few, many = (seconds[f"{count} tables of {COLUMNS} columns"] for count in TABLES)
    ratio = many / few / (TABLES[1] / TABLES[0])
    print(f"time per table, {TABLES[1]} beside {TABLES[0]}: {ratio:.2f}")
    return [*lines, {"measure": "time per table, 1000 beside 100", "value": ratio, "unit": "", "reference": 1.0, "ratio": ratio,
                     "target": None}]


def _rows(name: str, first: Measured, again: Measured, small: bool) -> list[dict]:
    return [
        {"measure": f"{name}: scan", "value": first.result, "unit": "s", "reference": None, "ratio": None,
         "target": 20 if small else 600 if name.startswith("1000") else None},
        {"measure": f"{name}: second scan", "value": again.result, "unit": "s", "reference": first.result,
         "ratio": again.result / first.result, "target": 0.05},
        {"measure": f"{name}: peak memory", "value": first.peak_bytes / 1e9, "unit": "GB", "reference": None, "ratio": None,
         "target": 2}]
