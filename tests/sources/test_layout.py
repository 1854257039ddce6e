"""What names of files and folders say of tables and partitions."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.sources.layout import Listed, arrange, date_of, hive_columns, label_of

COLUMNS = {"orders": ["id", "user", "price"], "customers": ["customer", "name", "city"]}


def _arrange(*paths: str, columns: dict[str, list[str]] | None = None) -> dict[str, list[tuple[str, str, tuple[str, ...]]]]:
    def asked(path: str) -> list[str] | None:
        return next((names for word, names in (columns or COLUMNS).items() if word in path), None)

    found = arrange([Listed(path, 1, "") for path in paths], "lake", asked)
    return {name: [(part.label, part.folder, tuple(file.path for file in part.files)) for part in parts]
            for name, parts in found.items()}


@pytest.mark.parametrize("folder", ["ds=2026-03-01", "dt=20260301", "2026-03-01", "date=2026_03_01", "年月日=20260301"])
def test_a_dated_folder_is_a_partition(folder: str) -> None:
    assert _arrange(f"orders/{folder}/part-0.parquet") == {"orders": [("2026-03-01", f"orders/{folder}", ("part-0.parquet",))]}


@pytest.mark.parametrize("folders", ["year=2026/month=3/day=1", "2026/03/01", "y=2026/m=03/d=01", "YEAR=2026/MONTH=03/DAY=01"])
def test_year_month_and_day_make_one_label(folders: str) -> None:
    assert _arrange(f"orders/{folders}/a.csv") == {"orders": [("2026-03-01", f"orders/{folders}", ("a.csv",))]}


@pytest.mark.parametrize(("text", "day"), [
    ("2026-02", "2026-02-28"), ("202602", "2026-02-28"), ("2026-W09", "2026-03-01"), ("2026-02-30", None),
    ("12026-02-01", None), ("20261301", None), ("1850-01-01", None), ("eu", None), ("20260301", "2026-03-01"),
    ("2026-02-29", None)])
def test_a_month_or_week_is_labelled_by_its_last_day(text: str, day: str | None) -> None:
    assert date_of(text) == (None if day is None else dt.date.fromisoformat(day))


def test_months_in_two_levels() -> None:
    assert label_of(["orders", "year=2024", "month=2"]) == ("2024-02-29", 1, 2)
    assert label_of(["orders", "2024", "summer"]) == ("", 0, 0)


def test_dates_in_names_are_partitions_of_one_table() -> None:
    assert _arrange("orders_2026-03-01.csv", "orders_20260302.csv.gz", "orders-2026-03-03T12-00-00.csv") == {"orders": [
        ("2026-03-01", "", ("orders_2026-03-01.csv",)), ("2026-03-02", "", ("orders_20260302.csv.gz",)),
        ("2026-03-03", "", ("orders-2026-03-03T12-00-00.csv",))]}
    assert _arrange("orders/2026-03-01.csv", "orders/2026-03-02.csv") == {"orders": [
        ("2026-03-01", "orders", ("2026-03-01.csv",)), ("2026-03-02", "orders", ("2026-03-02.csv",))]}


def test_two_dated_tables_in_one_folder() -> None:
    assert list(_arrange("crm/orders_20260301.csv", "crm/orders_20260302.csv", "crm/customers_20260301.csv")) == [
        "crm.customers", "crm.orders"]


@pytest.mark.parametrize("names", [
    ("orders_1.csv", "orders_2.csv"), ("orders-00000-of-00002.csv", "orders-00001-of-00002.csv"),
    ("orders.part1.csv", "orders.part2.csv"), ("orders (1).csv", "orders (2).csv"),
    ("orders-3f2504e0-4f89-11d3-9a0c-0305e82c3301.csv", "orders-6ba7b810-9dad-11d1-80b4-00c04fd430c8.csv")])
def test_numbered_files_are_parts_of_one_table(names: tuple[str, str]) -> None:
    assert _arrange(*names) == {"orders": [("", "", tuple(sorted(names)))]}


def test_spark_parts_belong_to_their_folder() -> None:
    names = ("part-00000-3f2504e0-4f89-11d3-9a0c-0305e82c3301-c000.snappy.parquet",
             "part-00001-3f2504e0-4f89-11d3-9a0c-0305e82c3301-c000.snappy.parquet")
    assert _arrange(*(f"orders/{name}" for name in names)) == {"orders": [("", "orders", names)]}
    assert list(_arrange(*names)) == ["lake"]


def test_a_single_numbered_file_keeps_its_name_and_other_columns_part_tables() -> None:
    assert list(_arrange("top10.csv", "h1n1.csv")) == ["h1n1", "top10"]
    other = {"q1": ["a", "b"], "q2": ["c", "d"]}
    assert list(_arrange("q1.csv", "q2.csv", columns=other)) == ["q1", "q2"]
    assert list(_arrange("q1.csv", "q2.csv", columns=other | {"q2": ["a", "b", "c"]})) == ["q"]


def test_files_of_a_folder_are_one_table_unless_their_columns_differ() -> None:
    same = {"a.csv": ["id", "x"], "b.csv": ["id", "x"]}
    assert _arrange("t/a.csv", "t/b.csv", columns=same) == {"t": [("", "t", ("a.csv", "b.csv"))]}
    assert _arrange("crm/orders.csv", "crm/customers.csv") == {
        "crm.customers": [("", "crm", ("customers.csv",))], "crm.orders": [("", "crm", ("orders.csv",))]}


def test_folders_within_folders_are_named_by_all_of_them() -> None:
    assert list(_arrange("shop/eu/orders/part-0.csv", "shop/us/orders/part-0.csv")) == ["shop.eu.orders", "shop.us.orders"]


def test_hive_keys_beside_the_date_become_columns() -> None:
    found = _arrange("sales/region=eu/ds=2026-03-01/a.csv", "sales/region=us/ds=2026-03-01/a.csv",
                     "sales/region=us/ds=2026-03-02/a.csv")
    assert found == {"sales": [
        ("2026-03-01", "sales", ("region=eu/ds=2026-03-01/a.csv", "region=us/ds=2026-03-01/a.csv")),
        ("2026-03-02", "sales", ("region=us/ds=2026-03-02/a.csv",))]}
    assert hive_columns("region=eu/ds=2026-03-01/a.csv", "2026-03-01") == {"region": "eu"}
    assert hive_columns("hour=03/a.csv", "2026-03-01") == {"hour": "03"}
    assert hive_columns("region=eu/ds=2026-03-01/a.csv", "") == {"region": "eu", "ds": "2026-03-01"}


def test_an_empty_dated_folder_is_a_partition_without_files() -> None:
    assert _arrange("t/ds=2026-03-01/a.csv", "t/ds=2026-03-02/") == {"t": [
        ("2026-03-01", "t/ds=2026-03-01", ("a.csv",)), ("2026-03-02", "t/ds=2026-03-02", ())]}


def test_files_beside_dated_partitions_are_left_out(caplog: pytest.LogCaptureFixture) -> None:
    assert _arrange("t/ds=2026-03-01/a.csv", "t/old.csv") == {"t": [("2026-03-01", "t/ds=2026-03-01", ("a.csv",))]}
    assert "1 files beside the dated partitions are left out, first t/old.csv" in caplog.text


def test_of_a_folder_and_a_file_of_one_name_the_folder_is_read(caplog: pytest.LogCaptureFixture) -> None:
    assert _arrange("orders/a.csv", "orders.csv") == {"orders": [("", "orders", ("a.csv",))]}
    assert "both called orders" in caplog.text


def test_formats_of_one_name_are_two_tables() -> None:
    assert list(_arrange("orders.csv", "orders_20260301.parquet")) == ["orders", "orders_parquet"]


_NAMES = st.sampled_from(["orders", "a", "part-0", "2026", "03", "ds=2026-03-01", "region=eu", "2026-03-01", "x_1",
                          "year=2026", "1"])


@given(st.lists(st.lists(_NAMES, min_size=1, max_size=5).map(lambda parts: "/".join(parts) + ".csv"), unique=True, max_size=12))
def test_every_file_lies_in_one_partition_or_is_left_out(paths: list[str]) -> None:
    found = arrange([Listed(path, 1, "") for path in paths], "lake", lambda path: ["a"])
    read = [f"{part.folder}/{file.path}".lstrip("/") for parts in found.values() for part in parts for file in part.files]
    assert len(read) == len(set(read))
    assert set(read) <= set(paths)
    assert found == arrange([Listed(path, 1, "") for path in reversed(paths)], "lake", lambda path: ["a"])
    for parts in found.values():
        assert [part.label for part in parts] == sorted({part.label for part in parts})
