"""How long a full profile takes beside one hash of every value, DuckDB's SUMMARIZE and pandas.

    make bench NAME=profiling

All eight tables of Complete Journey, all of their partitions: what the task `profile` makes of each partition (counted values,
then statistics, personal data looked for) beside a DuckDB query that hashes every value of the same files once, which is about
what reading and looking at them costs. Each side runs in a process of its own, once to warm the disk's cache and then three
times; the median counts. The part `large` profiles generated rows, two of whose columns are nearly unique, at two sizes, which
may be named (`.venv/bin/python benchmarks/profiling.py large 10000000`); `peers` profiles the transactions with whylogs and
ydata-profiling, too.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb
import psutil
from processes import peak_bytes, run
from profilers.compare import peers
from profiling_large import SIZES, large

REPOSITORY = Path(__file__).resolve().parents[1]
LANDING = REPOSITORY / "data" / "landing" / "complete_journey"
RESULT = REPOSITORY / "data" / "benchmarks" / "profiling.json"
REPEATS = 3


def partitions() -> list[list[str]]:
    """Files of each partition of each table."""
    return [sorted(map(str, folder.glob("*.parquet"))) for table in _tables()
            for folder in sorted(table.iterdir()) if "=" in folder.name]


def tables(names: tuple[str, ...] = ()) -> list[list[str]]:
    """All files of each table, or of those named."""
    return [sorted(map(str, table.glob("*/*.parquet"))) for table in _tables() if table.name in (names or [table.name])]


def _tables() -> list[Path]:
    """Folders of the tables; what begins with an underscore is none, such as the query log."""
    return [table for table in sorted(LANDING.iterdir()) if table.is_dir() and not table.name.startswith("_")]


def ours() -> None:
    """Full profiles of all partitions, as the task makes them."""
    from assay.profiling.states import count_values
    from assay.profiling.statistics import profile

    for files in partitions():
        profile(count_values(files, "landing.table"))


def ours_by_table(*names: str) -> None:
    """Full profiles of all tables or of those named, each counted as one partition."""
    from assay.profiling.states import count_values
    from assay.profiling.statistics import profile

    for files in tables(names):
        profile(count_values(files, "landing.table"))


def _engine() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(config={"threads": 2})
    con.execute("set enable_progress_bar = false")
    return con


def hash_scan(*names: str) -> None:
    """Every value of every table, or of those named, hashed once."""
    con = _engine()
    for files in tables(names):
        con.execute(f"select bit_xor(hash(columns(*))) from read_parquet({files})").fetchall()


def summarize() -> None:
    """DuckDB's own summary of every table."""
    con = _engine()
    for files in tables():
        con.execute(f"summarize select * from read_parquet({files})").fetchall()


def in_pandas() -> None:
    """Counts of values and the usual statistics of every table."""
    import pandas as pd

    con = _engine()
    for files in tables():
        frame: pd.DataFrame = con.execute(f"select * from read_parquet({files})").df()
        frame.describe(include="all")
        for name in frame:
            frame[name].value_counts(dropna=False)


def _timed(work: Callable[[], None]) -> tuple[float, float]:
    """Median seconds of the repeats, and MB that the process grew by since its start, imports included."""
    begun_with = psutil.Process().memory_info().rss
    work()
    seconds = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds), (peak_bytes() - begun_with) / 2**20


SIDES = {"hash of every value": hash_scan, "assay, tables": ours_by_table, "assay, partition by partition": ours,
         "DuckDB SUMMARIZE": summarize, "pandas": in_pandas, "hash of promotions": partial(hash_scan, "promotions"),
         "assay, promotions": partial(ours_by_table, "promotions")}


def demo() -> list[dict]:
    """All sides on the demo."""
    print(f"{'side':<34}{'seconds':>9}{'x hash':>8}{'grown MB':>9}")
    found, grown = {}, {}
    for name, work in SIDES.items():
        found[name], grown[name] = run(_timed, work).result
        scan = found["hash of promotions" if "promotions" in name else "hash of every value"]
        print(f"{name:<34}{found[name]:>9.2f}{found[name] / scan:>8.2f}{grown[name]:>9.0f}", flush=True)
    mine, promotions = found["assay, tables"], found["assay, promotions"]
    targets = {"hash of every value": 4.0, "DuckDB SUMMARIZE": 1 / 8, "pandas": 1 / 6}
    rows = [{"measure": f"full profile of the demo beside {name}", "value": mine, "unit": "s", "reference": found[name],
             "ratio": mine / found[name], "target": target} for name, target in targets.items()]
    scan = found["hash of promotions"]
    rows.append({"measure": "full profile of promotions beside hash of every value", "value": promotions, "unit": "s",
                 "reference": scan, "ratio": promotions / scan, "target": 3.5})
    rows.append({"measure": "full profile of the demo: memory above the process's start", "value": grown["assay, tables"],
                 "unit": "MB", "reference": grown["hash of every value"],
                 "ratio": grown["assay, tables"] / grown["hash of every value"], "target": 300})
    return rows


def main(chosen: list[str]) -> None:
    """Run the parts, print their tables, and write their rows."""
    sizes = [int(size) for size in chosen if size.isdigit()] or SIZES
    chosen = [part for part in chosen if not part.isdigit()]
    parts = {"demo": demo, "peers": peers, "large": partial(large, sizes)}
    if unknown := sorted(set(chosen) - set(parts)):
        sys.exit(f"unknown part {unknown[0]!r}: name some of {', '.join(parts)}")
    rows = [row for name in chosen or parts for row in parts[name]()]
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
