from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
from tests.catalog.usage.shop import CATALOGUE
from tests.catalog.usage.test_digest import SPAN, at, entries

from assay.catalog.usage.digest import digest
from assay.catalog.usage.entries import statistics_entries
from assay.catalog.usage.tables import Trouble, UsageTables, no_log, usage_tables, with_declared
from assay.contracts.schemas import DECLARED_LINEAGE, LINEAGE, LOG_COVERAGE, USAGE

NOW, BEFORE = at(2017, 12, 20, 12), at(2017, 3, 1, 12)


def made(*rows: tuple[str, str | None, dt.datetime | None, int], dialect: str = "duckdb",
         troubles: tuple[Trouble, ...] = ()) -> UsageTables:
    found = usage_tables(digest([(dialect, [entries(*rows)])], SPAN), CATALOGUE, SPAN, troubles)
    for contract, table in ((USAGE, found.usage), (LINEAGE, found.lineage), (LOG_COVERAGE, found.coverage)):
        assert contract.conform(table).equals(table)
    return found


def of(table: pa.Table, asset: str, column: str | None = None) -> dict[str, Any]:
    (row,) = [row for row in table.to_pylist() if (row["asset_id"], row["column"]) == (asset, column)]
    return dict(row)


def test_reads_writes_users_and_the_last_day() -> None:
    usage = made(("select name from customers where id = 5", "ann", NOW, 3), ("select name from ods.customers", "bob", NOW, 1),
                 ("update customers set name = 'x'", "ann", at(2017, 12, 31, 3), 2),
                 ("select email from customers", "cy", BEFORE, 1)).usage
    row = of(usage, "ods.customers")
    assert (row["status"], row["reads"], row["writes"], row["distinct_users"]) == ("used", 4, 2, 2)
    assert (row["last_used"], row["window_days"], row["log_days"]) == ("2017-12-30", 90, 305)  # 3 o'clock UTC is the day before
    assert [of(usage, "ods.customers", c)["reads"] for c in ("id", "name", "email")] == [3, 4, 0]
    assert (of(usage, "ods.customers", "name")["writes"], of(usage, "ods.customers", "email")["status"]) == (2, "idle")


def test_every_asset_and_column_has_a_row() -> None:
    usage = made(("select 1", "ann", NOW, 1)).usage
    columns = sum(len(own) for table in CATALOGUE.tables.values() for own in table.assets.values())
    assert usage.num_rows == columns + sum(len(table.assets) for table in CATALOGUE.tables.values())
    assert set(usage.column("status").to_pylist()) == {"unused"}


def test_unused_idle_and_unclear_are_told_apart() -> None:
    usage = made(("select name from customers", "ann", BEFORE, 1), ("drop table ads.report", "ann", NOW, 1),
                 ("select from from items where", "ann", NOW, 1), ("select id from orders", "ann", NOW, 1)).usage
    status = {asset: of(usage, asset)["status"] for asset in (
        "ods.customers", "ads.report", "ods.items", "ods.orders", "dwd.orders", "dwd.daily")}
    assert status == {"ods.customers": "idle", "ads.report": "idle",  # used before the window; only named
                      "ods.items": "unclear", "ods.orders": "unclear", "dwd.orders": "unclear",  # unparsed; ambiguous
                      "dwd.daily": "unused"}


def test_a_log_that_cannot_be_read_leaves_nothing_unused() -> None:
    found = made(("select name from customers", "ann", NOW, 1), troubles=(Trouble("unreadable_log", "x.csv", "it is torn"),))
    assert of(found.usage, "dwd.daily")["status"] == "unclear"
    assert found.coverage.to_pylist()[-1]["reason"] == "it is torn"


def test_no_log_is_no_row() -> None:
    assert [table.num_rows for table in (no_log().usage, no_log().lineage, no_log().coverage)] == [0, 0, 0]
    troubled = no_log((Trouble("unreadable_log", "/logs", "no such folder"),))
    assert (troubled.usage.num_rows, troubled.coverage.num_rows) == (0, 1)


def test_statistics_without_times() -> None:
    rows = statistics_entries([{"query": "select name from customers where id = $1", "calls": 40, "rolname": "app"}])
    usage = usage_tables(digest([("postgres", [rows])], SPAN), CATALOGUE, SPAN).usage
    row = of(usage, "ods.customers")
    assert (row["reads"], row["distinct_users"], row["last_used"], row["log_days"]) == (40, 1, None, None)


