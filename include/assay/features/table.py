"""Build one window's feature table: candidates, one column a feature, tokens and channels in the metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import duckdb
import pyarrow as pa

from assay.config.manifest import UseCase
from assay.engine import connect, quote
from assay.errors import NotEnoughData
from assay.features.blocks import Block, Token, tokens_from_json, tokens_to_json
from assay.features.candidates import VIA, entity_table, retrieve
from assay.features.catalogue import Catalogue
from assay.features.known import Cutoff, KnownViews, SnapshotFiles

TOKENS = b"assay.tokens"
CHANNELS = b"assay.channels"
ENTITY = b"assay.entity"


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
                 cutoff: Cutoff) -> pa.Table:
    """The feature table of one window.

    Args:
        catalogue: All assets.
        case: The use case.
        blocks: What `plan_blocks` chose.
        snapshots: Usable snapshots by asset; those not known at the cut-off are left aside.
        cutoff: First day that no feature may read.

    Returns:
        One row per candidate, sorted by key: entity roles, `via_<channel>` flags, features named `<token>.<feature>`; tokens
        and channels as JSON in the schema's metadata.

    Raises:
        NotEnoughData: If there is nobody to predict for, or the manifest's `exclude` can't be computed.
    """
    with connect() as con:
        known = KnownViews(con, catalogue, snapshots, cutoff)
        if not known.has(case.outcome.asset):
            raise NotEnoughData(case.name, f"nothing of {case.outcome.asset} is known before {cutoff.day}",
                                "run a later partition or check its source partitions")
        channels: dict[str, tuple[str, ...]] = {}
        if case.outcome.time is None:
            entity_table(con, known, case.outcome.asset, case.entity, str(case.outcome.label))
        else:
            try:
                found = retrieve(con, known, catalogue, outcome_asset=case.outcome.asset, user=case.entity["user"],
                                 item=case.entity["item"], limits=case.candidates, exclude=case.exclude,
                                 seed=f"{case.name}|{cutoff.day}")
            except ValueError as error:
                raise NotEnoughData(case.name, str(error), "correct exclude in platform.yaml") from error
            channels = {channel.name: channel.assets for channel in found}
        table = join_blocks(con, known, list(case.entity), blocks)
    if not table.num_rows:
        raise NotEnoughData(case.name, f"no candidate before {cutoff.day}", "run a later partition")
    return table.replace_schema_metadata(table.schema.metadata | {CHANNELS: json.dumps(channels)})


def join_blocks(con: duckdb.DuckDBPyConnection, known: KnownViews, entity: Sequence[str], blocks: Sequence[Block]) -> pa.Table:
    """The candidates with the features of every block of which all assets are known.

    Args:
        con: Database of the views, with the table of candidates: a column per entity role, and whatever else is kept.
        known: What is known at the cut-off.
        entity: Roles that are the key, in order.
        blocks: What `plan_blocks` chose.

    Returns:
        One row per candidate, sorted by key; tokens and key in the schema's metadata.
    """
    usable = [block for block in blocks if known.has(*block.token.assets)]
    roles = ", ".join(f"_c.{quote(role)}" for role in entity)
    select, joins = ["_c.*"], []
    for number, block in enumerate(usable):
        token = block.token
        con.execute(f"CREATE TEMP TABLE block_{number} AS {block.sql(known)}")
        select += [f"b{number}.{quote(f.name)} AS {quote(token.column(f))}" for f in token.features]
        on = " AND ".join(f"b{number}.{quote(role)} = _c.{quote(role)}" for role in token.keys)
        joins.append(f"LEFT JOIN block_{number} AS b{number} ON {on}")
    query = f"SELECT {', '.join(select)} FROM {known.candidates} AS _c {' '.join(joins)} ORDER BY {roles}"
    metadata = {TOKENS: tokens_to_json(block.token for block in usable).encode(), ENTITY: json.dumps(entity).encode()}
    return con.sql(query).to_arrow_table().replace_schema_metadata(metadata)


def tokens_of(table: pa.Table) -> tuple[Token, ...]:
    """The tokens of a feature table."""
    return tokens_from_json(table.schema.metadata[TOKENS])


def channels_of(table: pa.Table) -> dict[str, tuple[str, ...]]:
    """Channel -> assets that it needs, of a feature table; empty where candidates aren't retrieved."""
    return {name: tuple(assets) for name, assets in json.loads(table.schema.metadata[CHANNELS]).items()}


def entity_of(table: pa.Table) -> list[str]:
    """Key columns of a feature table, in order."""
    roles: list[str] = json.loads(table.schema.metadata[ENTITY])
    return roles


def via(channel: str) -> str:
    """Flag column of a channel."""
    return VIA + channel
