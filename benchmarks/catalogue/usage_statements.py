"""Statements over TPC-H's schema, labelled by hand: what each reads and writes.

A label lists tables with their columns, `orders(o_orderkey o_custkey) nation()`, `*` for all columns. The rules are those of
docs/usage.md: conditions count as reads, `*` as all columns, what UPDATE, DELETE and MERGE change isn't read by that alone.
"""

from __future__ import annotations

COLUMNS = {
    "region": "r_regionkey r_name r_comment",
    "nation": "n_nationkey n_name n_regionkey n_comment",
    "supplier": "s_suppkey s_name s_address s_nationkey s_phone s_acctbal s_comment",
    "customer": "c_custkey c_name c_address c_nationkey c_phone c_acctbal c_mktsegment c_comment",
    "part": "p_partkey p_name p_mfgr p_brand p_type p_size p_container p_retailprice p_comment",
    "partsupp": "ps_partkey ps_suppkey ps_availqty ps_supplycost ps_comment",
    "orders": "o_orderkey o_custkey o_orderstatus o_totalprice o_orderdate o_orderpriority o_clerk o_shippriority o_comment",
    "lineitem": "l_orderkey l_partkey l_suppkey l_linenumber l_quantity l_extendedprice l_discount l_tax l_returnflag "
                "l_linestatus l_shipdate l_commitdate l_receiptdate l_shipinstruct l_shipmode l_comment",
    "revenue": "day nation amount",  # made from the others
    "top_customers": "custkey spent",
}

