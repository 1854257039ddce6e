"""What a catalogue says of which asset, and what becomes of names that fit none or several."""

from __future__ import annotations

import itertools

import pyarrow as pa
import pytest
from tests.catalog.usage.shop import CATALOGUE, table

from assay.catalog.catalogues import Told, tell
from assay.catalog.usage.names import BY_LAST_PART, BY_PATH, Catalogue
from assay.contracts.described import DescribedTable, Flow, ForeignKey
from assay.contracts.schemas import DECLARED, DECLARED_LINEAGE


def said(*tables: DescribedTable, catalogue: Catalogue = CATALOGUE) -> Told:
    told = tell("hub", tables, catalogue)
    for order in itertools.islice(itertools.permutations(tables), 6):
        assert tell("hub", order, catalogue) == told
    DECLARED.conform(pa.Table.from_pylist(told.declared, schema=DECLARED.schema))
    DECLARED_LINEAGE.conform(pa.Table.from_pylist(told.lineage, schema=DECLARED_LINEAGE.schema))
    return told


def flows(told: Told) -> dict[str, float]:
    return {f"{row['from_asset']}.{row['from_column'] or '*'}>{row['to_asset']}.{row['to_column'] or '*'}": row["confidence"]
            for row in told.lineage}


def test_words_keys_and_comments_come_to_the_asset() -> None:
    told = said(DescribedTable(
        "1", ("pg", "ods", "Items"), comment="What is sold", owner="ann", tier="gold", primary_key=("order_id", "SKU"),
        column_comments={"SKU": "Number of the thing", "gone": "no more", "price.net": "inside"},
        references=(ForeignKey(("order_id",), ("ods", "orders"), ("ID",)), ForeignKey(("sku",), ("ods", "nowhere"), ("id",)))))
    assert [(row["asset_id"], row["column"], row["comment"], row["owner"], row["tier"], row["origin"], row["key_position"],
             row["refers_to_asset"], row["refers_to_column"]) for row in told.declared] == [
        ("ods.items", None, "What is sold", "ann", "gold", "hub", None, None, None),
        ("ods.items", "order_id", None, None, None, "hub", 0, "ods.orders", "id"),
        ("ods.items", "sku", "Number of the thing", None, None, "hub", 1, None, None)]
    assert (told.tables, told.matched, told.unlisted, told.ambiguous) == (1, 1, [], [])


def test_column_groups_are_told_what_concerns_them() -> None:
    told = said(DescribedTable("1", ("crm", "people"), owner="ann", column_comments={"age": "Years", "id": "Number"},
                               primary_key=("id",)),
                DescribedTable("2", ("ods", "customers"), references=(ForeignKey(("id",), ("crm", "people"), ("age",)),)))
    assert [(row["asset_id"], row["column"], row["owner"], row["comment"]) for row in told.declared[:5]] == [
        ("crm.people.money", None, "ann", None), ("crm.people.money", "id", None, "Number"),
        ("crm.people.who", None, "ann", None), ("crm.people.who", "age", None, "Years"),
        ("crm.people.who", "id", None, "Number")]
    assert [(row["asset_id"], row["refers_to_asset"]) for row in told.declared[5:]] == [("ods.customers", "crm.people.who")]


def test_a_table_described_twice_under_one_name_has_the_words_of_both() -> None:
    told = said(DescribedTable("a", ("dwd", "daily"), comment="A day a row", flows=(Flow(("ods", "orders")),)),
                DescribedTable("b", ("dwd", "daily"), comment="Later", owner="bo", flows=(Flow(("dwd", "daily")),)))
    assert [(row["comment"], row["owner"]) for row in told.declared] == [("A day a row", "bo")]
    assert flows(told) == {"ods.orders.*>dwd.daily.*": 1.0}
    assert (told.tables, told.matched) == (2, 2)


