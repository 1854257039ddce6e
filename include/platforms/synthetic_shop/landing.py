"""Lay a synthetic shop out as the lake of a search and recommendation platform: hive-partitioned parquet in four layers.

Nothing here is real: people, items and orders are drawn from the known model of model.sql, so that what every table is worth is
known, too (truth.py). `<target>/synthetic_shop/<layer>/<table>/ds=<YYYY-MM-DD>/part-0.parquet` for 20 weeks:

- `ods`, what systems write (logs.py): the logs `queries`, `impressions`, `clicks`, `carts` and `orders`, `stock` and the noise
  `weather_tags` by local day; the lists `items` and `users` every Monday;
- `dwd`, `dws` and `ads`, derived from these day by day by the queries below sql/<layer>.

A day without rows has no partition. Weeks are drawn and days written one by one: memory does not
grow with their number.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb

from assay.engine import connect
from assay.errors import ConfigError
from assay.sources.landing import build_zone, parquet_bytes, run_script, write_partition
from platforms.synthetic_shop.logs import EVENTS_PER_USER, FIRST, HERE, MODEL, WEEKS, Shop

PLATFORM = "synthetic_shop"
EVENTS = 200_000
FEWEST, MOST = 10_000, 100_000_000
LAYERS = ("dwd", "dws", "ads")

Report = Callable[[str], None]


def _derive(con: duckdb.DuckDBPyConnection, day: dt.date) -> list[str]:
    """Fill a day's partition of every derived table, layer by layer; their names, `<layer>.<table>`."""
    monday = day - dt.timedelta(days=day.weekday())
    derived = []
    for path in (path for layer in LAYERS for path in sorted((HERE / "sql" / layer).glob("*.sql"))):
        query = path.read_text(encoding="utf-8").replace("${ds}", str(day)).replace("${monday}", str(monday))
        derived.append(f"{path.parent.name}.{path.stem}")
        con.execute(f"CREATE OR REPLACE TABLE {derived[-1]} AS SELECT *, '{day}' AS ds FROM (\n{query})")
    return derived


def users_of(events: int) -> int:
    """How many users leave about so many rows in the logs: a multiple of five.

    Raises:
        ConfigError: If that is too few or too many rows.
    """
    if not FEWEST <= events <= MOST:
        raise ConfigError("--events", f"{events:,} events", f"ask for {FEWEST:,} to {MOST:,}")
    return 5 * round(events / EVENTS_PER_USER / 5)


def build(target: Path, events: int = EVENTS, *, platform: str = PLATFORM, report: Report | None = None) -> Path:
    """Lay out the landing zone; a finished one of the same size and scripts is left alone.

    Args:
        target: Folder of all landing zones.
        events: About how many rows the five logs have together.
        platform: Name of the zone below `target`.
        report: Is given one line a week.

    Returns:
        `<target>/<platform>`.

    Raises:
        ConfigError: If so many events can't be made.
    """
    users = users_of(events)

    def lay_out(zone: Path) -> None:
        con = connect()
        shop = Shop(con, users)
        for layer in LAYERS:
            con.execute(f"CREATE SCHEMA {layer}")
        for day in (FIRST + dt.timedelta(days=n) for n in range(7 * WEEKS)):
            for name in [*(f"ods.{table}" for table in shop.open(day)), *_derive(con, day)]:
                rows = con.sql(f"SELECT * EXCLUDE (ds) FROM {name}").to_arrow_table()
                if rows.num_rows:
                    write_partition(zone.joinpath(*name.split(".")), day.isoformat(), parquet_bytes(rows))
            if report and day.weekday() == 6:
                report(f"{platform}: week up to {day}, {users:,} users")

    inputs = [MODEL, HERE / "logs.py", *sorted((HERE / "sql").rglob("*.sql"))]
    return build_zone(target, platform, inputs=inputs, script=Path(__file__), lay_out=lay_out, size=users)


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description="lay out the landing zone of the synthetic shop")
    parser.add_argument("--events", type=int, default=EVENTS, help=f"about how many rows of logs, {FEWEST:,} to {MOST:,}")
    return run_script(parser, arguments, PLATFORM, lambda given: build(
        given.target, given.events, platform=given.platform,
        report=lambda line: print(line, flush=True)), says="synthetic data, ")  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
