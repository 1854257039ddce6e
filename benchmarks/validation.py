"""How long validation takes and how much memory, beside one hash of every value and Great Expectations on pandas frames.

    make bench NAME=validation

Three parts. `promotions`: the largest table of the demo, 20.9 million rows of all weeks as one partition, with 15 expectations,
among them a key of three columns with a group for each row, and a key into another asset. `newest`: the suites of all eight
assets on their newest partitions, as a night checks them. `daily`: 60 days of sales, one after the other, where what counts is
the cost of a validation, not of its data.

Each side runs in a process of its own; imports and the first, smallest validation are not counted as time, but as memory.
Seconds depend on what else the machine does; the ratio to the hash, taken in the same minutes, less so.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from processes import run
from whole_frame import validate_frame

from assay.config.settings import REPOSITORY
from assay.quality.partition import Other
from assay.quality.suite import Suite, default_suite, find_suite, parse_suite
from assay.quality.terms import Reference
from assay.quality.validate import validate

PLATFORM, SOURCE = "complete_journey", "landing"
LANDING = REPOSITORY / "data" / "landing" / PLATFORM
RESULT = REPOSITORY / "data" / "benchmarks" / "validation.json"
DAYS = 60
FRAME_WEEKS = 12  # of promotions that are also validated as a frame: the whole table takes more memory than there is
GB = 1e9

_NULLS = ("product_id", "store_id", "display_location", "mailer_location", "week_start")
FIFTEEN: list[dict[str, Any]] = [
    {"expectation": "expect_table_row_count_to_be_between", "min_value": 1, "severity": "critical"},
    *({"expectation": "expect_column_values_to_not_be_null", "column": name} for name in _NULLS),
    {"expectation": "expect_column_values_to_be_between", "column": "product_id", "min_value": 1},
    {"expectation": "expect_column_values_to_be_in_set", "column": "display_location",
     "value_set": ["0", "1", "2", "3", "4", "5", "6", "7", "9", "A"]},
    {"expectation": "expect_column_values_to_match_regex", "column": "mailer_location", "regex": "^[0A-Z]$"},
    {"expectation": "expect_column_value_lengths_to_be_between", "column": "display_location", "min_value": 1, "max_value": 1},
    {"expectation": "expect_column_mean_to_be_between", "column": "store_id", "min_value": 1, "max_value": 10_000},
    {"expectation": "expect_column_unique_value_count_to_be_between", "column": "product_id", "min_value": 1_000},
    {"expectation": "expect_compound_columns_to_be_unique", "column_list": ["product_id", "store_id", "week_start"]},
    {"expectation": "expect_column_median_to_be_between", "column": "product_id", "min_value": 1},
    {"expectation": "expect_column_values_to_exist_in_asset", "column": "product_id", "asset": "landing.products",
     "to_column": "product_id"},
]


def suite_of(entries: Sequence[dict[str, Any]]) -> Suite:
    """The suite of these entries."""
    marked = [{"severity": "warning", "dimension": "accuracy"} | dict(entry) for entry in entries]
    return parse_suite(Path("fifteen.yaml"), yaml.safe_dump(marked))


def labels_of(asset: str) -> list[str]:
    """Labels of an asset's partitions, ascending."""
    return sorted(folder.name.removeprefix("ds=") for folder in (LANDING / asset).glob("ds=*"))


def files_of(asset: str, label: str) -> list[str]:
    """Files of one partition."""
    return sorted(map(str, (LANDING / asset / f"ds={label}").glob("*.parquet")))


def others_of(suite: Suite, asset: str, label: str) -> dict[Reference, Other]:
    """What the suite compares a partition with."""
    found = {}
    for expected in suite.expectations:
        if reference := expected.reference:
            name = (reference.asset or f"{SOURCE}.{asset}").removeprefix(f"{SOURCE}.")
            before = [each for each in labels_of(name) if each < label or (reference.asset and each == label)]
            found[reference] = Other(tuple(tuple(files_of(name, each)) for each in before[-reference.partitions:]))
    return found


def warm() -> None:
    """Import everything, and let each side make what it makes once in a process."""
    validate(pa.table({"n": [1]}), None, "a.b", "2017-01-01")
    validate_frame(pa.table({"n": [1]}), default_suite(["n"]), "2017-01-01")


