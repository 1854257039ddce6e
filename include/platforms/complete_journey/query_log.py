"""A query log for the demo: made up, since 84.51° publishes none.

500 statements of some 25 kinds that eight people and jobs of such a retailer might send to its lake over 2017. Only the names
of tables and columns are those of the data. Demographics are read in spring alone, campaign_descriptions never.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from assay.sources.landing import parquet_bytes

FOLDER = "_query_log"  # the underscore keeps it from being taken for a table
README = "This query log is made up: it shows what assay reads from one. The tables beside it are Complete Journey's.\n"
STATEMENTS = 500
_YEAR = (dt.date(2017, 1, 1), dt.date(2017, 12, 31))
_LAKE = "s3://lake/landing/complete_journey"


@dataclass(frozen=True)
class _Kind:
    """Statements that differ in their literals alone.

    Attributes:
        weight: How often they are sent, beside the others.
        users: Who sends them.
        sql: With {day}, {before}, {household}, {store}, {name} to fill in.
        first: First and last month in which they are sent.
        last: See `first`.
    """

    weight: int
    users: str
    sql: str
    first: int = 1
    last: int = 12


_KINDS = (
    _Kind(60, "etl_nightly", """CREATE OR REPLACE TABLE marts.daily_sales AS
SELECT CAST(transaction_timestamp AS DATE) AS day, store_id, product_id, SUM(sales_value) AS sales, SUM(quantity) AS units
FROM landing.transactions WHERE transaction_timestamp < TIMESTAMP '{day} 04:00:00' GROUP BY 1, 2, 3"""),
    _Kind(40, "etl_nightly", """CREATE OR REPLACE TABLE marts.category_sales AS
SELECT d.day, p.department, p.product_category, SUM(d.sales) AS sales, SUM(d.units) AS units
FROM marts.daily_sales AS d JOIN landing.products AS p USING (product_id) GROUP BY ALL"""),
    _Kind(20, "etl_nightly", """INSERT INTO marts.weekly_report (week, department, sales)
SELECT DATE_TRUNC('week', day), department, SUM(sales) FROM marts.category_sales WHERE day >= DATE '{before}' GROUP BY 1, 2"""),
    _Kind(45, "dashboard", "SELECT day, SUM(sales) FROM marts.daily_sales WHERE day >= '{before}' GROUP BY day ORDER BY day"),
    _Kind(35, "dashboard", "SELECT department, SUM(sales) AS sales FROM marts.category_sales WHERE day = '{day}' GROUP BY 1 "
                           "ORDER BY sales DESC LIMIT 10"),
    _Kind(20, "dashboard", "SELECT week, SUM(sales) FROM marts.weekly_report GROUP BY week"),
    _Kind(30, "maria", """SELECT t.household_id, SUM(t.sales_value) AS spent FROM landing.transactions t
WHERE t.transaction_timestamp BETWEEN '{before}' AND '{day}' AND t.store_id = {store} GROUP BY 1 ORDER BY 2 DESC LIMIT 50"""),
    _Kind(25, "maria omar", "SELECT * FROM transactions WHERE household_id = {household} ORDER BY basket_id -- a complaint"),
    _Kind(25, "omar", """SELECT p.product_category, COUNT(DISTINCT t.basket_id) AS baskets, AVG(t.retail_disc) AS discount
FROM landing.transactions t JOIN landing.products p ON t.product_id = p.product_id
WHERE p.brand = 'Private' AND t.transaction_timestamp >= '{before}' GROUP BY p.product_category HAVING COUNT(*) > 20"""),
    _Kind(20, "omar jun", """WITH baskets AS (
  SELECT basket_id, SUM(sales_value) AS total, SUM(coupon_disc) AS coupons FROM landing.transactions
  WHERE transaction_timestamp >= '{before}' GROUP BY basket_id)
SELECT WIDTH_BUCKET(total, 0, 200, 20) AS bucket, COUNT(*), AVG(coupons) FROM baskets GROUP BY 1"""),
    _Kind(25, "jun", """SELECT pr.display_location, pr.mailer_location, COUNT(*) FROM landing.promotions pr
JOIN landing.products p USING (product_id) WHERE pr.week_start = DATE '{day}' AND p.department = 'GROCERY' GROUP BY ALL"""),
    _Kind(20, "jun", f"""SELECT product_id, COUNT(DISTINCT store_id) AS stores
FROM read_parquet('{_LAKE}/promotions/ds={{day}}/*.parquet') WHERE mailer_location <> '0' GROUP BY product_id"""),
    _Kind(15, "lena", """SELECT c.campaign_id, COUNT(DISTINCT r.household_id) AS redeemers
