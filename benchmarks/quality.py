"""What is noticed about the quality of data: planted faults on real tables, and false alarms on nights that have none.

    make bench NAME=quality

Every fault is planted into one partition of a table of Complete Journey, whose earlier partitions stay as they are; it counts
as found if an anomaly is told of that partition, or an expectation of the demo's suite fails. The nights without a fault are
all of the demo's 60 nights from the first of September on, and for comparison all nights that have a history.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from faults import FAULTS, Fault

from assay.catalog.facts import TableFacts, read_facts
from assay.profiling.states import count_values
from assay.quality.anomalies import FEWEST, find_anomalies
from assay.quality.suite import find_suite
from assay.quality.validate import first_failure, validate

REPOSITORY = Path(__file__).resolve().parents[1]
LANDING = REPOSITORY / "data" / "landing" / "complete_journey"
RESULT = REPOSITORY / "data" / "benchmarks" / "quality.json"
PLATFORM, SOURCE = "complete_journey", "landing"
RATE = 0.01  # the manifest's default
DAYS = 56  # of history, as the task `profile` reads
CLEAN = (date(2017, 9, 1), 60)
NIGHTS = ("2017-09-20", "2017-10-18", "2017-11-06")  # on, or before, which faults are planted


def partitions(asset: str) -> list[str]:
    """Labels of an asset's source partitions, ascending."""
    return sorted(folder.name.partition("=")[2] for folder in (LANDING / asset).iterdir() if "=" in folder.name)


def rows_of(asset: str, label: str) -> pa.Table:
    """One partition."""
    (folder,) = (LANDING / asset).glob(f"*={label}")
    return pa.concat_tables([pq.ParquetFile(path).read() for path in sorted(folder.glob("*.parquet"))])


@cache
def facts(asset: str, label: str) -> TableFacts:
    """What one partition's profile says."""
    return facts_of(asset, rows_of(asset, label))


def facts_of(asset: str, table: pa.Table) -> TableFacts:
    """What the profile of a partition says that is not on disk."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "part-0.parquet"
        pq.write_table(table, path)
        name = f"{SOURCE}.{asset}"
        return read_facts(name, count_values([str(path)], name))


def before(asset: str, label: str) -> list[str]:
    """Labels of the partitions that are watched beside one."""
    first = (date.fromisoformat(label) - timedelta(days=DAYS)).isoformat()
    return [other for other in partitions(asset) if first < other < label]


def alarms(asset: str, label: str, newest: TableFacts) -> list:
    """Anomalies of a partition whose history is on disk."""
    return find_anomalies([*((other, facts(asset, other)) for other in before(asset, label)), (label, newest)], RATE)


def clean() -> list[dict]:
    """False alarms of nights without a fault."""
    first, last = CLEAN[0].isoformat(), (CLEAN[0] + timedelta(days=CLEAN[1])).isoformat()
    counts = {"the 60 nights": [0, 0, 0], "all nights with a history": [0, 0, 0]}  # alarms, new partitions, asset-nights
    tables = [folder.name for folder in LANDING.iterdir() if folder.is_dir() and not folder.name.startswith("_")]
    for asset in sorted(tables):
        labels = [label for label in partitions(asset) if len(before(asset, label)) >= FEWEST]
        for label in labels:
            found = alarms(asset, label, facts(asset, label))
            if found and first <= label < last:
                print(f"  {asset} {label}: {found[0].column or 'table'}: {found[0].reason}")
            for name, inside in (("the 60 nights", first <= label < last), ("all nights with a history", True)):
                counts[name][0] += bool(found) and inside
                counts[name][1] += inside
        counts["the 60 nights"][2] += CLEAN[1]
        counts["all nights with a history"][2] += (date.fromisoformat(labels[-1]) - date.fromisoformat(labels[0])).days + 1 \
            if labels else 0
    print(f"\n{'without a fault':<28}{'alarms':>8}{'new partitions':>16}{'asset-nights':>14}{'per 100':>9}")
    out = []
    for name, (alarmed, new, nights) in counts.items():
        print(f"{name:<28}{alarmed:>8}{new:>16}{nights:>14}{100 * alarmed / nights:>9.2f}")
        out.append({"measure": f"false alarms, {name}", "value": 100 * alarmed / nights, "unit": "per 100 asset-nights",
                    "reference": None, "ratio": None, "target": 1.0 if name == "the 60 nights" else None})
    return out


def planted() -> list[dict]:
    """Share of the planted faults that are found."""
    print(f"\n{'fault':<34}{'asset':<22}{'found on':>9}{'by suite':>9}  first anomaly")
    found, by_suite, tried = 0, 0, 0
    for fault in FAULTS:
        hits, suites, said = 0, 0, ""
        for night in NIGHTS:
            label = max(other for other in partitions(fault.asset) if other <= night)
            told, failed = _found(fault, label)
            hits, suites, tried = hits + bool(told or failed), suites + failed, tried + 1
            said = said or (f"{told[0].column or 'table'}: {told[0].kind}" if told else "")
        found, by_suite = found + hits, by_suite + suites
        print(f"{fault.name:<34}{fault.asset:<22}{hits:>5} of {len(NIGHTS)}{suites:>9}  {said}", flush=True)
    print(f"\n{found} of {tried} planted faults are found, {by_suite} of them by the suites, too")
    return [{"measure": "planted faults found", "value": found / tried, "unit": "share", "reference": by_suite / tried,
             "ratio": found / max(by_suite, 1), "target": 0.95}]


def _found(fault: Fault, label: str) -> tuple[list, bool]:
    """Anomalies of a partition with a fault, and whether an expectation of the demo fails on it that holds without."""
    earlier = before(fault.asset, label)
    whole = rows_of(fault.asset, label)
    table = fault.plant(whole, rows_of(fault.asset, earlier[-1]))
    suite, name = find_suite(PLATFORM, f"{SOURCE}.{fault.asset}"), f"{SOURCE}.{fault.asset}"
    checks = [validate(rows, suite, name, label) for rows in (whole, table)]
    held = [{(r["expectation"], r["column"]) for r in check.to_pylist() if not r["success"]} for check in checks]
    failed = bool(held[1] - held[0]) or (first_failure(checks[1]) is not None and first_failure(checks[0]) is None)
    usual = {(anomaly.column, anomaly.kind) for anomaly in alarms(fault.asset, label, facts(fault.asset, label))}
    told = [anomaly for anomaly in alarms(fault.asset, label, facts_of(fault.asset, table))
            if (anomaly.column, anomaly.kind) not in usual]
    return told, failed


def main(chosen: Sequence[str]) -> None:
    """Run the parts, print their tables, and write their rows."""
    begun = time.perf_counter()
    parts = {"planted": planted, "clean": clean}
    if unknown := sorted(set(chosen) - set(parts)):
        sys.exit(f"unknown part {unknown[0]!r}: name some of {', '.join(parts)}")
    rows = [row for name in chosen or parts for row in parts[name]()]
    print(f"\n{time.perf_counter() - begun:.0f} s")
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
