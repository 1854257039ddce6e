"""What is known at a cut-off: the one place where the future is kept out.

Every block reads these views and nothing else. A row of a dated asset is known if its source partition lies before the
cut-off and so does its date, both shifted by the days that the manifest marks as known ahead; an undated asset is known as of
its newest source partition before the cut-off. An asset may be damaged: then less of it is known, never more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb

from assay.contracts.enums import AssetKind
from assay.engine import literal, quote, scan
from assay.features.catalogue import AssetFacts, Catalogue
from assay.features.damage import Damage, kept


@dataclass(frozen=True)
class SnapshotFiles:
    """One usable source partition of an asset.

    Attributes:
        label: Its date, `YYYY-MM-DD`; empty if the asset isn't partitioned.
        files: Paths of its parquet files.
        fingerprint: Of the snapshot artifact.
    """

    label: str
    files: tuple[str, ...]
    fingerprint: str


@dataclass(frozen=True)
class Cutoff:
    """A point in time, as local dates of the platform.

    Attributes:
        day: First local day that is not known yet.
        horizon_days: Length of the outcome window that starts there; 0 where the outcome has no time.
        history_days: How far features look back.
        timezone: IANA name.
    """

    day: dt.date
    horizon_days: int
    history_days: int
    timezone: str


def is_dated(asset: AssetFacts) -> bool:
    """True if rows of the asset happened at a time, so that partitions add up rather than replace each other."""
    return asset.kind is AssetKind.EVENT and asset.time_column is not None


def visible(asset: AssetFacts, snapshots: Iterable[SnapshotFiles], cutoff: Cutoff) -> list[SnapshotFiles]:
    """The snapshots of an asset that may be read at a cut-off, by label."""
    ordered = sorted(snapshots, key=lambda s: s.label)
    last = (cutoff.day + dt.timedelta(days=asset.ahead_days - 1)).isoformat()
    ordered = [s for s in ordered if s.label <= last]
    if not is_dated(asset):
        return ordered[-1:]
    first = (cutoff.day - dt.timedelta(days=cutoff.history_days + asset.period_days)).isoformat()
    return [s for s in ordered if s.label >= first or not s.label]


class KnownViews:
    """Tables `known_<n>` of one database, one an asset, holding only what is known at `cutoff`.

    Attributes:
        horizon_days: Length of the outcome window.
        cutoff_sql: The cut-off as an SQL date.
        candidates: Name of the table of candidates, which `assay.features.candidates` fills.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, catalogue: Catalogue, snapshots: Mapping[str, Sequence[SnapshotFiles]],
                 cutoff: Cutoff, damage: Damage | None = None) -> None:
        self.horizon_days = cutoff.horizon_days
        self.cutoff_sql = _date(cutoff)
        self.candidates = "candidates"
        self._names: dict[str, str] = {}
        con.execute("SET TimeZone = 'UTC'")
        for number, (asset_id, asset) in enumerate(catalogue.assets.items()):
            readable = visible(asset, snapshots.get(asset_id, ()), cutoff)
            if readable:
                self._names[asset_id] = f"known_{number}"
                _create(con, self._names[asset_id], asset, _with_every_column(con, parquet_scan(readable), asset), cutoff)
        self._whole = dict(self._names)
        if damage is not None and damage.asset_id in self._whole:
            self._damage(con, catalogue.assets[damage.asset_id], snapshots[damage.asset_id], cutoff, damage)

    def view(self, asset_id: str) -> str:
        """Name of the asset's table.

        Raises:
            KeyError: If nothing of the asset is known at the cut-off; ask `has` first.
        """
        return self._names[asset_id]

    def has(self, *asset_ids: str) -> bool:
        """True if something of every one of these assets is known."""
        return all(a in self._names for a in asset_ids)

    def whole(self, asset_id: str) -> str:
        """Name of the asset's table as it would be without any damage: who is decided about, and at which price, is given.

        Raises:
            KeyError: If nothing of the asset is known at the cut-off; ask `stands` first.
        """
        return self._whole[asset_id]

    def stands(self, asset_id: str) -> bool:
        """True if something of the asset is known, or would be without any damage."""
        return asset_id in self._whole

    def _damage(self, con: duckdb.DuckDBPyConnection, asset: AssetFacts, snapshots: Sequence[SnapshotFiles], cutoff: Cutoff,
                damage: Damage) -> None:
        """Let what is read of an asset be what the damage leaves; where that is nothing, nothing is known of it."""
        whole, name = self._names.pop(asset.asset_id), "damaged"
        readable = visible(asset, snapshots, replace(cutoff, day=cutoff.day - dt.timedelta(days=damage.late_days)))
        if not readable:
            return
        scan = _with_every_column(con, parquet_scan(readable), asset)
        if damage.lost:
            columns = [row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()]
            scan = f"(SELECT * FROM {scan} WHERE {kept(asset, columns, damage.lost)})"
        _create(con, name, asset, scan, cutoff, damage.late_days)
        if _any(con, name) or not _any(con, whole):
            self._names[asset.asset_id] = name


def _create(con: duckdb.DuckDBPyConnection, name: str, asset: AssetFacts, scan: str, cutoff: Cutoff,
            late_days: int = 0) -> None:
    """A table of the rows that are known at a cut-off, with their age."""
    if not is_dated(asset):
        con.execute(f"CREATE TEMP VIEW {name} AS SELECT * FROM {scan}")
        return
    age = f"date_diff('day', {local_date(con, scan, str(asset.time_column), cutoff.timezone)}, {_date(cutoff)})"
    con.execute(f"CREATE TEMP TABLE {name} AS SELECT *, {age} AS _age FROM {scan} "
                f"WHERE {age} BETWEEN {1 - asset.ahead_days + late_days} AND {cutoff.history_days}")


def _date(cutoff: Cutoff) -> str:
    return f"DATE {literal(cutoff.day.isoformat())}"


def _any(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    return bool(con.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchall())


def _with_every_column(con: duckdb.DuckDBPyConnection, scan: str, asset: AssetFacts) -> str:
    """`scan` with nulls for columns that came after the partitions that it reads."""
    found = {row[0].casefold() for row in con.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()}
    absent = "".join(f", CAST(NULL AS {c.dtype}) AS {quote(c.name)}" for c in asset.columns.values()
                     if c.name.casefold() not in found)
    return f"(SELECT *{absent} FROM {scan})" if absent else scan


def parquet_scan(snapshots: Sequence[SnapshotFiles]) -> str:
    """SQL that reads the files of some snapshots of one asset."""
    return scan(path for snapshot in snapshots for path in snapshot.files)


def local_date(con: duckdb.DuckDBPyConnection, scan: str, column: str, timezone: str) -> str:
    """SQL for the platform's local date of a time column; timestamps without a zone are UTC."""
    (kind,) = [row[1] for row in con.execute(f"DESCRIBE SELECT {quote(column)} FROM {scan}").fetchall()]
    if kind == "DATE":
        return quote(column)
    zoned = quote(column) if kind == "TIMESTAMP WITH TIME ZONE" else f"CAST({quote(column)} AS TIMESTAMP) AT TIME ZONE 'UTC'"
    return f"CAST({zoned} AT TIME ZONE {literal(timezone)} AS DATE)"
