"""Profiles of up to 100 million generated rows of eight columns, two of them nearly unique: time, memory, Spark beside DuckDB.

The part `large` of `benchmarks/profiling.py`. Rows lie in a temporary folder (6 GB for 100 million) that is removed in the end.
Each measurement runs in a process of its own. Seconds are as a clock shows them and as processors spent them: on a machine that
does other things, too, only the latter are the program's own. Of Spark only what its client takes is seen, Java aside.
"""

from __future__ import annotations

import importlib.util
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb
from processes import run

SIZES = (10_000_000, 100_000_000)
_DAYS = 365  # partitions of the largest table, if it grew by one each night
_A_FILE = 10_000_000  # rows


def _generate(folder: Path, rows: int, first: int = 0) -> list[str]:
    """Files of generated rows: eight columns, the first two nearly unique."""
    folder.mkdir(parents=True)
    files = []
    with duckdb.connect(config={"threads": 2}) as con:
        con.execute("set enable_progress_bar = false")
        for start in range(first, first + rows, _A_FILE):
            files.append(f"{folder}/part-{len(files)}.parquet")
            con.execute(f"""copy (select i as row_key, md5((i * 7)::varchar) as token, (hash(i) % 5000)::int as item,
                (hash(i + 1) % 200000)::int as visitor, round((hash(i + 2) % 100000) / 100.0, 2) as price,
                ['shop', 'web', 'phone', null][1 + (hash(i + 3) % 4)::int] as channel, (hash(i + 4) % 10)::int as pieces,
                date '2024-01-01' + (hash(i + 5) % 365)::int as day
                from range({start}, {min(start + _A_FILE, first + rows)}) t(i)) to '{files[-1]}'""")
    return files


def _profile(files: list[str], engine: str) -> tuple[str, float]:
    """A fingerprint of the state without its engine, and the seconds of processors that profile and state took."""
    import hashlib
    from functools import partial

    from assay.engine import DuckRows
    from assay.profiling.states import count_values
    from assay.profiling.statistics import profile
    from assay.sources.content import parquet_bytes

    opened = DuckRows
    if engine == "spark":
        from assay.engine.spark import SparkRows
        from assay.sources.databases.spark import reaching, session_of, shown

        opened = partial(SparkRows, session=session_of("local[2]"), place=shown("local[2]"), reaching=reaching)
    begun = time.process_time()
    state = count_values(files, "landing.large", open_rows=opened)
    profile(state)
    spent = time.process_time() - begun
    return hashlib.sha256(parquet_bytes(state.drop_columns(["engine"]))).hexdigest(), spent


def _shown(name: str, files: list[str], engine: str = "duckdb") -> tuple[str, float, float, float]:
    """Measure and print: fingerprint, seconds by the clock, seconds of processors, peak in GB."""
    measured = run(_profile, files, engine)
    fingerprint, spent = measured.result
    print(f"{name:<40}{measured.seconds:>9.1f}{spent:>11.1f}{measured.peak_bytes / 1e9:>9.2f}", flush=True)
    return fingerprint, measured.seconds, spent, measured.peak_bytes / 1e9


def large(sizes: Sequence[int] = SIZES) -> list[dict]:
    """Generated rows at each size on DuckDB, one night's share of the largest, and Spark on the smallest."""
    print(f"\n{'rows':<40}{'seconds':>9}{'processor':>11}{'peak GB':>9}")
    rows: list[dict] = []
    with tempfile.TemporaryDirectory(prefix="assay-profiling-") as name:
        folder, found, last = Path(name), {}, max(sizes)
        for size in sorted(sizes):
            files = _generate(folder / str(size), size)
            found[size] = _shown(f"{size:,}", files)
            if size == min(sizes) and importlib.util.find_spec("pyspark") is not None:
                same = _shown(f"{size:,} on Spark, local[2]", files, "spark")[0] == found[size][0]
                rows.append({"measure": "Spark gives the state of DuckDB", "value": float(same), "target": 1})
            shutil.rmtree(folder / str(size))
        night = _shown(f"{last // _DAYS:,}, a night of {_DAYS}", _generate(folder / "night", last // _DAYS, last))
    few, many = found[min(sizes)], found[last]
    rows += [{"measure": f"{last:,} rows: full profile", "value": many[1], "unit": "s", "target": 60},
             {"measure": f"{last:,} rows: full profile, processors", "value": many[2], "unit": "s"},
             {"measure": f"{last:,} rows: peak memory", "value": many[3], "unit": "GB", "target": 2},
             {"measure": "a night's partition beside the whole", "value": 100 * night[2] / many[2], "unit": "%", "target": 3}]
    if last > min(sizes):
        rows += [{"measure": "time, largest beside smallest", "value": many[2] / few[2], "unit": "x", "target": 11},
                 {"measure": "memory, largest beside smallest", "value": many[3] / few[3], "unit": "x", "target": 1.3}]
    for row in rows:
        print(f"{row['measure']:<56}{row['value']:>9.2f} {row.get('unit', '')}")
    return rows
