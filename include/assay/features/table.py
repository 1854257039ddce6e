"""Build one window's feature tables: candidates, and beside them the things that they name.

What is said of a user alone or of an item alone stands once per user or item and not once per candidate, of which there are a
hundred times as many.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assay.config.manifest import UseCase
from assay.engine import connect, quote
from assay.errors import NotEnoughData
from assay.features.blocks import Block, Token, tokens_from_json, tokens_to_json
from assay.features.candidates import VIA, entity_table, retrieve, stocked
from assay.features.catalogue import Catalogue
from assay.features.damage import Damage
from assay.features.known import Cutoff, KnownViews, SnapshotFiles

TOKENS = b"assay.tokens"
CHANNELS = b"assay.channels"
ENTITY = b"assay.entity"


@dataclass(frozen=True)
class FeatureTables:
    """What is known of one window's candidates; columns of features are named `<token>.<feature>`.

    Attributes:
        rows: One row per candidate, sorted by key: entity roles, `via_<channel>` flags, features of the tokens that speak of
            the whole entity; entity and channels as JSON in the schema's metadata.
        things: What is said of a part of the entity, by its roles joined with `+`: their columns, sorted by them, one row per
            thing that a candidate names, and its features.
        texts: Of categories that are told in words, by column, what each word means: columns text and vector.

    Every table has its tokens as JSON in the schema's metadata.
    """

    rows: pa.Table
    things: Mapping[str, pa.Table]
    texts: Mapping[str, pa.Table] = field(default_factory=dict)

    @property
    def entity(self) -> list[str]:
        """Roles that are the key of a row, in order."""
        roles: list[str] = json.loads(self.rows.schema.metadata[ENTITY])
        return roles

    @property
    def channels(self) -> dict[str, tuple[str, ...]]:
        """Channel -> assets that it needs; empty where candidates aren't retrieved."""
        return {name: tuple(assets) for name, assets in json.loads(self.rows.schema.metadata[CHANNELS]).items()}

    @property
    def tables(self) -> dict[str, pa.Table]:
        """All tables by their roles joined with `+`, that of the candidates last."""
        return {**self.things, joined(self.entity): self.rows}

    @property
    def tokens(self) -> tuple[Token, ...]:
        """Tokens of all tables."""
        return tuple(token for table in self.tables.values() for token in tokens_of(table))

    def take(self, positions: np.ndarray) -> FeatureTables:
        """The candidates at these positions, and the things that they name."""
        rows = self.rows.take(pa.array(positions))
        named = {of: np.unique(places(rows, of, table)) for of, table in self.things.items()}
        things = {of: self.things[of].take(pa.array(found)) for of, found in named.items()}
        return FeatureTables(rows, things, self.texts)

    def without(self, assets: Collection[str]) -> tuple[FeatureTables, np.ndarray]:
        """What there would be if nobody had these assets: no token that reads one, no candidate that only they found.

        Returns:
            The tables, and the positions of the candidates that are left.
        """
        kept = {name: needed for name, needed in self.channels.items() if not set(needed) & set(assets)}
        found = [self.rows.column(via(name)).to_numpy() for name in kept]
        left = np.flatnonzero(np.any(found, axis=0)) if found else np.arange(0 if self.channels else self.rows.num_rows)
        rows = self.rows.take(pa.array(left)).drop_columns([via(name) for name in self.channels if name not in kept])
        rows = rows.replace_schema_metadata(rows.schema.metadata | {CHANNELS: json.dumps(kept)})
        things = {of: without_assets(table, assets) for of, table in self.things.items()}
        return FeatureTables(without_assets(rows, assets), things, self.texts), left

    def wide(self) -> pa.Table:
        """One table of all but sequences, what is said of a thing repeated in each row; for tools that read no other."""
        out = self.rows
        for of, table in self.things.items():
            named = pa.array(places(self.rows, of, table))
            for token in tokens_of(table):
                for name in (token.column(f) for f in token.features if f.kind != "sequence"):
                    out = out.append_column(name, table.column(name).take(named))
        return out.replace_schema_metadata(self.rows.schema.metadata | {TOKENS: tokens_to_json(self.tokens).encode()})


def without_assets(table: pa.Table, assets: Collection[str]) -> pa.Table:
    """One of the tables without the tokens that read any of these assets."""
    kept = [token for token in tokens_of(table) if not set(token.assets) & set(assets)]
    gone = [token.column(feature) for token in tokens_of(table) if token not in kept for feature in token.features]
    return table.drop_columns(gone).replace_schema_metadata(table.schema.metadata | {TOKENS: tokens_to_json(kept).encode()})


def joined(roles: Sequence[str]) -> str:
    """Name of the table of these roles."""
    return "+".join(roles)


def places(rows: pa.Table, of: str, things: pa.Table) -> np.ndarray:
    """Which row of `things` each row names, int32, shape (rows,).

    Args:
        rows: A table with the columns of the roles.
        of: The roles, joined.
        things: One row per thing; must hold every one that is named.
    """
    roles = of.split("+")
    if len(roles) == 1:
        found = pc.index_in(rows.column(of), value_set=things.column(of).combine_chunks())
        return np.asarray(found.to_numpy(), np.int32)
    known = things.select(roles).append_column("_place", pa.array(np.arange(things.num_rows, dtype=np.int32)))
    asked = rows.select(roles).append_column("_row", pa.array(np.arange(rows.num_rows)))
    return np.asarray(asked.join(known, roles).sort_by("_row").column("_place").to_numpy(), np.int32)


