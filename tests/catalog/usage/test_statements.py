from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.catalog.usage.shop import CATALOGUE, flows, read, told

from assay.catalog.usage.normalise import DIALECTS, normalise
from assay.catalog.usage.statements import read_statement, views_of

ORDERS = "ods.orders ods.orders.Day ods.orders.amount ods.orders.customer_id ods.orders.id"
PLAIN = [  # dialect, statement, reads, writes
    ("duckdb", "select amount from ods.orders", "ods.orders ods.orders.amount", ""),
    ("duckdb", "SELECT * FROM ODS.ORDERS", ORDERS, ""),
    ("duckdb", "select count(*) from ods.orders", "ods.orders", ""),
    ("duckdb", "from ods.orders select amount where id = 5", "ods.orders ods.orders.amount ods.orders.id", ""),
    ("bigquery", "select * except (id, day) from `prod.ods.orders`", "ods.orders ods.orders.amount ods.orders.customer_id", ""),
    ("duckdb", "select c.name from ods.orders o join ods.customers c on o.customer_id = c.id where amount > 5",
     "ods.customers ods.customers.id ods.customers.name ods.orders ods.orders.amount ods.orders.customer_id", ""),
    ("postgres", "select ods.customers.name from ods.customers", "ods.customers ods.customers.name", ""),
    ("duckdb", "select total from dwd.orders join customers using (id)",
     "dwd.orders dwd.orders.id dwd.orders.total ods.customers ods.customers.id", ""),
    ("hive", "select sku, name from items join customers using (ds) where ds = '2017-01-01'",
     "ods.customers ods.customers.name ods.items ods.items.sku", ""),
    ("trino", "with orders as (select id from ods.orders) select id from orders", "ods.orders ods.orders.id", ""),
    ("duckdb", "with customers as (select name from customers) select name from customers",
     "ods.customers ods.customers.name", ""),
    ("postgres", "with recursive r as (select id from customers union all select r.id from r) select * from r",
     "ods.customers ods.customers.id", ""),
    ("mysql", "select name from customers c where exists (select 1 from items i where i.order_id = c.id)",
     "ods.customers ods.customers.id ods.customers.name ods.items ods.items.order_id", ""),
    ("duckdb", "select id from ods.orders union all select id from dwd.orders",
     "dwd.orders dwd.orders.id ods.orders ods.orders.id", ""),
    ("duckdb", "select s.n from (select count(*) as n, customer_id from ods.orders group by 2) s",
     "ods.orders ods.orders.customer_id", ""),
    ("duckdb", "select name, sum(price) over (partition by sku order by order_id) from items, customers",
     "ods.customers ods.customers.name ods.items ods.items.order_id ods.items.price ods.items.sku", ""),
    ("hive", "select s from items lateral view explode(split(sku, ',')) e as s", "ods.items ods.items.sku", ""),
    ("snowflake", "select sku from items qualify row_number() over (partition by order_id order by price) = 1",
     "ods.items ods.items.order_id ods.items.price ods.items.sku", ""),
    ("spark", "select * from parquet.`s3://lake/ods/customers/`",
     "ods.customers ods.customers.email ods.customers.id ods.customers.name", ""),
    ("duckdb", "select name from read_parquet('s3://lake/ods/customers/*/*.parquet')", "ods.customers ods.customers.name", ""),
    ("duckdb", "select total from 'x/lake/dwd/orders/ds=2017-01-01/part-0.parquet'", "dwd.orders dwd.orders.total", ""),
    ("clickhouse", "select name from s3('https://b.s3/lake/ods/customers.parquet')", "ods.customers ods.customers.name", ""),
    ("snowflake", "select $1 from @stage/x", "@stage/x", ""),
    ("postgres", "select amount as total into dwd.daily from ods.orders", "ods.orders ods.orders.amount",
     "dwd.daily dwd.daily.total"),
    ("duckdb", "create or replace table ads.report as select amount as share, day from ods.orders",  # by name, not by place
     "ods.orders ods.orders.Day ods.orders.amount", "ads.report ads.report.day ads.report.share"),
    ("duckdb", "insert into dwd.orders select id, amount from ods.orders", "ods.orders ods.orders.amount ods.orders.id",
     "dwd.orders dwd.orders.id dwd.orders.total"),
    ("hive", "insert overwrite table dwd.daily partition (ds='2017-01-01') select day, amount from ods.orders",
     "ods.orders ods.orders.Day ods.orders.amount", "dwd.daily dwd.daily.day dwd.daily.total"),
    ("hive", "from customers insert into table dwd.orders select id insert into table dwd.daily select name",
     "ods.customers ods.customers.id ods.customers.name", "dwd.daily dwd.daily.day dwd.orders dwd.orders.id"),
    ("hive", "insert overwrite directory '/x/y' select name from customers", "ods.customers ods.customers.name", "/x/y"),
    ("mysql", "insert into customers (name) values ('Alice'), ('Bob')", "", "ods.customers ods.customers.name"),
    ("mysql", "replace into customers (id, name) select order_id, sku from items",
     "ods.items ods.items.order_id ods.items.sku", "ods.customers ods.customers.id ods.customers.name"),
    ("duckdb", "insert into dwd.orders values (1, (select max(price) from items))", "ods.items ods.items.price",
     "dwd.orders dwd.orders.id dwd.orders.total"),
    ("snowflake", "insert all into dwd.orders values (id) select id from customers", "ods.customers ods.customers.id",
     "dwd.orders dwd.orders.id"),
    ("snowflake", "create table dwd.daily clone ads.report", "ads.report ads.report.day ads.report.share ads.report.total",
     "dwd.daily dwd.daily.day dwd.daily.total"),
    ("trino", "create table dwd.orders with (format = 'ORC') as select id, amount as total from ods.orders",
     "ods.orders ods.orders.amount ods.orders.id", "dwd.orders dwd.orders.id dwd.orders.total"),
    ("clickhouse", "create materialized view mv to dwd.daily as select sku as day, price as total from items",
     "ods.items ods.items.price ods.items.sku", "dwd.daily dwd.daily.day dwd.daily.total mv"),
    ("postgres", "update customers set name = 'x' where email = 'y'", "", "ods.customers ods.customers.name"),
    ("postgres", "update dwd.orders d set total = o.amount from ods.orders o where o.id = d.id",
     "ods.orders ods.orders.amount ods.orders.id", "dwd.orders dwd.orders.total"),
    ("mysql", "update customers c join items i on i.order_id = c.id set i.sku = c.name where i.price > 3",
     "ods.customers ods.customers.id ods.customers.name", "ods.items ods.items.sku"),
    ("postgres", "delete from customers using items where items.order_id = customers.id", "ods.items ods.items.order_id",
     "ods.customers"),
    ("mysql", "delete i from customers c join items i on i.order_id = c.id where c.name = 'x'",
     "ods.customers ods.customers.id ods.customers.name", "ods.items"),
    ("duckdb", "delete from items where order_id in (select id from dwd.orders where total < 0)",
     "dwd.orders dwd.orders.id dwd.orders.total", "ods.items"),
    ("spark", "merge into dwd.orders d using (select id, amount from ods.orders) s on s.id = d.id "
     "when matched and s.amount > 0 then update set total = s.amount when not matched then insert (id, total) values (s.id, 0)",
     "ods.orders ods.orders.amount ods.orders.id", "dwd.orders dwd.orders.id dwd.orders.total"),
    ("spark", "merge into dwd.daily d using ads.report r on r.day = d.day when matched then update set * when not matched then "
     "insert *", "ads.report ads.report.day ads.report.share ads.report.total", "dwd.daily dwd.daily.day dwd.daily.total"),
    ("postgres", "with gone as (delete from items returning order_id) insert into dwd.orders (id) select order_id from gone",
     "", "dwd.orders dwd.orders.id ods.items"),
    ("postgres", "truncate table items", "", "ods.items"),
    ("duckdb", "copy (select name from customers) to 's3://out/x.parquet' (format parquet)", "ods.customers ods.customers.name",
     "s3://out/x.parquet"),
    ("postgres", "copy customers (name) to stdout", "ods.customers ods.customers.name", ""),
    ("postgres", "copy customers (id, name) from '/in/x.csv' with csv", "/in/x.csv",
     "ods.customers ods.customers.id ods.customers.name"),
    ("snowflake", "copy into items from @stage/x file_format = (type = csv)", "@stage/x",
     "ods.items ods.items.order_id ods.items.price ods.items.sku"),
    ("snowflake", "copy into @stage/x from (select sku from items)", "ods.items ods.items.sku", "@stage/x"),
    ("trino", "unload (select sku from items where price > 3) to 's3://out/x' with (format = 'PARQUET')",
     "ods.items ods.items.price ods.items.sku", "s3://out/x"),
    ("bigquery", "export data options (uri = 'gs://b/x') as select sku from ods.items", "ods.items ods.items.sku", ""),
    ("hive", "load data inpath '/in/items' into table customers", "ods.items ods.items.order_id ods.items.price ods.items.sku",
     "ods.customers ods.customers.email ods.customers.id ods.customers.name"),
    ("duckdb", "select * from elsewhere.things t join customers c on c.id = t.id",
     "elsewhere.things ods.customers ods.customers.email ods.customers.id ods.customers.name", ""),
    ("duckdb", "select 1; select name from customers", "ods.customers ods.customers.name", ""),
    ("duckdb", "select unnest(range(5))", "", ""),
    ("postgres", "set search_path = ods", "", ""),
]