def timed(work: Callable[[], Any]) -> float:
    """Seconds of a piece of work."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def hashed(files: Sequence[str]) -> float:
    """Seconds of one hash of every value."""
    con = duckdb.connect(config={"threads": 2})
    listed = ", ".join(f"'{path}'" for path in files)
    sums = ", ".join(f'bit_xor(hash("{name}"))' for name in pq.read_schema(files[0]).names)
    return timed(lambda: con.execute(f"select {sums} from read_parquet([{listed}], hive_partitioning = false)").fetchall())


def all_promotions() -> list[str]:
    """Files of all weeks."""
    return [path for label in labels_of("promotions") for path in files_of("promotions", label)]


def promotions_by_files() -> float:
    """All weeks as one partition, with 15 expectations."""
    warm()
    suite, label = suite_of(FIFTEEN), labels_of("promotions")[-1]
    others = others_of(suite, "promotions", label)
    return timed(lambda: validate(all_promotions(), suite, "landing.promotions", label, others=others))


def promotions_by_frame() -> float:
    """The first weeks as one frame, with those of the 15 that Great Expectations knows."""
    warm()
    suite = suite_of([entry for entry in FIFTEEN if "asset" not in entry])
    files = [path for label in labels_of("promotions")[:FRAME_WEEKS] for path in files_of("promotions", label)]

    def work() -> None:
        validate_frame(pa.concat_tables([pq.read_table(path, partitioning=None) for path in files]), suite, "2017-01-01")

    return timed(work)


def _newest() -> list[tuple[str, str, Suite]]:
    """Asset, newest label and suite of each asset of the demo."""
    assets = sorted(folder.name for folder in LANDING.iterdir() if folder.is_dir())
    found = [(asset, labels_of(asset)[-1], find_suite(PLATFORM, f"{SOURCE}.{asset}")) for asset in assets]
    return [(asset, label, suite) for asset, label, suite in found if suite is not None]


def newest_by_files() -> float:
    """The newest partition of every asset, with its suite."""
    warm()
    return timed(lambda: [validate(files_of(asset, label), suite, asset, label, others=others_of(suite, asset, label))
                          for asset, label, suite in _newest()])


def newest_by_frame() -> float:
    """The same as frames, without what Great Expectations has no types for."""
    warm()
    return timed(lambda: [validate_frame(_table(asset, label), _known(suite), label) for asset, label, suite in _newest()])


def daily_by_files() -> float:
    """Days of sales, one after the other."""
    warm()
    return timed(lambda: [validate(files_of("transactions", label), _sales(), "landing.transactions", label)
                          for label in labels_of("transactions")[-DAYS:]])


def daily_by_frame() -> float:
    """The same as frames."""
    warm()
    return timed(lambda: [validate_frame(_table("transactions", label), _sales(), label)
                          for label in labels_of("transactions")[-DAYS:]])


def _sales() -> Suite:
    suite = find_suite(PLATFORM, f"{SOURCE}.transactions")
    assert suite is not None
    return _known(suite)


def _known(suite: Suite) -> Suite:
    """Those of its expectations that Great Expectations computes on frames."""
    own = ("exist_in_asset", "determined_by", "within_hours", "earlier_partitions")
    return Suite(expectations=tuple(expected for expected in suite.expectations if not expected.expectation.endswith(own)))


def _table(asset: str, label: str) -> pa.Table:
    return pa.concat_tables([pq.read_table(path, partitioning=None) for path in files_of(asset, label)])


def one_hash(groups: Sequence[Sequence[str]]) -> float:
    """Seconds of one hash of every value, files of one schema together; the second time, when the disk is warm."""
    return [sum(hashed(files) for files in groups) for _ in range(2)][-1]


def _sales_files() -> list[str]:
    return [path for label in labels_of("transactions")[-DAYS:] for path in files_of("transactions", label)]


Work = Callable[[], float]
# Both sides, the files that are hashed, the target in seconds.
PARTS: dict[str, tuple[Work, Work, Callable[[], list[list[str]]], float]] = {
    "promotions": (promotions_by_files, promotions_by_frame, lambda: [all_promotions()], 30.0),
    "newest": (newest_by_files, newest_by_frame, lambda: [files_of(asset, label) for asset, label, _ in _newest()], 20.0),
    "daily": (daily_by_files, daily_by_frame, lambda: [_sales_files()], 6.0),
}
MOST_GB = 1.5


def measure(name: str) -> list[dict[str, Any]]:
    """Both sides of one part, and the hash."""
    ours, theirs, files, most_seconds = PARTS[name]
    scan, by_files, by_frame = run(one_hash, files()).result, run(ours), run(theirs)
    print(f"{name:<12}{by_files.result:>8.2f} s{by_files.peak_bytes / GB:>7.2f} GB{by_files.result / scan:>8.1f} x one hash "
          f"({scan:.2f} s){by_frame.result:>9.2f} s{by_frame.peak_bytes / GB:>7.2f} GB as frames", flush=True)
    return [{"measure": f"{name}, seconds", "value": by_files.result, "unit": "s", "reference": by_frame.result,
             "ratio": by_files.result / by_frame.result, "target": most_seconds},
            {"measure": f"{name}, peak memory", "value": by_files.peak_bytes / GB, "unit": "GB",
             "reference": by_frame.peak_bytes / GB, "ratio": by_files.peak_bytes / by_frame.peak_bytes, "target": MOST_GB}]


def main(chosen: Sequence[str]) -> None:
    """Run the parts, print a line of each, and write their rows."""
    if unknown := sorted(set(chosen) - set(PARTS)):
        sys.exit(f"unknown part {unknown[0]!r}: name some of {', '.join(PARTS)}")
    rows = [row for name in chosen or PARTS for row in measure(name)]
    print(f"of promotions only the first {FRAME_WEEKS} weeks are taken as a frame")
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
