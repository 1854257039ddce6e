"""Hand-made features of the benchmark's rows, as a practitioner writes them in SQL, and the four inputs of the article.

The prefix of a name says what it is made of: t_ transactions, p_ products, d_ demographics, m_ promotions, c_ campaigns,
cd_ campaign descriptions, k_ coupons, r_ redemptions; x_ are richer habits from transactions: of the pair, of the household
with the product's category and type, of the household, of the product. A feature of week w reads weeks before w, and of w
itself what a retailer plans: promotions and running campaigns.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.parquet as pq

from .rows import HOUSEHOLDS, KEYS, cached, cutoff, open_source

ARTICLE = ("a_contact", "a_bought", "a_price", "p_type")
_REFERENCE = ("t_", "p_", "d_", "m_", "c_", "cd_", "k_", "r_")
_NOT_FEATURES = (*KEYS, "y", "gmv")


def write_features(rows: Path, folder: Path, households: str = HOUSEHOLDS) -> Path:
    """Features beside given rows, built once per file of rows.

    Args:
        rows: Parquet of `write_rows`.
        folder: Where results are kept.
        households: The SQL condition that the rows were built with.

    Returns:
        Parquet with the rows' columns and order; numbers are float32, missing where there is no history.
    """
    def build(path: Path) -> None:
        with open_source(households) as con:
            con.execute(f"CREATE TABLE rows AS SELECT * FROM '{rows}'")
            _first_contacts(con)
            weeks = [week for (week,) in con.execute("SELECT DISTINCT week FROM rows ORDER BY week").fetchall()]
            con.execute(f"CREATE TABLE features AS {_week_features(weeks[0])}")
            for week in weeks[1:]:
                con.execute(f"INSERT INTO features {_week_features(week)}")
            kinds = con.execute("SELECT column_name, column_type FROM (DESCRIBE features)").fetchall()
            single = ", ".join(f"{name}::FLOAT AS {name}" for name, kind in kinds
                               if kind != "VARCHAR" and name not in _NOT_FEATURES)
            con.execute(f"""COPY (SELECT * REPLACE ({single}) FROM features ORDER BY week, household_id, product_id)
                            TO '{path}' (FORMAT parquet, COMPRESSION zstd)""")

    return cached(folder, "handmade", (rows.name, households), build)


def read_features(path: Path) -> pd.DataFrame:
    """Rows with features; text is of dtype "category", its values in alphabetical order."""
    schema = pq.read_schema(path)
    texts = [field.name for field in schema if str(field.type) == "string"]
    frame = pq.read_table(path, read_dictionary=texts).to_pandas()
    for name in texts:
        frame[name] = frame[name].cat.set_categories(sorted(frame[name].cat.categories))
    return frame


def reference_columns(frame: pd.DataFrame) -> list[str]:
    """The plain features."""
    return [name for name in frame if name.startswith(_REFERENCE)]


def rich_columns(frame: pd.DataFrame) -> list[str]:
    """The plain features and the richer habits."""
    return [name for name in frame if name.startswith((*_REFERENCE, "x_"))]


def _first_contacts(con: duckdb.DuckDBPyConnection) -> None:
    """When a household first bought a product, and when a campaign first sent it a coupon for it."""
    con.execute("CREATE TABLE first_bought AS SELECT household_id, product_id, min(week) AS week FROM bought GROUP BY ALL")
    con.execute("""CREATE TABLE first_coupon AS
                   SELECT r.household_id, r.product_id, min(d.start_date) AS day
                   FROM (SELECT DISTINCT household_id, product_id FROM rows) r JOIN campaigns c USING (household_id)
                       JOIN campaign_descriptions d USING (campaign_id)
                       JOIN coupons k ON k.campaign_id = c.campaign_id AND k.product_id = r.product_id
                   GROUP BY ALL""")


def _discount() -> str:
    return "avg(retail_disc / greatest(sales_value + retail_disc, 0.01))"


def _group_habit(prefix: str) -> str:
    """Habit of a household with a group of products, over 26 weeks."""
    names = {"26": "count(DISTINCT week)", "4": "count(DISTINCT week) FILTER (ago <= 4)", "rec": "min(ago)",
             "sp": "sum(sales_value)", "np": "count(DISTINCT product_id)", "e4": "sum(exp(-ago / 4.0))"}
    return ", ".join(f"{sql} AS {prefix}{name}" for name, sql in names.items())


def _pair_habit() -> str:
    """Habit of a household with a product, over 26 weeks, as `pair` and its relatives name it."""
    within = ", ".join(f"count(DISTINCT week) FILTER (ago <= {weeks}) AS x_p{weeks}" for weeks in (2, 4, 8, 13))
    ages = "list_sort(list_distinct(list(ago)))"
    return f"""
        count(DISTINCT basket_id) AS baskets, min(ago) AS last_ago, max(ago) AS first_ago, count(DISTINCT week) AS weeks,
        sum(sales_value) AS spend, sum(quantity) AS pieces, {within}, sum(quantity) FILTER (ago <= 4) AS x_q4,
        {_discount()} AS x_disc, sum(exp(-ago / 4.0)) AS x_e4, sum(exp(-ago / 12.0)) AS x_e12, stddev(ago) AS x_sd,
        {ages}[2] AS x_ago2, {ages}[3] AS x_ago3"""


def _history(week: int) -> str:
    """CTEs over the transactions of the weeks before."""
    return f"""
    past AS (SELECT *, {week} - week AS ago FROM bought WHERE week BETWEEN {week - 26} AND {week - 1}),
    pair AS (SELECT household_id, product_id, {_pair_habit()} FROM past GROUP BY ALL),
    by_category AS (SELECT household_id, product_category, {_group_habit("x_c")} FROM past GROUP BY ALL),
    by_type AS (SELECT household_id, product_type, {_group_habit("x_t")} FROM past GROUP BY ALL),
    household AS (
        SELECT household_id, count(DISTINCT basket_id) AS t_ub26, count(DISTINCT basket_id) FILTER (ago <= 4) AS t_ub4,
            sum(sales_value) AS t_us26, sum(sales_value) FILTER (ago <= 4) AS t_us4, min(ago) AS t_ulast,
            count(DISTINCT product_id) AS t_uprod, count(DISTINCT week) AS x_hw26,
            count(DISTINCT week) FILTER (ago <= 4) AS x_hw4, count(DISTINCT basket_id) FILTER (ago <= 1) AS x_hb1,
            sum(sales_value) FILTER (ago <= 1) AS x_hs1
        FROM past GROUP BY ALL),
    sold AS (SELECT *, {week} - week AS ago FROM transactions WHERE week BETWEEN {week - 26} AND {week - 1}),
    item_26 AS (
        SELECT product_id, count(DISTINCT household_id) AS t_hh26, sum(sales_value) AS t_gmv26,
            avg(sales_value / greatest(quantity, 1)) AS price
        FROM sold GROUP BY ALL),
    item_8 AS (
        SELECT product_id, count(DISTINCT household_id) FILTER (ago = 1) AS x_i1,
            count(DISTINCT household_id) FILTER (ago = 2) AS x_i2, {_discount()} FILTER (ago = 1) AS x_id1,
            sum(sales_value) / sum(greatest(quantity, 1)) AS x_ipr
        FROM sold WHERE ago <= 8 GROUP BY ALL),
    item_4 AS (
        SELECT product_id, count(DISTINCT household_id) AS t_hh4, sum(sales_value) AS t_gmv4,
            avg(sales_value / greatest(quantity, 1)) AS t_price
        FROM sold WHERE ago <= 4 GROUP BY ALL)"""


def _plans(week: int) -> str:
    """CTEs over what is planned for the week: promotions and campaigns."""
    begin, end = f"DATE '{cutoff(week)}'", f"DATE '{cutoff(week + 1)}'"
    return f"""
    promoted AS (
        SELECT product_id, count(*) AS stores, count(*) FILTER (display_location <> '0') AS displays,
            count(*) FILTER (mailer_location <> '0') AS mailers, max(mailer_location) AS m_mailloc
        FROM promotions WHERE week = {week} GROUP BY ALL),
    promoted_in_store AS (
        SELECT product_id, store_id, max(display_location) AS m_sdisp, max(mailer_location) AS m_smail
        FROM promotions WHERE week = {week} GROUP BY ALL),
    active AS (
        SELECT c.household_id, d.campaign_id, d.campaign_type
        FROM campaigns c JOIN campaign_descriptions d USING (campaign_id) SEMI JOIN home USING (household_id)
        WHERE d.start_date < {end} AND d.end_date >= {begin}),
    campaigned AS (
        SELECT household_id, count(*) AS campaigns, count(*) FILTER (campaign_type = 'Type A') AS large
        FROM active GROUP BY ALL),
    couponed AS (
        SELECT DISTINCT r.household_id, r.product_id
        FROM rows r JOIN active a USING (household_id)
            SEMI JOIN coupons k ON k.campaign_id = a.campaign_id AND k.product_id = r.product_id
        WHERE r.week = {week}),
    couponed_item AS (
        SELECT product_id, count(DISTINCT campaign_id) AS campaigns
        FROM coupons JOIN campaign_descriptions d USING (campaign_id) WHERE d.start_date < {end} GROUP BY ALL),
    redeemed AS (
        SELECT household_id, count(*) AS times FROM coupon_redemptions WHERE redemption_date < {begin} GROUP BY ALL)"""


def _week_features(week: int) -> str:
    return f"""
    WITH {_history(week)}, {_plans(week)}
    SELECT r.*, coalesce(spend / weeks, t_gmv4 / t_hh4, 0) AS habit,
        coalesce(fb.week < {week}, false) OR coalesce(fc.day < DATE '{cutoff(week)}', false) AS a_contact,
        coalesce(fb.week < {week}, false) AS a_bought, coalesce(t_price, item_26.price) AS a_price,
        coalesce(baskets, 0) AS t_nbask, last_ago AS t_rec, first_ago AS t_age, coalesce(weeks, 0) AS t_nwk,
        coalesce(spend, 0) AS t_spend, coalesce(pieces, 0) AS t_qty,
        (first_ago - last_ago) / greatest(weeks - 1, 1) AS t_gap, t_hh4, t_gmv4, t_price, t_hh26, t_gmv26, t_ub26, t_ub4,
        t_us26, t_us4, t_ulast, t_uprod,
        p.department AS p_dep, p.brand AS p_brand, p.product_category AS p_cat, p.product_type AS p_type,
        p.package_size AS p_size, p.manufacturer_id::VARCHAR AS p_man,
        d.age AS d_age, d.income AS d_income, d.home_ownership AS d_home, d.marital_status AS d_mar,
        d.household_size AS d_size, d.household_comp AS d_comp, d.kids_count AS d_kids,
        coalesce(promoted.stores, 0) AS m_n, coalesce(promoted.displays, 0) AS m_disp,
        coalesce(promoted.mailers, 0) AS m_mail, m_mailloc, m_sdisp, m_smail,
        coalesce(campaigned.campaigns, 0) AS c_nact, coalesce(campaigned.large, 0) AS cd_na,
        couponed.product_id IS NOT NULL AS k_has, coalesce(couponed_item.campaigns, 0) AS k_ncamp,
        coalesce(redeemed.times, 0) AS r_n,
        pair.* EXCLUDE (household_id, product_id, baskets, last_ago, first_ago, weeks, spend, pieces),
        by_category.* EXCLUDE (household_id, product_category), by_type.* EXCLUDE (household_id, product_type),
        x_hw26, x_hw4, x_hb1, x_hs1, item_8.* EXCLUDE (product_id)
    FROM rows r
        LEFT JOIN products p ON p.product_id = r.product_id
        LEFT JOIN demographics d ON d.household_id = r.household_id
        LEFT JOIN home ON home.household_id = r.household_id
        LEFT JOIN pair ON pair.household_id = r.household_id AND pair.product_id = r.product_id
        LEFT JOIN by_category ON by_category.household_id = r.household_id
            AND by_category.product_category = p.product_category
        LEFT JOIN by_type ON by_type.household_id = r.household_id AND by_type.product_type = p.product_type
        LEFT JOIN household ON household.household_id = r.household_id
        LEFT JOIN item_26 ON item_26.product_id = r.product_id
        LEFT JOIN item_8 ON item_8.product_id = r.product_id
        LEFT JOIN item_4 ON item_4.product_id = r.product_id
        LEFT JOIN promoted ON promoted.product_id = r.product_id
        LEFT JOIN promoted_in_store s ON s.product_id = r.product_id AND s.store_id = home.store_id
        LEFT JOIN campaigned ON campaigned.household_id = r.household_id
        LEFT JOIN couponed ON couponed.household_id = r.household_id AND couponed.product_id = r.product_id
        LEFT JOIN couponed_item ON couponed_item.product_id = r.product_id
        LEFT JOIN redeemed ON redeemed.household_id = r.household_id
        LEFT JOIN first_bought fb ON fb.household_id = r.household_id AND fb.product_id = r.product_id
        LEFT JOIN first_coupon fc ON fc.household_id = r.household_id AND fc.product_id = r.product_id
    WHERE r.week = {week}"""