@pytest.mark.parametrize("dialect, sql, reads, writes", PLAIN)
def test_what_a_statement_reads_and_writes(dialect: str, sql: str, reads: str, writes: str) -> None:
    found = read(sql, dialect)
    assert (told(found.reads), told(found.writes), found.problem, found.exact) == (reads, writes, None, True)


@pytest.mark.parametrize("dialect, sql", [
    ("postgres", "drop table customers"), ("postgres", "grant select on customers to x"), ("duckdb", "describe customers"),
    ("postgres", "explain analyze select * from customers"), ("postgres", "create index i on customers (name)"),
    ("snowflake", "create table x like customers"),
])
def test_what_uses_no_data_only_names_a_table(dialect: str, sql: str) -> None:
    found = read(sql, dialect)
    assert (found.reads, found.writes, found.problem) == (set(), set(), None)
    assert "ods.customers" in {match.key for match in found.mentions}


def test_columns_flow_by_position_name_and_through_everything_between() -> None:
    found = read("""insert into ads.report (total, day)
        with sums as (select day as d, sum(amount) as s from ods.orders group by 1)
        select s * 2, d from sums union all select total, day from dwd.daily where total > (select avg(price) from items)""")
    assert flows(found) == {
        "ods.orders.*>ads.report.*", "dwd.daily.*>ads.report.*", "ods.items.*>ads.report.*",
        "ods.orders.amount>ads.report.total", "ods.orders.Day>ads.report.day", "dwd.daily.total>ads.report.total",
        "dwd.daily.day>ads.report.day"}