def test_what_no_source_lists_is_named_and_keeps_its_name_in_lineage() -> None:
    told = said(DescribedTable("1", ("pg", "Marts", "Weekly"), comment="x", flows=(
        Flow(("pg", "ods", "orders"), "AMOUNT", "total"), Flow(("kafka", "clicks"), "n", "clicks", 0.4))))
    assert told.declared == []
    assert told.unlisted == ["pg.Marts.Weekly"]
    assert flows(told) == {"kafka.clicks.*>pg.marts.weekly.*": 1.0, "kafka.clicks.n>pg.marts.weekly.clicks": 0.4,
                           "ods.orders.*>pg.marts.weekly.*": 1.0, "ods.orders.amount>pg.marts.weekly.total": 1.0}


def test_confidence_is_that_of_the_weakest_name_and_gone_columns_leave_the_flow_of_the_whole() -> None:
    told = said(DescribedTable("1", ("x", "report"), flows=(
        Flow(("ods", "orders"), "id", "gone"), Flow(("ods", "orders"), "gone", "total"), Flow(("ods", "orders"), None, "day"),
        Flow(("s3/lake/customers/",), "id.part", "total", 0.85))))
    assert flows(told) == {
        "ods.customers.*>ads.report.*": BY_LAST_PART, "ods.customers.id>ads.report.total": BY_LAST_PART,
        "ods.orders.*>ads.report.*": BY_LAST_PART, "ods.orders.*>ads.report.day": BY_LAST_PART}


def test_flows_of_column_groups_end_where_their_columns_are() -> None:
    told = said(DescribedTable("1", ("dwd", "daily"), flows=(Flow(("crm", "people"), "spent", "total"),)))
    assert flows(told) == {"crm.people.money.*>dwd.daily.*": 1.0, "crm.people.money.spent>dwd.daily.total": 1.0}


@pytest.mark.parametrize("path", ["lake/ods/customers", "bucket/customers/part-0.parquet"])
def test_files_are_known_by_their_path(path: str) -> None:
    told = said(DescribedTable("1", (path,), comment="x"), DescribedTable("2", ("ads", "report"), flows=(Flow((path,)),)))
    assert [row["asset_id"] for row in told.declared] == ["ods.customers"]
    assert flows(told)["ods.customers.*>ads.report.*"] >= BY_PATH


def test_a_name_that_fits_two_assets_is_used_for_nothing() -> None:
    told = said(DescribedTable("1", ("pg", "public", "orders"), comment="x"),
                DescribedTable("2", ("ads", "report"), flows=(Flow(("pg", "public", "orders"), "id", "total"),)))
    assert told.declared == []
    assert told.ambiguous == ["pg.public.orders may be dwd.orders or ods.orders"]
    assert told.unlisted == []
    assert set(flows(told)) == {"pg.public.orders.*>ads.report.*", "pg.public.orders.id>ads.report.total"}


def test_two_names_that_fit_one_asset_are_used_for_nothing() -> None:
    told = said(DescribedTable("1", ("pg", "a", "items"), comment="x"), DescribedTable("2", ("pg", "b", "items"), comment="y"))
    assert told.declared == []
    assert told.ambiguous == ["pg.a.items and pg.b.items may all be ods.items"]
    assert (told.matched, told.unlisted) == (0, [])


def test_the_surest_of_several_names_counts_and_one_that_is_only_mentioned_comes_last() -> None:
    told = said(DescribedTable("1", ("pg", "a", "items"), comment="x"), DescribedTable("2", ("ods", "items"), comment="y"))
    assert [row["comment"] for row in told.declared] == ["y"]
    assert (told.unlisted, told.ambiguous) == (["pg.a.items"], [])
    mentioned = said(DescribedTable("1", ("pg", "a", "items"), comment="x"),
                     DescribedTable("2", ("ads", "report"), flows=(Flow(("pg", "scratch", "items")),)))
    assert [row["comment"] for row in mentioned.declared] == ["x"]
    assert set(flows(mentioned)) == {"pg.scratch.items.*>ads.report.*"}


def test_an_asset_whose_columns_are_not_known_still_has_its_words() -> None:
    told = said(DescribedTable("1", ("lake", "torn"), comment="x", column_comments={"a": "b"}, primary_key=("a",)),
                catalogue=Catalogue([table("lake.torn", "")]))
    assert [(row["column"], row["comment"]) for row in told.declared] == [(None, "x")]
