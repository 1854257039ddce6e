"""What the tables of the synthetic shop are worth, computed from the model that its logs are drawn from (model.sql).

The weekly rate of orders of a user and an item is a base times factors, each told by one table and each of mean 1 whatever the
others are. So what is to be expected of a pair by who sees only the tables S is the product of the factors that S tells, and
the best ranking is by that product times the price, where S tells it. Its money, and with it every table's Shapley value,
follows without an estimate.

Rankings are made within each user: what `ods.users` tells moves all items of a user alike, so it is worth nothing to them.

`draw` gives fresh outcomes of the same candidates, to see how estimates spread around these values.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
import pyarrow as pa

from assay.engine import connect
from platforms.synthetic_shop.logs import FIRST, MODEL

PLAYERS = ("ods.carts", "ods.clicks", "ods.impressions", "ods.items", "ods.queries", "ods.stock", "ods.users",
           "ods.weather_tags")
# factor of expected sales -> the table that tells it
TOLD_BY = {"users": "ods.users", "items": "ods.items", "price": "ods.items", "stock": "ods.stock", "clicks": "ods.clicks",
           "carts": "ods.carts"}


@dataclass(frozen=True)
class Pairs:
    """What the model says of candidates in one week.

    Attributes:
        user: Position of the user of each row, int, shape (rows,); rows of a user are adjacent.
        users: Their number.
        place: A number for each of the places of the week's answers, each of which one of four items takes; int, shape (rows,).
        factors: Factors of expected sales, by the names of `TOLD_BY`; float, shape (rows,).
        sales: Expected sales of the week if the item is shown, money, shape (rows,).
        rate: Expected orders of the week if it is not shown, shape (rows,).
        price: Money, shape (rows,).
        propensity: The chance that logging shows it, shape (rows,).
        times: What being shown multiplies the rate by.
    """

    user: np.ndarray
    users: int
    place: np.ndarray
    factors: Mapping[str, np.ndarray]
    sales: np.ndarray
    rate: np.ndarray
    price: np.ndarray
    propensity: np.ndarray
    times: float


def pairs(candidates: pa.Table, cutoff: dt.date) -> Pairs:
    """Ask the model.

    Args:
        candidates: With the columns `user` and `item`, a row each, in any order but rows of a user adjacent.
        cutoff: First day of the week, a Monday.

    Raises:
        ValueError: If the cut-off is no Monday, or rows of a user are scattered.
    """
    if cutoff.weekday():
        raise ValueError(f"the week from {cutoff} on is none of the shop's: its weeks start on Mondays")
    week = (cutoff - FIRST).days // 7
    with connect() as con:
        con.execute(MODEL.read_text(encoding="utf-8"))
        con.register("candidates", candidates.select(["user", "item"]).append_column("n", pa.array(range(candidates.num_rows))))
        found = con.sql(f"""
            SELECT "user", users_factor("user") AS users, items_factor(item) AS items, price_of(item) / 100.0 AS price,
                stock_factor(item, {week}) AS stock, clicks_factor("user", item) AS clicks,
                carts_factor("user", item) AS carts, rate_of("user", item, {week}) AS rate, propensity_of(item) AS propensity,
                price_of(item) AS money, category_of(item) * 5 + phase_of(item) AS place, shown_times() AS times
            FROM candidates ORDER BY n""").fetchnumpy()
    columns = {name: np.asarray(values, np.float64) for name, values in found.items()}
    starts = np.r_[True, columns["user"][1:] != columns["user"][:-1]][:candidates.num_rows]
    user = np.cumsum(starts) - 1
    if len(np.unique(columns["user"])) != starts.sum():
        raise ValueError("rows of a user are scattered; sort them by user")
    times = float(columns["times"][0]) if candidates.num_rows else 1.0
    place = user * 20 + columns["place"].astype(np.int64)
    return Pairs(user, int(starts.sum()), place, {name: columns[name] for name in TOLD_BY},
                 columns["rate"] * columns["money"] * times, columns["rate"], columns["money"], columns["propensity"], times)


def money(of: Pairs, known: Collection[str], *, top_k: int, margin: float) -> float:
    """What the best ranking that sees only the tables `known` earns, to be expected of the week; ties in random order."""
    score = np.ones(len(of.user))
    for name, table in TOLD_BY.items():
        if table in known:
            score = score * of.factors[name]
    score = np.round(score, 9)  # products in another order are the same product
    order = np.lexsort((-score, of.user))
    first = np.searchsorted(of.user[order], np.arange(of.users))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order)) - first[of.user[order]]
    levels, level = np.unique(np.stack([of.user, score], axis=1), axis=0, return_inverse=True)
    shown = np.bincount(level, weights=place < top_k, minlength=len(levels)) / np.bincount(level, minlength=len(levels))
    return float(margin * (shown[level] * of.sales).sum())


def true_values(candidates: pa.Table, cutoff: dt.date, *, top_k: int, margin: float) -> dict[str, float]:
    """The Shapley value of every player of the use case `recommend`, money a week.

    Args:
        candidates: With the columns `user` and `item`, rows of a user adjacent.
        cutoff: First day of the outcome window, a Monday.
        top_k: Places of a user.
        margin: Share of the sales that is earned.
    """
    of = pairs(candidates, cutoff)
    telling = sorted(set(TOLD_BY.values()))
    worth = {frozenset(some): money(of, some, top_k=top_k, margin=margin)
             for size in range(len(telling) + 1) for some in combinations(telling, size)}
    values = dict.fromkeys(PLAYERS, 0.0)  # a table that tells no factor adds nothing to any coalition
    for table in telling:
        for some, earned in worth.items():
            if table not in some:
                share = factorial(len(some)) * factorial(len(telling) - len(some) - 1) / factorial(len(telling))
                values[table] += share * (worth[some | {table}] - earned)
    return values


def draw(of: Pairs, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A fresh week of the same candidates.

    Args:
        of: What the model says of them.
        seed: Of the draw.

    Returns:
        Sales (money, shape (rows,)) and the propensity of what logging showed (NaN where it showed nothing), as `Replay` takes
        them. At most one candidate takes each place, as in the logs.
    """
    rng = np.random.default_rng(seed)
    at = rng.random(int(of.place.max(initial=0)) + 1)[of.place]
    order = np.argsort(of.place, kind="stable")
    until = np.cumsum(of.propensity[order])
    starts = np.r_[True, of.place[order][1:] != of.place[order][:-1]][:len(order)]
    before = (until - of.propensity[order])[np.maximum.accumulate(np.where(starts, np.arange(len(order)), 0))]
    shown = np.empty(len(order), bool)
    shown[order] = (at[order] >= until - of.propensity[order] - before) & (at[order] < until - before)
    orders = np.floor(of.rate * np.where(shown, of.times, 1) + rng.random(len(order)))
    return orders * of.price, np.where(shown, of.propensity, np.nan)
