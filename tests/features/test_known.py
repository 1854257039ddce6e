from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.features import builders as b

from assay.contracts.enums import AssetKind
from assay.engine import connect
from assay.features.known import Cutoff, KnownViews, SnapshotFiles, is_dated, local_date, visible

DAY = dt.date(2020, 3, 18)
CUTOFF = b.cutoff(DAY, history=14)


def snapshots(*labels: str) -> list[SnapshotFiles]:
    return [SnapshotFiles(label, (f"{label}.parquet",), label) for label in labels]


def labels(asset: str, *given_: str, cutoff: Cutoff = CUTOFF) -> list[str]:
    return [s.label for s in visible(b.HOSPITAL.assets[asset], snapshots(*given_), cutoff)]


def test_events_are_read_up_to_the_day_before_the_cutoff_and_back_to_their_history() -> None:
    assert labels("ward.dispensings", "2020-03-18", "2020-03-17", "2020-03-03", "2020-03-02") == ["2020-03-03", "2020-03-17"]


def test_what_is_known_ahead_is_read_so_many_days_further() -> None:
    assert labels("ward.shortages", "2020-03-24", "2020-03-25", "2020-02-26", "2020-02-25") == ["2020-02-26", "2020-03-24"]


def test_of_what_stands_the_newest_before_the_cutoff_is_read() -> None:
    assert labels("ward.patients", "2020-03-17", "2020-03-18", "2020-03-02") == ["2020-03-17"]
    assert labels("ward.patients", "2020-03-18") == []


def test_what_has_no_partitions_is_always_read() -> None:
    assert labels("ward.patients", "") == [""] == labels("ward.dispensings", "")


def test_events_without_a_time_are_no_dated_asset() -> None:
    dispensings = b.HOSPITAL.assets["ward.dispensings"]
    assert is_dated(dispensings)
    assert not is_dated(replace(dispensings, time_column=None))
    assert not is_dated(replace(dispensings, kind=AssetKind.ENTITY))


@settings(deadline=None, max_examples=100)
@given(st.lists(st.dates(dt.date(2020, 1, 1), dt.date(2020, 12, 31)), max_size=20, unique=True),
       st.dates(dt.date(2020, 1, 1), dt.date(2020, 12, 31)), st.sampled_from(sorted(b.HOSPITAL.assets)))
def test_no_label_beyond_what_is_known_is_ever_visible(dates: list[dt.date], day: dt.date, asset: str) -> None:
    facts = b.HOSPITAL.assets[asset]
    found = labels(asset, *(d.isoformat() for d in dates), cutoff=b.cutoff(day))
    assert all(dt.date.fromisoformat(label) < day + dt.timedelta(days=facts.ahead_days) for label in found)
    later = [d for d in dates if d >= day + dt.timedelta(days=facts.ahead_days)]
    assert labels(asset, *(d.isoformat() for d in dates if d not in later), cutoff=b.cutoff(day)) == found


def ages(folder: Path, dates: list[dt.date], asset: str = "ward.shortages") -> list[int]:
    """`_age` of rows of these dates in one visible partition."""
    rows = [{"drug_code": "d1", "clinic_id": 1, "severity": "low", "week": date} for date in dates]
    with connect() as con:
        known = KnownViews(con, b.HOSPITAL, b.write(folder, {asset: {"2020-03-16": rows}}), CUTOFF)
        return [age for age, in con.execute(f"SELECT _age FROM {known.view(asset)} ORDER BY 1").fetchall()]


def test_a_row_counts_by_its_own_date_whatever_partition_it_lies_in(tmp_path: Path) -> None:
    """Known ahead by 7: up to the sixth day after the cut-off, and 14 days back."""
    assert ages(tmp_path, [DAY + dt.timedelta(days=n) for n in range(-16, 12)]) == list(range(-6, 15))


@pytest.mark.parametrize(("kind", "moments"), [
    (pa.timestamp("us", "UTC"), ["2020-03-08T04:59:59", "2020-03-08T05:00:00", "2020-03-09T03:59:59", "2020-03-09T04:00:00"]),
    (pa.timestamp("ns"), ["2020-03-08T04:59:59", "2020-03-08T05:00:00", "2020-03-09T03:59:59", "2020-03-09T04:00:00"]),
    (pa.timestamp("us", "Asia/Shanghai"), ["2020-03-08T04:59:59", "2020-03-08T05:00:00", "2020-03-09T03:59:59",
                                           "2020-03-09T04:00:00"]),
    (pa.string(), ["2020-03-08T04:59:59", "2020-03-08T05:00:00", "2020-03-09T03:59:59", "2020-03-09T04:00:00"]),
    (pa.date32(), ["2020-03-07", "2020-03-08", "2020-03-08", "2020-03-09"])])
def test_days_turn_over_at_the_platforms_midnight(kind: pa.DataType, moments: list[str], tmp_path: Path) -> None:
    """The day on which clocks go forward in New York begins at 05:00 UTC and ends at 04:00."""
    if pa.types.is_timestamp(kind):
        values = pa.array([dt.datetime.fromisoformat(m).replace(tzinfo=dt.UTC if kind.tz else None) for m in moments], kind)
    else:
        values = pa.array([dt.date.fromisoformat(m) for m in moments] if pa.types.is_date(kind) else moments, kind)
    pq.write_table(pa.table({"at": values}), tmp_path / "x.parquet")
    with connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        scan = f"read_parquet('{tmp_path / 'x.parquet'}')"
        found = con.execute(f"SELECT {local_date(con, scan, 'at', b.ZONE)} FROM {scan}").fetchall()
    assert [str(day) for day, in found] == ["2020-03-07", "2020-03-08", "2020-03-08", "2020-03-09"]


def test_partitions_may_differ_in_their_columns(tmp_path: Path) -> None:
    """A column that came later is null before; the order of columns doesn't matter."""
    old, new = tmp_path / "old.parquet", tmp_path / "new.parquet"
    pq.write_table(pa.table({"week": [dt.date(2020, 3, 9)], "drug_code": ["d1"], "clinic_id": [1]}), old)
    pq.write_table(pa.table({"drug_code": ["d2"], "clinic_id": [2], "severity": ["low"], "week": [dt.date(2020, 3, 16)]}), new)
    files = {"ward.shortages": [SnapshotFiles("2020-03-09", (str(old),), "a"), SnapshotFiles("2020-03-16", (str(new),), "b")]}
    with connect() as con:
        known = KnownViews(con, b.HOSPITAL, files, CUTOFF)
        rows = con.execute(f"SELECT drug_code, severity, _age FROM {known.view('ward.shortages')} ORDER BY 1").fetchall()
    assert rows == [("d1", None, 9), ("d2", "low", 2)]
