"""What users did before a cut-off, as long as features look back: the behaviour encoder learns from it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import pyarrow as pa

from assay.config.manifest import UseCase
from assay.engine import connect, quote
from assay.features.blocks import Attributes, Block, EventSequence, LiftedHistory
from assay.features.catalogue import Catalogue
from assay.features.known import Cutoff, KnownViews, SnapshotFiles
from assay.features.table import join_blocks

_LONGEST = 4096  # events of a user


def history_tables(blocks: Sequence[Block], known: Collection[str]) -> list[str]:
    """Names of the tables that `build_history` makes when something of these assets is known."""
    sequence = _sequence(blocks)
    if sequence is None or sequence.asset_id not in known:
        return []
    return ["user", *(["item"] if any(b.asset_id in known for b in _described(blocks, sequence)) else [])]


def build_history(catalogue: Catalogue, case: UseCase, blocks: Sequence[Block],
                  snapshots: Mapping[str, Sequence[SnapshotFiles]], cutoff: Cutoff) -> dict[str, pa.Table]:
    """Tables `user`, whose rows are whole histories, and `item`, with the attributes of their items that events are lifted to.

    Args:
        catalogue: All assets.
        case: The use case.
        blocks: What `plan_blocks` chose.
        snapshots: Usable snapshots by asset.
        cutoff: First day that is not known.
    """
    sequence = _sequence(blocks)
    if sequence is None:
        return {}
    with connect() as con:
        known = KnownViews(con, catalogue, snapshots, cutoff)
        user, item = quote(sequence.user[1]), quote(sequence.item)
        con.execute(f"""CREATE TEMP TABLE {known.candidates} AS SELECT DISTINCT {user} AS "user", {item} AS item
                        FROM {known.view(sequence.asset_id)} WHERE _age >= 1 AND {user} IS NOT NULL AND {item} IS NOT NULL""")
        whole = replace(sequence, last=_LONGEST)
        return dict(join_blocks(con, known, list(case.entity), [whole, *_described(blocks, sequence)], {}).things)


def _sequence(blocks: Sequence[Block]) -> EventSequence | None:
    """The events that are read one by one, if there are any; the first asset's where there are several."""
    return next((block for block in blocks if isinstance(block, EventSequence)), None)


def _described(blocks: Sequence[Block], sequence: EventSequence) -> list[Attributes]:
    """Of what says something of the items, the categories that their events are lifted to."""
    alike = {(b.entity, b.attribute) for b in blocks if isinstance(b, LiftedHistory) and b.events == sequence.asset_id}
    found = []
    for block in blocks:
        if isinstance(block, Attributes) and block.key[0] == "item":
            kept = tuple(c for c in block.categories if (block.asset_id, c) in alike)
            found += [replace(block, numbers=(), categories=kept)] if kept else []
    return found