def entity_domains(catalogue: Catalogue, case: UseCase) -> dict[str, str]:
    """Entity role -> domain of its key.

    Raises:
        NotEnoughData: If the outcome asset has no such key column.
    """
    found = {}
    for role, column in case.entity.items():
        domain = catalogue.domains.get((case.outcome.asset, column))
        if domain is None:
            raise NotEnoughData(case.name, f"{case.outcome.asset} has no key column {column!r} for entity {role!r}",
                                "name a key column, or give it the role key under assets")
        found[role] = domain
    return found


def build_window(catalogue: Catalogue, case: UseCase, blocks: Sequence[Block], snapshots: Mapping[str, Sequence[SnapshotFiles]],
                 cutoff: Cutoff, damage: Damage | None = None) -> FeatureTables:
    """The feature tables of one window.

    Args:
        catalogue: All assets.
        case: The use case.
        blocks: What `plan_blocks` chose.
        snapshots: Usable snapshots by asset; those not known at the cut-off are left aside.
        cutoff: First day that no feature may read.
        damage: What is done to an asset; who is decided about stays.

    Raises:
        NotEnoughData: If there is nobody to predict for, or the manifest's `exclude` can't be computed.
    """
    with connect() as con:
        known = KnownViews(con, catalogue, snapshots, cutoff, damage)
        if not known.stands(case.outcome.asset):
            raise NotEnoughData(case.name, f"nothing of {case.outcome.asset} is known before {cutoff.day}",
                                "run a later partition or check its source partitions")
        channels: dict[str, tuple[str, ...]] = {}
        if case.outcome.time is None:
            entity_table(con, known, case.outcome.asset, case.entity, str(case.outcome.label))
        else:
            try:
                channels = _candidates(con, known, catalogue, case, f"{case.name}|{cutoff.day}")
            except ValueError as error:
                raise NotEnoughData(case.name, str(error), "correct exclude in platform.yaml") from error
        tables = join_blocks(con, known, list(case.entity), blocks, channels)
    if not tables.rows.num_rows:
        raise NotEnoughData(case.name, f"no candidate before {cutoff.day}", "run a later partition")
    return tables


def _candidates(con: duckdb.DuckDBPyConnection, known: KnownViews, catalogue: Catalogue, case: UseCase,
                seed: str) -> dict[str, tuple[str, ...]]:
    """Fill the candidates of a use case with time; channels and the assets that they need, none where all are always there."""
    if "user" not in case.entity:
        stocked(con, known, catalogue, outcome=case.outcome, entity=case.entity, least_weeks=case.candidates.min_sale_weeks,
                exclude=case.exclude)
        return {}
    found = retrieve(con, known, catalogue, outcome_asset=case.outcome.asset, user=case.entity["user"],
                     item=case.entity["item"], limits=case.candidates, exclude=case.exclude, seed=seed)
    return {channel.name: channel.assets for channel in found}


def join_blocks(con: duckdb.DuckDBPyConnection, known: KnownViews, entity: Sequence[str], blocks: Sequence[Block],
                channels: Mapping[str, tuple[str, ...]]) -> FeatureTables:
    """The candidates with the features of every block of which all assets are known.

    Args:
        con: Database of the views, with the table of candidates: a column per entity role, and whatever else is kept.
        known: What is known at the cut-off.
        entity: Roles that are the key, in order.
        blocks: What `plan_blocks` chose.
        channels: How the candidates were found.
    """
    by_roles: dict[tuple[str, ...], list[Block]] = {}
    for block in blocks:
        if known.has(*block.token.assets):
            by_roles.setdefault(block.token.keys, []).append(block)
    things = {}
    for roles in sorted(by_roles.keys() - {tuple(entity)}, key=lambda r: (len(r), [entity.index(role) for role in r])):
        names = ", ".join(map(quote, roles))
        things[joined(roles)] = _join(con, f"(SELECT DISTINCT {names} FROM {known.candidates})", roles, by_roles[roles], known)
    rows = _join(con, known.candidates, entity, by_roles.get(tuple(entity), []), known)
    metadata = rows.schema.metadata | {ENTITY: json.dumps(list(entity)), CHANNELS: json.dumps(dict(channels))}
    return FeatureTables(rows.replace_schema_metadata(metadata), things)


def _join(con: duckdb.DuckDBPyConnection, keyed: str, roles: Sequence[str], blocks: Sequence[Block],
          known: KnownViews) -> pa.Table:
    """`keyed`, a table with a row per key, with the features of blocks that speak of it, sorted by key."""
    order = ", ".join(f"_c.{quote(role)}" for role in roles)
    select, joins = ["_c.*"], []
    for number, block in enumerate(blocks):
        token = block.token
        con.execute(f"CREATE OR REPLACE TEMP TABLE block_{number} AS {block.sql(known)}")
        select += [f"b{number}.{quote(f.name)} AS {quote(token.column(f))}" for f in token.features]
        on = " AND ".join(f"b{number}.{quote(role)} = _c.{quote(role)}" for role in roles)
        joins.append(f"LEFT JOIN block_{number} AS b{number} ON {on}")
    table = con.sql(f"SELECT {', '.join(select)} FROM {keyed} AS _c {' '.join(joins)} ORDER BY {order}").to_arrow_table()
    return table.replace_schema_metadata({TOKENS: tokens_to_json(block.token for block in blocks).encode()})


def tokens_of(table: pa.Table) -> tuple[Token, ...]:
    """The tokens of one of the tables."""
    return tokens_from_json(table.schema.metadata[TOKENS])


def via(channel: str) -> str:
    """Flag column of a channel."""
    return VIA + channel
