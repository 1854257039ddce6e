"""Nothing that isn't known at the cut-off changes a feature, to the last byte; what is known does."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.features import builders as b
from tests.features import journey as j

from assay.config import UseCase, load_platform
from assay.features.candidates import VIA
from assay.features.known import Cutoff
from assay.features.labels import build_labels, outcome_snapshots
from assay.features.table import FeatureTables, build_window
from assay.features.windows import Window, WindowRole

T = dt.date(2017, 11, 23)  # a Thursday: the promotions of the Monday after are known, those of the week after that aren't
AHEAD = {"landing.promotions": 7}
DATED = ("landing.transactions", "landing.promotions", "landing.coupon_redemptions")


@pytest.fixture(scope="module")
def case(small_environment: Path) -> UseCase:
    return load_platform(j.PLATFORM).use_case("next_week_purchase")


@pytest.fixture(scope="module")
def lake(small_landing: Path) -> j.Lake:
    return j.lake(small_landing)


@pytest.fixture(scope="module")
def build(case: UseCase) -> Callable[[j.Lake], FeatureTables]:
    blocks = b.blocks(j.JOURNEY, case)
    cutoff = Cutoff(T, 7, case.history_days, "America/New_York")
    return lambda of: build_window(j.JOURNEY, case, blocks, j.snapshots(of), cutoff)


@pytest.fixture(scope="module")
def base(build: Callable[[j.Lake], FeatureTables], lake: j.Lake) -> FeatureTables:
    return build(lake)


def unknown(asset_id: str, label: str) -> bool:
    return dt.date.fromisoformat(label) >= T + dt.timedelta(days=AHEAD.get(asset_id, 0))


def labels(lake: j.Lake, *, known: bool) -> dict[str, set[str]]:
    return {asset: {label for label in files if unknown(asset, label) is not known} for asset, files in lake.items()}


def shuffled(table: pa.Table) -> pa.Table:
    return table.take(np.random.default_rng(4).permutation(len(table)))


def test_the_table_reads_every_asset_in_every_way(base: FeatureTables, lake: j.Lake) -> None:
    """What the tests below keep from leaking is there: rows of all channels, a value in every feature's column."""
    later = labels(lake, known=False)
    assert all(later.values()) and all(labels(lake, known=True).values())
    assert base.rows.num_rows > 5000
    channels = [name for name in base.rows.column_names if name.startswith(VIA)]
    assert len(channels) == 4 and all(pc.sum(base.rows.column(name)).as_py() > 100 for name in channels)
    assert sum("~" in name for table in base.tables.values() for name in table.column_names) == 64
    for table in base.tables.values():
        assert [name for name in table.column_names if table.column(name).null_count == table.num_rows] == []
    sequences = base.things["user"].column("landing.transactions|user|sequence.items").to_pylist()
    assert sum(map(len, sequences)) > 5000


def test_what_comes_later_may_be_gone(build, base: FeatureTables, lake: j.Lake) -> None:
    later = labels(lake, known=False)
    without = {asset: {label: path for label, path in files.items() if label not in later[asset]}
               for asset, files in lake.items()}
    assert b.digest_all(build(without)) == b.digest_all(base)


@pytest.mark.parametrize("change", [
    pytest.param(j.nonsense, id="nonsense"), pytest.param(lambda table: table.slice(0, 0), id="nothing"),
    pytest.param(lambda table: pa.concat_tables([table] * 5), id="five times as much")])
def test_what_comes_later_may_be_anything(change, build, base: FeatureTables, lake: j.Lake, case: UseCase,
                                          tmp_path: Path) -> None:
    after = j.changed(lake, labels(lake, known=False), tmp_path, change)
    assert b.digest_all(build(after)) == b.digest_all(base)
    assert outcomes(case, after) != outcomes(case, lake)


def outcomes(case: UseCase, lake: j.Lake) -> list | None:
    """Outcomes of the window, which do follow what comes later: the change is a real one."""
    window, asset = Window(WindowRole.OUTCOME, T, 7), j.JOURNEY.assets["landing.transactions"]
    read = outcome_snapshots(asset, j.snapshots(lake)[asset.asset_id], window)
    try:
        return build_labels(asset, case, window, read, "America/New_York").to_pylist()
    except ValueError:
        return None


def test_later_rows_that_lie_in_known_partitions_are_left_out(build, base: FeatureTables, lake: j.Lake, tmp_path: Path) -> None:
    """A partition isn't trusted: every row counts by its own date. Later rows are put into each asset's last known file."""
    moved = lake
    for asset in DATED:
        later = pa.concat_tables([j.read(lake[asset][label]) for label in sorted(labels(lake, known=False)[asset])])
        last = max(labels(lake, known=True)[asset])
        moved = j.changed(moved, {asset: {last}}, tmp_path, lambda table, later=later: pa.concat_tables(
            [later, table, j.nonsense(later)]))
    assert b.digest_all(build(moved)) == b.digest_all(base)


def test_the_order_of_known_rows_and_files_says_nothing(build, base: FeatureTables, lake: j.Lake, tmp_path: Path) -> None:
    recent = {asset: {label for label in known if label >= "2017-10-01"} for asset, known in labels(lake, known=True).items()}
    mixed = j.changed(lake, recent, tmp_path, shuffled)
    backwards = {asset: dict(sorted(files.items(), reverse=True)) for asset, files in reversed(mixed.items())}
    assert b.digest_all(build(backwards)) == b.digest_all(base)