STATEMENTS = (  # dialect, statement, reads, writes
    # TPC-H's own queries, as it words them
    ("postgres", """select l_returnflag, l_linestatus, sum(l_quantity) as sum_qty, sum(l_extendedprice * (1 - l_discount)) as d,
     count(*) from lineitem where l_shipdate <= date '1998-12-01' - interval '90' day group by l_returnflag, l_linestatus
     order by l_returnflag""", "lineitem(l_returnflag l_linestatus l_quantity l_extendedprice l_discount l_shipdate)", ""),
    ("duckdb", """select s_acctbal, s_name, n_name, p_partkey, p_mfgr from part, supplier, partsupp, nation, region
     where p_partkey = ps_partkey and s_suppkey = ps_suppkey and p_size = 15 and s_nationkey = n_nationkey
     and n_regionkey = r_regionkey and r_name = 'EUROPE' and ps_supplycost = (select min(ps_supplycost) from partsupp, supplier
     where p_partkey = ps_partkey and s_suppkey = ps_suppkey) order by s_acctbal desc limit 100""",
     "part(p_partkey p_mfgr p_size) supplier(s_acctbal s_name s_suppkey s_nationkey) partsupp(ps_partkey ps_suppkey "
     "ps_supplycost) nation(n_name n_nationkey n_regionkey) region(r_regionkey r_name)", ""),
    ("trino", """select l_orderkey, sum(l_extendedprice * (1 - l_discount)) as revenue, o_orderdate from customer, orders,
     lineitem where c_mktsegment = 'BUILDING' and c_custkey = o_custkey and l_orderkey = o_orderkey
     and o_orderdate < date '1995-03-15' group by l_orderkey, o_orderdate order by revenue desc limit 10""",
     "lineitem(l_orderkey l_extendedprice l_discount) orders(o_orderdate o_custkey o_orderkey) "
     "customer(c_mktsegment c_custkey)", ""),
    ("spark", """select o_orderpriority, count(*) from orders where exists (select * from lineitem
     where l_orderkey = o_orderkey and l_commitdate < l_receiptdate) group by o_orderpriority""",
     "orders(o_orderpriority o_orderkey) lineitem(*)", ""),
    ("mysql", """select sum(l_extendedprice * l_discount) from lineitem where l_discount between 0.05 and 0.07
     and l_quantity < 24""", "lineitem(l_extendedprice l_discount l_quantity)", ""),
    ("snowflake", """select supp_nation, sum(volume) from (select n1.n_name as supp_nation, n2.n_name as cust_nation,
     l_extendedprice as volume from supplier, lineitem, orders, customer, nation n1, nation n2 where s_suppkey = l_suppkey
     and o_orderkey = l_orderkey and c_custkey = o_custkey and s_nationkey = n1.n_nationkey and c_nationkey = n2.n_nationkey)
     as shipping group by supp_nation""",
     "nation(n_name n_nationkey) lineitem(l_extendedprice l_suppkey l_orderkey) supplier(s_suppkey s_nationkey) "
     "orders(o_orderkey o_custkey) customer(c_custkey c_nationkey)", ""),
    ("clickhouse", """select c_count, count(*) as custdist from (select c_custkey, count(o_orderkey) as c_count from customer
     left outer join orders on c_custkey = o_custkey and o_comment not like '%special%' group by c_custkey) c_orders
     group by c_count""", "customer(c_custkey) orders(o_orderkey o_custkey o_comment)", ""),
    ("duckdb", """with revenue0 as (select l_suppkey as supplier_no, sum(l_extendedprice) as total from lineitem
     group by l_suppkey) select s_suppkey, s_name, total from supplier, revenue0 where s_suppkey = supplier_no
     and total = (select max(total) from revenue0)""",
     "lineitem(l_suppkey l_extendedprice) supplier(s_suppkey s_name)", ""),
    ("postgres", """select p_brand, count(distinct ps_suppkey) from partsupp, part where p_partkey = ps_partkey
     and p_size in (49, 14, 23) and ps_suppkey not in (select s_suppkey from supplier where s_comment like '%Complaints%')
     group by p_brand""", "part(p_brand p_partkey p_size) partsupp(ps_suppkey ps_partkey) supplier(s_suppkey s_comment)", ""),
    ("bigquery", """select sum(l_extendedprice) / 7.0 from lineitem, part where p_partkey = l_partkey and p_brand = "Brand#23"
     and l_quantity < (select 0.2 * avg(l_quantity) from lineitem where l_partkey = p_partkey)""",
     "lineitem(l_extendedprice l_partkey l_quantity) part(p_partkey p_brand)", ""),
    ("hive", """select c_name, o_orderkey, sum(l_quantity) from customer join orders on c_custkey = o_custkey join lineitem on
     o_orderkey = l_orderkey where o_orderkey in (select l_orderkey from lineitem group by l_orderkey
     having sum(l_quantity) > 300) group by c_name, o_orderkey""",
     "customer(c_name c_custkey) orders(o_orderkey o_custkey) lineitem(l_quantity l_orderkey)", ""),
    ("duckdb", """select substring(c_phone from 1 for 2) as code, count(*), sum(c_acctbal) from customer
     where not exists (select 1 from orders where o_custkey = c_custkey) group by 1""",
     "customer(c_phone c_acctbal c_custkey) orders(o_custkey)", ""),
    ("mysql", """select case when o_orderpriority = '1-URGENT' then 1 else 0 end from orders inner join lineitem
     on o_orderkey = l_orderkey where l_shipmode in ('MAIL', 'SHIP')""",
     "orders(o_orderpriority o_orderkey) lineitem(l_orderkey l_shipmode)", ""),
    # how people ask
    ("duckdb", "select * from nation", "nation(*)", ""),
    ("duckdb", "select n.*, r_name from nation n join region on n_regionkey = r_regionkey",
     "nation(*) region(r_name r_regionkey)", ""),
    ("bigquery", "select * except (c_comment, c_phone, c_address) from `shop.tpch.customer`",
     "customer(c_custkey c_name c_nationkey c_acctbal c_mktsegment)", ""),
    ("duckdb", "select * exclude (r_comment) from region", "region(r_regionkey r_name)", ""),
    ("postgres", "select count(*) from tpch.orders", "orders()", ""),
    ("postgres", "select tpch.orders.o_clerk from tpch.orders", "orders(o_clerk)", ""),
    ("mysql", "select `O_CLERK` from `TPCH`.`ORDERS` where `o_comment` = \"late\"", "orders(o_clerk o_comment)", ""),
    ("snowflake", 'SELECT "O_CLERK" FROM PROD.TPCH.ORDERS', "orders(o_clerk)", ""),
    ("duckdb", "from orders select o_clerk", "orders(o_clerk)", ""),
    ("duckdb", "select o_clerk from orders using sample 10%", "orders(o_clerk)", ""),
    ("postgres", "select o.o_clerk from orders o for update", "orders(o_clerk)", ""),
    ("duckdb", "select c_name from customer semi join orders on o_custkey = c_custkey",
     "customer(c_name c_custkey) orders(o_custkey)", ""),
    ("snowflake", """select o_custkey, o_totalprice from orders
     qualify row_number() over (partition by o_custkey order by o_orderdate desc) = 1""",
     "orders(o_custkey o_totalprice o_orderdate)", ""),
    ("postgres", """select c_name, x.total from customer, lateral (select sum(o_totalprice) as total from orders
     where o_custkey = c_custkey) x""", "customer(c_name c_custkey) orders(o_totalprice o_custkey)", ""),
    ("trino", "select n_name from nation union select r_name from region", "nation(n_name) region(r_name)", ""),
    ("postgres", "select s_nationkey from supplier except select c_nationkey from customer",
     "supplier(s_nationkey) customer(c_nationkey)", ""),
    ("duckdb", """with orders as (select o_custkey as k, o_totalprice as p from orders where o_orderstatus = 'O')
     select k, sum(p) from orders group by k""", "orders(o_custkey o_totalprice o_orderstatus)", ""),
    ("postgres", """with recursive chain as (select ps_partkey as k from partsupp where ps_availqty = 0 union all
     select ps_suppkey from partsupp join chain on ps_partkey = k) select * from chain""",
     "partsupp(ps_partkey ps_availqty ps_suppkey)", ""),
    ("hive", "select word from part lateral view explode(split(p_name, ' ')) w as word", "part(p_name)", ""),
    ("bigquery", "select word from tpch.part, unnest(split(p_name, ' ')) as word", "part(p_name)", ""),
    ("clickhouse", "select c_name from customer final prewhere c_acctbal > 0", "customer(c_name c_acctbal)", ""),
    ("duckdb", "select p_brand, p_size from part order by p_retailprice desc limit 5",
     "part(p_brand p_size p_retailprice)", ""),
    ("postgres", "select c_mktsegment, avg(c_acctbal) filter (where c_nationkey = 3) from customer group by 1",
     "customer(c_mktsegment c_acctbal c_nationkey)", ""),
    ("duckdb", "select l.l_tax, o.o_clerk from lineitem l, orders o where l.l_orderkey = o.o_orderkey and l.l_comment "
     "= o.o_comment",
     "lineitem(l_tax l_orderkey l_comment) orders(o_clerk o_orderkey o_comment)", ""),
    ("trino", "select a.n_name, b.n_name from nation a join nation b on a.n_regionkey = b.n_regionkey",
     "nation(n_name n_regionkey)", ""),
    ("duckdb", "select ps_comment from partsupp where (ps_partkey, ps_suppkey) in (select l_partkey, l_suppkey from lineitem)",
     "partsupp(ps_comment ps_partkey ps_suppkey) lineitem(l_partkey l_suppkey)", ""),
    ("mysql", "select s_name from supplier where s_acctbal > all (select c_acctbal from customer) -- O'Brien asked",
     "supplier(s_name s_acctbal) customer(c_acctbal)", ""),
    # files
    ("duckdb", "select l_tax from read_parquet('s3://lake/tpch/lineitem/ds=1998-01-01/*.parquet')", "lineitem(l_tax)", ""),
    ("duckdb", "select r_name from '/mnt/lake/tpch/region/part-0.parquet'", "region(r_name)", ""),
    ("spark", "select s_name from parquet.`hdfs://nn/lake/tpch/supplier/`", "supplier(s_name)", ""),
    ("clickhouse", "select p_type from s3('https://b.s3.eu/lake/tpch/part/*.parquet')", "part(p_type)", ""),
    ("postgres", "copy (select c_name, c_phone from customer) to '/out/x.csv' with csv", "customer(c_name c_phone)", ""),
    ("snowflake", "copy into @out/x from (select o_clerk from orders)", "orders(o_clerk)", ""),
    ("trino", "unload (select p_brand from part where p_size > 3) to 's3://out/x' with (format = 'ORC')",
     "part(p_brand p_size)", ""),
    ("postgres", "copy region (r_regionkey, r_name) from '/in/x.csv' with csv", "", "region(r_regionkey r_name)"),
    ("snowflake", "copy into nation from @in/nation file_format = (type = csv)", "", "nation(*)"),
    # what is written
    ("duckdb", "insert into top_customers select o_custkey, sum(o_totalprice) from orders group by 1",
     "orders(o_custkey o_totalprice)", "top_customers(*)"),
    ("postgres", "insert into top_customers (custkey) select c_custkey from customer where c_acctbal > 9000",
     "customer(c_custkey c_acctbal)", "top_customers(custkey)"),
    ("mysql", "insert into region (r_regionkey, r_name) values (5, 'ARCTIC'), (6, 'ATLANTIC')",
     "", "region(r_regionkey r_name)"),
    ("mysql", "replace into region select n_nationkey, n_name, n_comment from nation",
     "nation(n_nationkey n_name n_comment)", "region(*)"),
    ("hive", """insert overwrite table revenue partition (ds = '1998-01-01') select o_orderdate, n_name, o_totalprice
     from orders join customer on o_custkey = c_custkey join nation on c_nationkey = n_nationkey""",
     "orders(o_orderdate o_totalprice o_custkey) customer(c_custkey c_nationkey) nation(n_name n_nationkey)", "revenue(*)"),
    ("hive", "from customer insert into table top_customers select c_custkey, c_acctbal insert into table region "
     "select c_nationkey",
     "customer(c_custkey c_acctbal c_nationkey)", "top_customers(*) region(r_regionkey)"),
    ("trino", """create table revenue with (format = 'ORC') as select o_orderdate as day, n_name as nation,
     sum(o_totalprice) as amount from orders, customer, nation where o_custkey = c_custkey and c_nationkey = n_nationkey
     group by 1, 2""", "orders(o_orderdate o_totalprice o_custkey) nation(n_name n_nationkey) customer(c_custkey c_nationkey)",
     "revenue(*)"),
    ("snowflake", "create or replace table tpch.top_customers as select c_custkey custkey, c_acctbal spent from tpch.customer",
     "customer(c_custkey c_acctbal)", "top_customers(*)"),
    ("bigquery", "create or replace table tpch.revenue partition by day as select o_orderdate as day, o_totalprice as amount "
     "from tpch.orders", "orders(o_orderdate o_totalprice)", "revenue(day amount)"),
    ("postgres", "select o_custkey as custkey, o_totalprice as spent into top_customers from orders",
     "orders(o_custkey o_totalprice)", "top_customers(*)"),
    ("clickhouse", "create materialized view mv to top_customers as select o_custkey as custkey, o_totalprice as "
     "spent from orders",
     "orders(o_custkey o_totalprice)", "top_customers(*)"),
    ("postgres", "update customer set c_acctbal = c_acctbal + 5, c_phone = null where c_custkey = 12", "",
     "customer(c_acctbal c_phone)"),
    ("postgres", "update top_customers t set spent = o.o_totalprice from orders o where o.o_custkey = t.custkey",
     "orders(o_totalprice o_custkey)", "top_customers(spent)"),
    ("mysql", "update orders join customer on o_custkey = c_custkey set o_comment = c_comment where c_nationkey = 7",
     "customer(c_custkey c_comment c_nationkey)", "orders(o_comment)"),
    ("postgres", "delete from lineitem using orders where l_orderkey = o_orderkey and o_orderstatus = 'X'",
     "orders(o_orderkey o_orderstatus)", "lineitem()"),
    ("duckdb", "delete from partsupp where ps_partkey in (select p_partkey from part where p_size = 0)",
     "part(p_partkey p_size)", "partsupp()"),
    ("spark", """merge into top_customers t using (select o_custkey, sum(o_totalprice) s from orders group by 1) o
     on t.custkey = o.o_custkey when matched then update set spent = o.s when not matched then insert (custkey, spent)
     values (o.o_custkey, o.s)""", "orders(o_custkey o_totalprice)", "top_customers(*)"),
    ("snowflake", """merge into customer c using supplier s on c.c_custkey = s.s_suppkey when matched and s.s_acctbal > 0
     then update set c.c_phone = s.s_phone when not matched then insert (c_custkey) values (s.s_suppkey)""",
     "supplier(s_suppkey s_acctbal s_phone)", "customer(c_phone c_custkey)"),
    ("postgres", "with gone as (delete from lineitem where l_tax < 0 returning l_orderkey) insert into top_customers (custkey) "
     "select l_orderkey from gone", "", "lineitem() top_customers(custkey)"),
    ("postgres", "truncate revenue", "", "revenue()"),
    # what uses no data
    ("postgres", "grant select on customer to auditors", "", ""),
    ("duckdb", "drop table if exists revenue", "", ""),
    ("postgres", "explain analyze select * from lineitem", "", ""),
    ("mysql", "set names utf8mb4", "", ""),
)