def test_a_table_that_is_split_is_used_by_the_groups_whose_columns_are_read() -> None:
    usage = made(("select age from crm.people where id = 3", "ann", NOW, 1)).usage
    assert (of(usage, "crm.people.who")["reads"], of(usage, "crm.people.money")["reads"]) == (1, 0)
    usage = made(("select count(*) from crm.people", "ann", NOW, 1)).usage
    assert (of(usage, "crm.people.who")["reads"], of(usage, "crm.people.money")["reads"]) == (1, 1)


def test_lineage_of_a_chain_of_tables_made_from_each_other() -> None:
    lineage = made(
        ("create table dwd.daily as select day, sum(amount) as total from ods.orders group by day", "etl", NOW, 1),
        ("create table scratch.top as select day, total from dwd.daily where total > 100", "etl", NOW, 1),
        ("create table ads.report as select t.day, t.total / s.n as share from scratch.top t, (select count(*) n from items) s",
         "etl", BEFORE, 1)).lineage
    edges = {(r["from_asset"], r["from_column"], r["to_asset"], r["to_column"]): r for r in lineage.to_pylist()}
    assert set(edges) == {
        ("ods.orders", None, "dwd.daily", None), ("ods.orders", "Day", "dwd.daily", "day"),
        ("ods.orders", "amount", "dwd.daily", "total"),
        ("dwd.daily", None, "scratch.top", None), ("dwd.daily", "day", "scratch.top", "day"),
        ("dwd.daily", "total", "scratch.top", "total"),
        ("scratch.top", None, "ads.report", None), ("ods.items", None, "ads.report", None)}
    first, last = edges["ods.orders", "amount", "dwd.daily", "total"], edges["ods.items", None, "ads.report", None]
    assert (first["statements"], first["users"], first["last_seen"], first["confidence"]) == (1, 1, "2017-12-20", 1.0)
    assert (last["statements"], last["users"], last["last_seen"], last["confidence"]) == (0, 0, "2017-03-01", 0.8)


def test_lineage_between_column_groups() -> None:
    lineage = made(("insert into dwd.orders select id, spent from crm.people", "etl", NOW, 1)).lineage
    assert {(r["from_asset"], r["from_column"], r["to_column"]) for r in lineage.to_pylist()} == {
        ("crm.people.money", None, None), ("crm.people.money", "spent", "total"),
        ("crm.people.money", "id", "id"), ("crm.people.who", "id", "id")}


def test_what_is_unknown_ambiguous_or_unparsed_is_listed() -> None:
    coverage = made(("select * from elsewhere.things", "ann", NOW, 2), ("select * from orders", "bob", NOW, 1),
                    ("select a, from where x = 'Alice'", "bob", NOW, 4),
                    ("select * from information_schema.tables", "bob", NOW, 9),
                    troubles=(Trouble("unusable_rows", "a.csv", "no time", 7),)).coverage
    assert [(r["kind"], r["name"], r["reason"], r["statements"]) for r in coverage.to_pylist()] == [
        ("ambiguous_table", "orders", "it may be dwd.orders or ods.orders", 1),
        ("parsed", None, None, 12),
        ("unknown_table", "elsewhere.things", "the catalogue has no such table", 2),
        ("unparsed", "select a, from where x =", "it can't be parsed as duckdb", 4),
        ("unusable_rows", "a.csv", "no time", 7)]


def test_no_literal_and_no_user_is_in_any_table() -> None:
    found = made(("select name, 'zq1' from customers where email = 'zq2@x.org' or id = 987654321", "zq3", NOW, 1),
                 ("select zq4 'zq5 from where", "zq6", NOW, 1), ("zq7 wrote 987654321", "zq8", NOW, 1),
                 ("create table t as select 'zq9' as note, id from customers", "zq0", NOW, 1))
    text = "".join(str(table.to_pylist()) for table in (found.usage, found.lineage, found.coverage))
    leaked = [word for word in ("zq0", "zq1", "zq2", "zq3", "zq5", "zq6", "zq7", "zq8", "zq9", "987654321") if word in text]
    assert leaked == []


def test_declared_flows_stand_behind_those_of_the_log() -> None:
    lineage = made(("insert into dwd.daily select id, amount from ods.orders", "ann", NOW, 1)).lineage
    said = {"from_asset": "ods.orders", "from_column": None, "to_asset": "dwd.daily", "to_column": None, "origin": "hub",
            "confidence": 0.8}
    both = with_declared(lineage, pa.Table.from_pylist([said], schema=DECLARED_LINEAGE.schema))
    assert LINEAGE.conform(both).slice(0, lineage.num_rows).equals(lineage)
    assert set(lineage.column("origin").to_pylist()) == {"query log"}
    assert both.slice(lineage.num_rows).to_pylist() == [said | {"statements": 0, "users": 0, "last_seen": None}]
    assert with_declared(lineage, None).equals(lineage)