def test_two_columns_of_one_name_keep_their_places() -> None:
    found = read("create table t as select o.id, c.id from ods.orders o join customers c on o.customer_id = c.id")
    assert {"ods.orders.id>t.id", "ods.customers.id>t.id"} <= flows(found)


def test_nothing_flows_from_a_table_to_itself_or_where_rows_only_go() -> None:
    assert flows(read("insert into items select * from items")) == set()
    assert flows(read("delete from items where order_id in (select id from customers)")) == set()


def test_columns_of_a_table_that_is_no_asset_are_not_told() -> None:
    found = read("create table t as select x.secret from elsewhere.things x")
    assert flows(found) == {"elsewhere.things.*>t.*"}


def test_a_view_that_the_log_makes_stands_for_what_it_reads() -> None:
    texts = [normalise(sql, "duckdb") for sql in (
        "create view spenders as select customer_id as id, sum(amount) as spent from ods.orders group by 1",
        "create or replace view rich as select id from spenders where spent > 100",
        "create materialized view stored as select id from customers")]
    views = views_of(texts, "duckdb")
    assert set(views) == {"spenders", "rich"}
    found = read("select r.id from rich r", views=views)
    assert told(found.reads) == "ods.orders ods.orders.amount ods.orders.customer_id"
    assert told(read("create view rich as select id from spenders", views=views).writes) == "rich"
    assert told(read("select * from stored", views=views).reads) == "stored"


def test_views_over_themselves_end() -> None:
    views = views_of(["create view a as select * from b", "create view b as select * from a"], "duckdb")
    assert read("select * from a", views=views).writes == set()


@pytest.mark.parametrize("dialect, sql, problem", [
    ("duckdb", "select from where", "it can't be parsed as duckdb"),
    ("postgres", "call refresh_everything()", "it can't be parsed as postgres"),
    ("duckdb", "hello", "it is no statement"),
    ("duckdb", "select " + "a, " * 60_000 + "b from t", "it is longer than 100,000 characters"),
])
def test_what_cannot_be_parsed_says_so(dialect: str, sql: str, problem: str) -> None:
    found = read(sql, dialect)
    assert found.problem == problem
    assert (found.reads, found.writes, found.flows) == (set(), set(), set())


def test_where_columns_are_ambiguous_only_the_sure_ones_are_told() -> None:
    assert told(read("select id, sku from customers, items, dwd.orders").reads) == (
        "dwd.orders ods.customers ods.items ods.items.sku")


@given(st.sampled_from(DIALECTS), st.text(max_size=80))
@settings(max_examples=300)
@example("duckdb", "select " + "(" * 3000 + "1" + ")" * 3000)
@example("bigquery", "select '\ud800' from `")
@example("mysql", "\x00")
def test_arbitrary_text_never_raises(dialect: str, text: str) -> None:
    found = read_statement(normalise(text, dialect), dialect, CATALOGUE)
    assert found.problem is None or found.problem.startswith("it ")


WORDS = st.sampled_from([
    "select", "from", "where", "join", "on", "(", ")", ",", "*", "ods.orders", "customers", "id", "as", "with", "insert",
    "into",
    "update", "set", "=", "delete", "merge", "using", "when", "matched", "then", "union", "all", "copy", "to", "'x/y.csv'",
    "create",
    "table", "view", "group", "by", "1", "'x'", "values", ";", "unnest", "pivot"])


@given(st.sampled_from(DIALECTS), st.lists(WORDS, max_size=18))
@settings(max_examples=300)
def test_words_of_sql_in_any_order_never_raise(dialect: str, words: list[str]) -> None:
    read_statement(normalise(" ".join(words), dialect), dialect, CATALOGUE)


@given(st.sampled_from([p for p in PLAIN if p[0] != "bigquery"]), st.sampled_from(["'zq Alice'", "123456789012"]))
def test_literals_reach_nothing_that_is_kept(plain: tuple[str, str, str, str], literal: str) -> None:
    dialect, sql, _, _ = plain
    found = read(f"{sql.rstrip(';')} /* {literal} */; select {literal} from customers where name = {literal}", dialect)
    kept = f"{told(found.reads)} {told(found.writes)} {flows(found)} {found.problem}"
    assert "zq" not in kept and "123456789012" not in kept
