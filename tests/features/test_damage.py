"""What is left of a damaged asset: less than was known, never more, and never who is decided about."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.features import builders as b

from assay.config.manifest import UseCase
from assay.engine import connect
from assay.features.candidates import PRICE
from assay.features.damage import Damage, kept
from assay.features.known import KnownViews, SnapshotFiles
from assay.features.table import CHANNELS, FeatureTables, build_window

DATE = b.day(44)
LONG_AGO = 200  # days, more than the hospital's history


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[SnapshotFiles]]:
    return b.write(tmp_path_factory.mktemp("hospital"), b.hospital(1))


def known(files: dict[str, list[SnapshotFiles]], asset: str, damage: Damage | None) -> list[dict] | None:
    """What is read of an asset, None if nothing is known."""
    with connect() as con:
        views = KnownViews(con, b.HOSPITAL, files, b.cutoff(DATE), damage)
        if not views.has(asset):
            return None
        return con.sql(f"SELECT * FROM {views.view(asset)} ORDER BY ALL").to_arrow_table().to_pylist()


def tables(files: dict[str, list[SnapshotFiles]], damage: Damage | None = None, case: UseCase = b.CASE) -> FeatureTables:
    return build_window(b.HOSPITAL, case, b.blocks(case=case), files, b.cutoff(DATE), damage)


@pytest.mark.parametrize(("asset", "ahead", "late"), [
    ("ward.dispensings", 0, 1), ("ward.dispensings", 0, 9), ("ward.shortages", 7, 9)])
def test_of_what_is_late_the_last_days_are_not_known(asset: str, ahead: int, late: int, files) -> None:
    now, then = known(files, asset, None), known(files, asset, Damage(asset, late_days=late))
    assert then == [row for row in now if row["_age"] > late - ahead] and 0 < len(then) < len(now)


def test_of_what_replaces_itself_an_older_snapshot_is_known(files) -> None:
    labels = sorted(s.label for s in files["ward.drugs"] if s.label < DATE.isoformat())
    for late, label in ((0, labels[-1]), (7, labels[-2]), (14, labels[-3])):
        one = {"ward.drugs": [s for s in files["ward.drugs"] if s.label == label]}
        assert known(files, "ward.drugs", Damage("ward.drugs", late_days=late)) == known(one, "ward.drugs", None)
    assert known(files, "ward.drugs", Damage("ward.drugs", late_days=LONG_AGO)) is None


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 80), st.integers(0, 80), st.sampled_from(["ward.dispensings", "ward.shortages", "ward.reactions"]))
def test_later_is_never_more_and_never_the_future(one: int, other: int, asset: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = b.write(Path(folder), {asset: b.hospital(2)[asset]})
        sooner, later = (known(files, asset, Damage(asset, late_days=n)) or [] for n in sorted((one, other)))
    assert all(row in sooner for row in later)
    assert all(row["_age"] >= 1 - b.HOSPITAL.assets[asset].ahead_days + max(one, other) for row in later)


def test_the_rows_that_are_lost_are_the_same_in_any_order_and_some_more_if_more_are() -> None:
    rows = pa.table({"a": list(range(4000)), "b": [f"x{n % 7}" for n in range(4000)]})
    asset = b.asset("x.t", "event", {"a": ("key", "BIGINT"), "b": ("attribute", "VARCHAR")}, key=("a",))

    def left(lost: float, of: pa.Table, columns: tuple[str, ...] = ("a", "b"), key: tuple[str, ...] = ("a",)) -> set[int]:
        with connect() as con:
            con.register("of", of)
            where = kept(replace(asset, primary_key=key), columns, lost)
            return {row[0] for row in con.execute(f"SELECT a FROM of WHERE {where}").fetchall()}

    some, fewer = left(0.1, rows), left(0.5, rows)
    assert left(0, rows) == set(range(4000)) and left(1, rows) == set()
    assert fewer < some and 3500 < len(some) < 3700 and 1850 < len(fewer) < 2150
    assert left(0.1, rows.take(pc.sort_indices(rows, [("b", "descending")]))) == some
    assert left(0.1, rows.set_column(1, "b", pa.nulls(4000, pa.string()))) == some  # the key alone decides
    assert left(0.1, rows, key=()) != some and 3500 < len(left(0.1, rows, key=())) < 3700  # without a key all columns do


def test_no_damage_changes_nothing_to_the_last_byte(files) -> None:
    base = b.digest_all(tables(files))
    for asset in b.HOSPITAL.assets:
        assert b.digest_all(tables(files, Damage(asset))) == base


@pytest.mark.parametrize("asset", sorted(b.HOSPITAL.assets))
def test_who_is_decided_about_stays_whatever_is_damaged(asset: str, files) -> None:
    base = tables(files)
    for damage in (Damage(asset, lost=0.6), Damage(asset, late_days=20)):
        found = tables(files, damage)
        assert found.rows.column("user").unique() == base.rows.column("user").unique()
        drawn = [each.filter(each.column("via_random")).select(["user", "item"]) for each in (found.rows, base.rows)]
        assert drawn[0] == drawn[1]
    stock = [tables(files, damage, b.STOCK).rows for damage in (None, Damage(asset, lost=0.6), Damage(asset, late_days=20))]
    assert all(each.select(["place", "item", PRICE]) == stock[0].select(["place", "item", PRICE]) for each in stock)


@pytest.mark.parametrize("damage", [{"lost": 1.0}, {"late_days": LONG_AGO}], ids=["lost", "late"])
@pytest.mark.parametrize("asset", ["ward.dispensings", "ward.shortages", "ward.drugs"])
def test_what_nothing_is_left_of_is_as_if_nobody_had_it(damage: dict, asset: str, files) -> None:
    found, (without, _) = tables(files, Damage(asset, **damage)), tables(files).without([asset])
    assert found.channels == without.channels and found.tokens == without.tokens
    kept_rows = [table.replace_schema_metadata({CHANNELS: b""}) for table in (found.rows, without.rows)]
    assert kept_rows[0].equals(kept_rows[1])
    for role, table in found.things.items():
        named = set(found.rows.column(role).to_pylist())
        told = without.things[role].filter(pc.is_in(without.things[role].column(role), pa.array(sorted(named))))
        assert table.equals(told)


def test_only_what_is_damaged_differs(files) -> None:
    base, found = tables(files), tables(files, Damage("ward.patients", lost=0.5))
    assert found.rows.equals(base.rows) and found.things["item"].equals(base.things["item"])
    differ = {name for name in base.things["user"].column_names
              if found.things["user"].column(name) != base.things["user"].column(name)}
    assert differ and all(name.startswith("ward.patients.") for name in differ)
