"""What one night costs: `make run` from an empty data folder, then one further partition through the real scheduler.

    make bench NAME=nightly

Works in a clone of HEAD with the installed environment, so that it measures what a user sees and leaves data/ alone. Peak
memory is the largest sum over the processes of a command, read twice a second.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import pyarrow.parquet as pq

REPOSITORY = Path(__file__).resolve().parents[1]
RESULT = REPOSITORY / "data" / "benchmarks" / "nightly.json"
FURTHER = "2017-12-30"  # not a week from the others: a night as the schedule makes it, whose own windows nobody has built
# each waits for the one before
SEQUENCE = ("discover", "ingest", "gate", "build_features", "train", "champion", "forecast", "publish")


@dataclass(frozen=True)
class Cost:
    seconds: float
    peak_bytes: int
    output: str


def run(command: list[str], folder: Path, environment: dict[str, str]) -> Cost:
    """Run a command to its end and watch its memory; a failure ends the benchmark."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
    peak = 0
    ended = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not ended.wait(0.5):
            peak = max(peak, resident(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    output, _ = process.communicate()
    ended.set()
    watcher.join()
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{output[-3000:]}")
    return Cost(time.perf_counter() - start, peak, output)


def resident(pid: int) -> int:
    """Bytes of a process and everything below it."""
    total = 0
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    for process in family:
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


def step_seconds(storage: Path, partition: str) -> dict[str, float]:
    """Seconds inside each step; of a mapped step the longest instance."""
    seconds: dict[str, float] = {}
    for path in (storage / "complete_journey" / f"ds={partition}" / "run_metrics").glob("*/*.parquet"):
        for row in pq.read_table(path, partitioning=None).to_pylist():
            if row["asset_id"] is None:
                seconds[row["step"]] = max(seconds.get(row["step"], 0.0), row["seconds"])
    return seconds


def critical_path(seconds: dict[str, float]) -> float:
    """What the steps themselves take, where those that can run side by side do."""
    return (sum(seconds[step] for step in SEQUENCE) + max(seconds["profile"] + seconds["classify"], seconds["check"])
            + max(seconds["extract"], seconds["value"]))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clone_of_head(scratch: str) -> tuple[Path, dict[str, str]]:
    """A clone with the installed environment, and what its commands are to see: nothing of this one's settings."""
    clone = Path(scratch) / "assay"
    subprocess.run(["git", "clone", "-q", str(REPOSITORY), str(clone)], check=True)
    (clone / ".venv").symlink_to(REPOSITORY / ".venv")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("ASSAY_", "AIRFLOW", "PYTHONPATH", "MAKE"))}
    return clone, environment | {"AIRFLOW_PORT": str(free_port())}


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        clone, environment = clone_of_head(scratch)
        whole = run(["make", "run"], clone, environment)
        print(whole.output[-6000:])
        run(["make", "up"], clone, environment)
        try:
            further = run(["make", "trigger", f"PARTITION={FURTHER}"], clone, environment)
            print(further.output)
            inside = critical_path(step_seconds(clone / "data" / "storage", FURTHER))  # before the rerun measures anew
            again = run(["make", "trigger", f"PARTITION={FURTHER}"], clone, environment)
        finally:
            run(["make", "down"], clone, environment)
    seconds, unchanged = success_after(further.output), success_after(again.output)
    report([
        measure("make run after installation, four partitions", whole.seconds, "s", 480),
        measure("peak memory of make run, all processes", whole.peak_bytes / 1e9, "GB", 4),
        measure(f"one further partition ({FURTHER}), trigger to success", seconds, "s", 90),
        measure("of which inside the steps, on the critical path", inside, "s", None),
        measure("of which Airflow: scheduling, processes, imports", seconds - inside, "s", None),
        measure("the same partition again, nothing changed", unchanged, "s", None),
    ])


def success_after(output: str) -> float:
    found = re.search(r"success after ([0-9.]+) s", output)
    if not found:
        sys.exit(f"the run did not end in success:\n{output[-2000:]}")
    return float(found.group(1))


def measure(name: str, value: float, unit: str, target: float | None) -> dict:
    return {"measure": name, "value": round(value, 2), "unit": unit, "reference": None, "ratio": None, "target": target}


def report(rows: list[dict], file: Path = RESULT) -> None:
    """Print measures beside their targets, and keep them."""
    for row in rows:
        met = "met" if row["target"] is None or row["value"] <= row["target"] else "MISSED"
        target = "" if row["target"] is None else f"  target {row['target']:g} {met}"
        print(f"{row['measure']:<60}{row['value']:>10.2f} {row['unit']:<3}{target}")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
