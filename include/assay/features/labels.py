"""Outcomes of a window, kept apart from its features, which must not see them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import duckdb
import pyarrow as pa

from assay.config.manifest import UseCase
from assay.engine import connect, literal, quote
from assay.errors import NotEnoughData
from assay.features.catalogue import AssetFacts
from assay.features.known import SnapshotFiles, local_date, parquet_scan
from assay.features.windows import Window


def build_labels(asset: AssetFacts, case: UseCase, window: Window, snapshots: Sequence[SnapshotFiles],
                 timezone: str) -> pa.Table:
    """What happened to each entity in a window.

    Args:
        asset: The outcome asset.
        case: The use case.
        window: A window whose days are all known; without cut-off every entity's label is read.
        snapshots: Those of the outcome asset that `outcome_snapshots` chose.
        timezone: The platform's.

    Returns:
        Columns: entity roles, y (float32; without a label always 1, since a row is the outcome) and amount (float32), sorted
        by key.

    Raises:
        NotEnoughData: If a window has no outcome at all.
    """
    outcome = case.outcome
    roles = ", ".join(f"{quote(column)} AS {quote(role)}" for role, column in case.entity.items())
    keys = ", ".join(str(n + 1) for n in range(len(case.entity)))  # by place: a column may be called like a role
    amount = f"coalesce(sum(try_cast({quote(outcome.amount)} AS DECIMAL(18, 4))), 0)" if outcome.amount else "count(*)"
    with connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        if not snapshots:
            raise NotEnoughData(case.name, f"no usable {asset.asset_id} for the window from {window.cutoff}",
                                "mend its source partitions or run another partition")
        scan = parquet_scan(snapshots)
        happened = "1"
        where = [f"{quote(column)} IS NOT NULL" for column in case.entity.values()]
        if outcome.label is not None:
            happened = f"max(CAST(CAST({quote(outcome.label)} AS VARCHAR) = {literal(str(outcome.positive))} AS INTEGER))"
            where.append(f"{quote(outcome.label)} IS NOT NULL")  # still open: neither yes nor no
        if window.cutoff is not None:
            where.append(in_window(con, scan, str(outcome.time), timezone, window))
        table = con.sql(
            f"SELECT {roles}, CAST({happened} AS FLOAT) AS y, CAST({amount} AS FLOAT) AS amount FROM {scan} "
            f"WHERE {' AND '.join(where)} GROUP BY {keys} ORDER BY {keys}").to_arrow_table()
    if not table.num_rows:
        raise NotEnoughData(case.name, f"no outcome between {window.cutoff} and {window.last_day} in {asset.asset_id}",
                            "run a partition whose window holds outcomes")
    return table


def in_window(con: duckdb.DuckDBPyConnection, scan: str, column: str, timezone: str, window: Window) -> str:
    """SQL condition that a time column lies within the days of a window that has a cut-off."""
    return (f"{local_date(con, scan, column, timezone)} BETWEEN DATE {literal(str(window.cutoff))} "
            f"AND DATE {literal(str(window.last_day))}")


def outcome_snapshots(asset: AssetFacts, snapshots: Sequence[SnapshotFiles], window: Window) -> list[SnapshotFiles]:
    """Usable snapshots of the outcome asset that may hold outcomes of the window; without time the newest.

    Nothing labelled after the window is read, so that a window's outcomes are the same from whichever partition they are asked.
    """
    ordered = sorted(snapshots, key=lambda s: s.label)
    if window.cutoff is None or window.last_day is None:
        return ordered[-1:]
    first, last = (window.cutoff - dt.timedelta(days=asset.period_days)).isoformat(), window.last_day.isoformat()
    return [s for s in ordered if not s.label or first <= s.label <= last]