@pytest.mark.parametrize("asset", sorted(j.JOURNEY.assets))
def test_what_is_known_does_matter(asset: str, build, base: FeatureTables, lake: j.Lake, tmp_path: Path) -> None:
    """The newest known partition of any one asset changes the table."""
    newest = max(labels(lake, known=True)[asset])
    assert b.digest_all(build(j.changed(lake, {asset: {newest}}, tmp_path, j.nonsense))) != b.digest_all(base)


# -- the same on random hospitals ------------------------------------------------------------------------------------------


def beyond(asset: str, date: dt.date) -> dt.date:
    """First date of which the asset's rows aren't known at a cut-off."""
    return date + dt.timedelta(days=b.HOSPITAL.assets[asset].ahead_days)


def with_other_future(data: b.Data, other: b.Data, date: dt.date) -> b.Data:
    """What is known of `data`, and beyond it what happens in `other`; its dated rows lie in known partitions as well."""
    mixed: b.Data = {}
    for asset, files in data.items():
        first, time = beyond(asset, date).isoformat(), b.HOSPITAL.assets[asset].time_column
        known = {label: list(rows) for label, rows in files.items() if label < first}
        later = {label: rows for label, rows in other[asset].items() if label >= first}
        if known and time:
            known[max(known)] += [row for rows in later.values() for row in rows]
        mixed[asset] = known | later
    return mixed


@pytest.mark.parametrize("case", [b.CASE, b.STOCK], ids=lambda case: case.name)
@settings(deadline=None, max_examples=5)
@given(seed=st.integers(0, 2**16), other=st.integers(0, 2**16), number=st.integers(28, b.DAYS - 8))
def test_no_future_changes_a_feature(case: UseCase, seed: int, other: int, number: int) -> None:
    date = b.day(number)
    data = b.hospital(seed)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        before = b.tables(Path(one), data, date, case)
        after = b.tables(Path(two), with_other_future(data, b.hospital(other + 2**17), date), date, case)
    assert b.digest_all(after) == b.digest_all(before)


@settings(deadline=None, max_examples=3)
@given(st.integers(0, 2**16), st.integers(15, b.DAYS - 8))
def test_the_last_known_dispensing_changes_a_feature(seed: int, number: int) -> None:
    date = b.day(number)
    data = b.hospital(seed)
    yesterday = date - dt.timedelta(days=1)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        before = b.tables(Path(one), data, date)
        data["ward.dispensings"][yesterday.isoformat()].append({
            "patient_no": 1, "drug_code": "d1", "clinic_id": 1, "doses": 3, "cost": 9.5,
            "dispensed_at": b.moment(yesterday, 23, 59)})
        after = b.tables(Path(two), data, date)
    assert b.digest_all(after) != b.digest_all(before)


@pytest.fixture(scope="module")
def announced_to(tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    return b.tables(tmp_path_factory.mktemp("hospital"), b.hospital(5), b.day(44))


@pytest.mark.parametrize(("days", "matters"), [(0, True), (6, True), (7, False)])
@pytest.mark.parametrize("own_partition", [True, False])
def test_announcements_matter_up_to_the_last_day_of_the_window(days: int, matters: bool, own_partition: bool,
                                                               announced_to: pa.Table, tmp_path: Path) -> None:
    """Known seven days ahead: t..t+6 does matter, t+7 doesn't, in a partition of its own or in a known one."""
    date = b.day(44)
    data = b.hospital(5)
    on = date + dt.timedelta(days=days)
    row = {"drug_code": announced_to.rows.column("item")[0].as_py(), "clinic_id": 1, "severity": "high", "week": on}
    label = on.isoformat() if own_partition else max(label for label in data["ward.shortages"] if label < date.isoformat())
    data["ward.shortages"].setdefault(label, []).append(row)
    assert (b.digest_all(b.tables(tmp_path, data, date)) != b.digest_all(announced_to)) is matters


def test_an_event_of_the_cutoffs_first_minute_is_unknown_and_of_the_minute_before_known(tmp_path: Path) -> None:
    """Midnight of New York, 04:00 UTC in March; the row lies in the partition of the day before, as late evenings do."""
    date = b.day(44)
    data = b.hospital(6)
    before = b.digest_all(b.tables(tmp_path, data, date))
    rows = data["ward.dispensings"][(date - dt.timedelta(days=1)).isoformat()]
    row = {"patient_no": 1, "drug_code": "d1", "clinic_id": 1, "doses": 3, "cost": 9.5, "dispensed_at": b.moment(date, 0)}
    assert row["dispensed_at"].isoformat() == "2020-03-18T04:00:00+00:00"
    rows.append(row)
    assert b.digest_all(b.tables(tmp_path, data, date)) == before
    row["dispensed_at"] -= dt.timedelta(minutes=1)
    assert b.digest_all(b.tables(tmp_path, data, date)) != before


def test_a_change_of_the_past_beyond_the_history_says_nothing(tmp_path: Path) -> None:
    date = b.day(60)
    data = b.hospital(7)
    before = b.digest_all(b.tables(tmp_path, data, date))
    oldest = date - dt.timedelta(days=b.CASE.history_days + 1)
    data["ward.dispensings"][oldest.isoformat()] = b.hospital(8)["ward.dispensings"][oldest.isoformat()] * 3
    assert b.digest_all(b.tables(tmp_path, data, date)) == before
    data["ward.dispensings"][(oldest + dt.timedelta(days=1)).isoformat()].append(
        {"patient_no": 1, "drug_code": "d1", "clinic_id": 1, "doses": 1, "cost": 1.0,
         "dispensed_at": b.moment(oldest + dt.timedelta(days=1), 12)})
    assert b.digest_all(b.tables(tmp_path, data, date)) != before
