"""How long a full profile takes beside one hash of every value, DuckDB's SUMMARIZE and pandas.

    make bench NAME=profiling

All eight tables of Complete Journey, all of their partitions: what the task `profile` makes of each partition (counted values,
then statistics, personal data looked for) beside a DuckDB query that hashes every value of the same files once, which is about
what reading and looking at them costs. Each side runs in a process of its own, once to warm the disk's cache and then three
times; the median counts. The part `large` profiles generated rows, two of whose columns are nearly unique, at two sizes;
`peers` profiles the transactions with whylogs and ydata-profiling, too.
"""

from __future__ import annotations

import json
import shutil
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

REPOSITORY = Path(__file__).resolve().parents[1]
LANDING = REPOSITORY / "data" / "landing" / "complete_journey"
GENERATED = REPOSITORY / "data" / "benchmarks" / "profiling"
RESULT = REPOSITORY / "data" / "benchmarks" / "profiling.json"
REPEATS = 3
SIZES = (10_000_000, 100_000_000)
_FILES = 10


def partitions() -> list[list[str]]:
    """Files of each partition of each table."""
    return [sorted(map(str, folder.glob("*.parquet"))) for table in sorted(LANDING.iterdir()) if table.is_dir()
            for folder in sorted(table.iterdir()) if "=" in folder.name]


def tables(names: tuple[str, ...] = ()) -> list[str]:
    """A glob for all files of each table, or of those named."""
    return [f"{table}/*/*.parquet" for table in sorted(LANDING.iterdir())
            if table.is_dir() and table.name in (names or [table.name])]


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
        profile(count_values([files], "landing.table"))


def _engine() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(config={"threads": 2})
    con.execute("set enable_progress_bar = false")
    return con


def hash_scan(*names: str) -> None:
    """Every value of every table, or of those named, hashed once."""
    con = _engine()
    for files in tables(names):
        con.execute(f"select bit_xor(hash(columns(*))) from read_parquet('{files}')").fetchall()


def summarize() -> None:
    """DuckDB's own summary of every table."""
    con = _engine()
    for files in tables():
        con.execute(f"summarize select * from read_parquet('{files}')").fetchall()


def in_pandas() -> None:
    """Counts of values and the usual statistics of every table."""
    import pandas as pd

    con = _engine()
    for files in tables():
        frame: pd.DataFrame = con.execute(f"select * from read_parquet('{files}')").df()
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


def generate(rows: int) -> str:
    """Files of generated rows: eight columns, the first two nearly unique."""
    folder = GENERATED / str(rows)
    if not folder.exists():
        con = duckdb.connect(config={"threads": 2})
        folder.mkdir(parents=True)
        for part in range(_FILES):
            first, last = rows * part // _FILES, rows * (part + 1) // _FILES
            con.execute(f"""copy (select i as row_key, md5((i * 7)::varchar) as token, (hash(i) % 5000)::int as item,
                (hash(i + 1) % 200000)::int as visitor, round((hash(i + 2) % 100000) / 100.0, 2) as price,
                ['shop', 'web', 'phone', null][1 + (hash(i + 3) % 4)::int] as channel, (hash(i + 4) % 10)::int as pieces,
                date '2024-01-01' + (hash(i + 5) % 365)::int as day from range({first}, {last}) t(i))
                to '{folder}/part-{part}.parquet'""")
    return f"{folder}/*.parquet"


def _large(files: str) -> None:
    from assay.profiling.states import count_values
    from assay.profiling.statistics import profile

    profile(count_values([files], "landing.large"))


def large() -> list[dict]:
    """Generated rows at two sizes, and a tenth of the larger one as a nightly partition."""
    print(f"\n{'rows':<34}{'seconds':>9}{'peak GB':>9}")
    found = {}
    for rows in SIZES:
        measured = run(_large, generate(rows))
        found[rows] = measured
        print(f"{rows:<34,}{measured.seconds:>9.1f}{measured.peak_bytes / 1e9:>9.2f}", flush=True)
    shutil.rmtree(GENERATED)
    few, many = (found[rows] for rows in SIZES)
    return [{"measure": "100M rows: full profile", "value": many.seconds, "unit": "s", "reference": few.seconds,
             "ratio": many.seconds / few.seconds, "target": 60},
            {"measure": "100M rows: peak memory", "value": many.peak_bytes / 1e9, "unit": "GB",
             "reference": few.peak_bytes / 1e9, "ratio": many.peak_bytes / few.peak_bytes, "target": 2}]


def main(chosen: list[str]) -> None:
    """Run the parts, print their tables, and write their rows."""
    parts = {"demo": demo, "peers": peers, "large": large}
    if unknown := sorted(set(chosen) - set(parts)):
        sys.exit(f"unknown part {unknown[0]!r}: name some of {', '.join(parts)}")
    rows = [row for name in chosen or parts for row in parts[name]()]
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
