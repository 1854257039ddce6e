"""Which rows a use case predicts, and through which assets each was found.

Retrieval counts: a coalition of assets can act on a candidate only if it could have found it. Random candidates from the
list of items are always there, so that every coalition can fill its places. The lists of users, of items and of what is
stocked are given: they are the same for every coalition, and whatever is damaged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from assay.config.manifest import Candidates, Outcome
from assay.engine import literal, quote
from assay.features.catalogue import AssetFacts, Catalogue
from assay.features.known import KnownViews, is_dated

VIA = "via_"
PRICE = "unit_price"  # beside the roles of what is stocked: money, no feature of any asset


@dataclass(frozen=True)
class Channel:
    """One way to find candidates.

    Attributes:
        name: bought_before, popular, announced or random.
        assets: What must be visible for it to work; empty for random.
        query: SQL that gives user and item.
    """

    name: str
    assets: tuple[str, ...]
    query: str


def entity_table(con: duckdb.DuckDBPyConnection, known: KnownViews, asset_id: str, entity: Mapping[str, str],
                 label: str) -> None:
    """Fill the candidates with every entity of an asset: where the entity itself is what is decided about.

    An entity whose `label` is still open tells nothing to train or to value on, and counting it as no outcome would be wrong.
    """
    roles = ", ".join(f"{quote(column)} AS {quote(role)}" for role, column in entity.items())
    given = " AND ".join(f"{quote(column)} IS NOT NULL" for column in (*entity.values(), label))
    con.execute(f"CREATE TEMP TABLE {known.candidates} AS SELECT DISTINCT {roles} FROM {known.whole(asset_id)} "
                f"WHERE {given} ORDER BY ALL")


def retrieve(con: duckdb.DuckDBPyConnection, known: KnownViews, catalogue: Catalogue, *, outcome_asset: str, user: str,
             item: str, limits: Candidates, exclude: str | None, seed: str) -> tuple[Channel, ...]:
    """Fill the candidates with (user, item) rows and a `via_<channel>` flag for each channel that found them.

    Args:
        con: Database of the views.
        known: What is known at the cut-off.
        catalogue: All assets.
        outcome_asset: Dated asset of the users' deals with items.
        user: Its user column.
        item: Its item column.
        limits: How many candidates each channel proposes.
        exclude: SQL condition over the item's attributes; such items are never shown.
        seed: Text that the random candidates depend on.

    Returns:
        The channels in use, in the order of their flags.

    Raises:
        ValueError: If `exclude` is no condition over the item's attributes.
    """
    deals = known.whole(outcome_asset)
    domain = catalogue.domains[(outcome_asset, item)]
    u, i = quote(user), quote(item)
    con.execute(f"CREATE TEMP TABLE users AS SELECT DISTINCT {u} AS \"user\" FROM {deals} WHERE _age >= 1 AND {u} IS NOT NULL "
                "ORDER BY 1")
    _list_items(con, known, catalogue, domain, f"SELECT DISTINCT {i} AS item FROM {deals} WHERE _age >= 1", exclude)
    channels = _channels(catalogue, known, outcome_asset, domain, u, i, limits, seed)
    found = " UNION ALL ".join(f"SELECT \"user\", item, {n} AS channel FROM ({channel.query})"
                               for n, channel in enumerate(channels))
    flags = ", ".join(f"bool_or(channel = {n}) AS {quote(VIA + channel.name)}" for n, channel in enumerate(channels))
    con.execute(f"CREATE TEMP TABLE {known.candidates} AS SELECT \"user\", item, {flags} FROM ({found}) "
                "SEMI JOIN items USING (item) GROUP BY 1, 2 ORDER BY 1, 2")
    return tuple(channels)


def stocked(con: duckdb.DuckDBPyConnection, known: KnownViews, catalogue: Catalogue, *, outcome: Outcome,
            entity: Mapping[str, str], least_weeks: int, exclude: str | None) -> None:
    """Fill the candidates with what sells regularly where, and its price: the assortment, there for every coalition.

    A week with a sale is one of the seven-day weeks before the cut-off in which a positive amount was sold; rows of returns
    and of nothing don't count. The price is the mean paid per unit of these rows.

    Args:
        con: Database of the views.
        known: What is known at the cut-off.
        catalogue: All assets.
        outcome: Dated sales, with a quantity and what was paid.
        entity: Role -> key column of the outcome asset; one of the roles is item.
        least_weeks: Weeks with a sale that make a candidate.
        exclude: SQL condition over the item's attributes; such items are left out.

    Raises:
        ValueError: If `exclude` is no condition over the item's attributes.
    """
    sales, item = known.whole(outcome.asset), quote(entity["item"])
    amount, paid = (f"try_cast({quote(str(column))} AS DECIMAL(18, 4))" for column in (outcome.amount, outcome.paid))
    _list_items(con, known, catalogue, catalogue.domains[(outcome.asset, entity["item"])],
                f"SELECT DISTINCT {item} AS item FROM {sales} WHERE _age >= 1", exclude)
    roles = ", ".join(f"{quote(column)} AS {quote(role)}" for role, column in entity.items())
    keys = ", ".join(str(n + 1) for n in range(len(entity)))
    given = " AND ".join(f"{quote(column)} IS NOT NULL" for column in entity.values())
    con.execute(f"CREATE TEMP TABLE {known.candidates} AS SELECT {roles}, "
                f"CAST(greatest(coalesce(sum({paid}), 0), 0) / sum({amount}) AS DOUBLE) AS {quote(PRICE)} FROM {sales} "
                f"WHERE _age >= 1 AND {amount} > 0 AND {item} IN (SELECT item FROM items) AND {given} GROUP BY {keys} "
                f"HAVING count(DISTINCT (_age - 1) // 7) >= {least_weeks} ORDER BY {keys}")


def _list_items(con: duckdb.DuckDBPyConnection, known: KnownViews, catalogue: Catalogue, domain: str, seen: str,
                exclude: str | None) -> None:
    """Fill `items` from the asset that owns their key, less what is excluded; from those that were seen where none does."""
    owner = catalogue.owner(domain)
    if owner is not None and known.stands(owner.asset_id):
        rule = f"WHERE NOT coalesce(({exclude}), false)" if exclude else ""
        listed = f"SELECT DISTINCT {quote(owner.primary_key[0])} AS item FROM {known.whole(owner.asset_id)} {rule}"
    else:
        listed = seen
    try:
        con.execute(f"CREATE TEMP TABLE items AS SELECT item, row_number() OVER (ORDER BY item) - 1 AS place FROM ({listed}) "
                    "WHERE item IS NOT NULL ORDER BY item")
    except duckdb.Error as error:
        if exclude is None:
            raise
        raise ValueError(f"exclude {exclude!r} can't be computed: {error}") from error


def _channels(catalogue: Catalogue, known: KnownViews, outcome_asset: str, domain: str, u: str, i: str, limits: Candidates,
              seed: str) -> list[Channel]:
    # a hash per user and draw, not per user and item: the list of items may be long
    draw = f"CAST(concat('0x', substr(md5(concat_ws('|', {literal(seed)}, \"user\", n)), 1, 12)) AS BIGINT)"
    chance = (f"SELECT DISTINCT \"user\", item FROM (SELECT \"user\", {draw} % (SELECT count(*) FROM items) AS place "
              f"FROM users CROSS JOIN range({limits.random}) AS r(n)) JOIN items USING (place)")
    channels = _dealt(known.view(outcome_asset), outcome_asset, u, i, limits) if known.has(outcome_asset) else []
    if limits.announced:
        channels += [_announced(a, catalogue.columns_of(a.asset_id, domain)[0], known, limits.announced)
                     for a in catalogue.assets.values()
                     if is_dated(a) and a.ahead_days and known.has(a.asset_id) and catalogue.columns_of(a.asset_id, domain)]
    return [*channels, Channel("random", (), chance)]


def _dealt(deals: str, outcome_asset: str, u: str, i: str, limits: Candidates) -> list[Channel]:
    """The items that a user has had, and those that many have."""
    bought = (f"SELECT {u} AS \"user\", {i} AS item FROM {deals} WHERE _age >= 1 AND {u} IS NOT NULL "
              f"AND {i} IN (SELECT item FROM items) GROUP BY 1, 2 QUALIFY row_number() OVER "
              f"(PARTITION BY {u} ORDER BY count(DISTINCT _age) DESC, min(_age), {i}) <= {limits.bought_before}")
    popular = (f"SELECT \"user\", item FROM users CROSS JOIN (SELECT {i} AS item FROM {deals} WHERE _age BETWEEN 1 AND 28 "
               f"AND {i} IN (SELECT item FROM items) GROUP BY 1 ORDER BY count(DISTINCT {u}) DESC, 1 LIMIT {limits.popular})")
    channels = [Channel("bought_before", (outcome_asset,), bought)] if limits.bought_before else []
    if limits.popular:
        channels.append(Channel("popular", (outcome_asset,), popular))
    return channels


def _announced(asset: AssetFacts, column: str, known: KnownViews, limit: int) -> Channel:
    """The items that the most rows announce for the coming window."""
    item = quote(column)
    query = (f"SELECT \"user\", item FROM users CROSS JOIN (SELECT {item} AS item FROM {known.view(asset.asset_id)} "
             f"WHERE _age < {asset.period_days} AND _age > -{known.horizon_days} AND {item} IN (SELECT item FROM items) "
             f"GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {limit})")
    return Channel(f"announced_{asset.asset_id}", (asset.asset_id,), query)