FROM landing.campaigns c LEFT JOIN landing.coupon_redemptions r
  ON r.campaign_id = c.campaign_id AND r.household_id = c.household_id
GROUP BY c.campaign_id"""),
    _Kind(12, "lena", """SELECT r.redemption_date, COUNT(*) FROM landing.coupon_redemptions r
WHERE r.coupon_upc IN (SELECT coupon_upc FROM landing.coupons WHERE campaign_id = '{store}') GROUP BY 1"""),
    _Kind(8, "lena", f"COPY (SELECT * FROM landing.coupons) TO '{_LAKE}_exports/coupons_{{day}}.csv' (HEADER)"),
    _Kind(8, "lena maria", """SELECT product_id FROM landing.coupons
EXCEPT SELECT product_id FROM landing.transactions WHERE transaction_timestamp >= '{before}'"""),
    _Kind(25, "ml_training", """CREATE OR REPLACE TABLE scratch.features AS
WITH recent AS (SELECT household_id, product_id, MAX(transaction_timestamp) AS last_bought, COUNT(*) AS times
                FROM landing.transactions WHERE transaction_timestamp < '{day}' GROUP BY ALL),
     shown AS (SELECT DISTINCT product_id FROM landing.promotions WHERE week_start = DATE '{day}')
SELECT r.*, p.product_type, s.product_id IS NOT NULL AS promoted
FROM recent r JOIN landing.products p USING (product_id) LEFT JOIN shown s USING (product_id)"""),
    _Kind(15, "ml_training", "SELECT * FROM scratch.features USING SAMPLE 10%"),
    _Kind(8, "ml_training", """UPDATE marts.daily_sales SET units = 0 WHERE units < 0 AND day = '{day}'"""),
    _Kind(6, "etl_nightly", """DELETE FROM marts.weekly_report WHERE week < DATE '{before}'"""),
    _Kind(5, "ana", """SELECT d.age, d.income, SUM(t.sales_value) FROM landing.demographics d
JOIN landing.transactions t ON t.household_id = d.household_id GROUP BY d.age, d.income""", 3, 4),
    _Kind(3, "ana", "SELECT * FROM landing.demographics WHERE household_id = '{household}'", 4, 5),
    _Kind(8, "ana maria", """SELECT department, COUNT(*) FROM products GROUP BY department
UNION ALL SELECT 'all', COUNT(*) FROM products"""),
    _Kind(6, "omar", "SELECT store_id, SUM(sales_value FROM landing.transactions GROUP BY store_id"),  # a slip of the hand
    _Kind(5, "ana", "SELECT * FROM crm.loyalty_members WHERE email = '{name}@example.com'"),
)
_PEOPLE = ("ann.lee", "j.doe", "k.moss", "p.ray")


def write_query_log(zone: Path) -> int:
    """Write the log below a landing zone, a file a month; the same bytes each time.

    Returns:
        How many statements it has.
    """
    folder = zone / FOLDER
    folder.mkdir()
    (folder / "README.txt").write_text(README, encoding="utf-8")
    rows = _rows()
    for month in range(1, 13):
        of_month = [row for row in rows if row["start_time"].month == month]
        table = pa.Table.from_pylist(of_month, schema=pa.schema([
            ("start_time", pa.timestamp("us")), ("user_name", pa.string()), ("query_text", pa.string())]))
        (folder / f"{_YEAR[0].year}-{month:02d}.parquet").write_bytes(parquet_bytes(table))
    return len(rows)


def _rows() -> list[dict[str, object]]:
    """The statements in the order of their times; naive UTC, like the timestamps of the data."""
    dice = random.Random(2017)
    rows = []
    while len(rows) < STATEMENTS:
        day = _YEAR[0] + dt.timedelta(days=dice.randint(0, (_YEAR[1] - _YEAR[0]).days))
        (kind,) = dice.choices(_KINDS, [kind.weight for kind in _KINDS])
        moment = dt.datetime.combine(day, dt.time(dice.randint(6, 21), dice.randint(0, 59), dice.randint(0, 59)))
        filled = kind.sql.format(day=day, before=day - dt.timedelta(days=28), household=dice.randint(1, 2500),
                                 store=dice.randint(300, 450), name=dice.choice(_PEOPLE))
        if kind.first <= day.month <= kind.last:
            rows.append({"start_time": moment, "user_name": dice.choice(kind.users.split()), "query_text": filled})
    return sorted(rows, key=lambda row: (row["start_time"], row["user_name"], row["query_text"]))
