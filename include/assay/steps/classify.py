"""Task `classify`: what columns mean, what tables are and how they are related, from their profile states alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from assay.contracts.refs import ArtifactRef, Night
from assay.contracts.schemas import COLUMNS, RELATIONS, TABLE_KINDS
from assay.steps.frame import Frame, open_frame

_CATALOG = ("classify", "descriptions", "facts", "keys", "kinds", "pii", "relations", "roles", "semantic_types")
_MODULES = ("assay.steps.classify", *(f"assay.catalog.{module}" for module in _CATALOG), "assay.profiling")


def classify(night: Night, states: Sequence[ArtifactRef]) -> list[ArtifactRef]:
    """Classify all assets together, since keys are found by what other tables refer to.

    Args:
        night: The run.
        states: Contract `profile_states` of the recent partitions of every asset.

    Returns:
        Contracts `columns`, `table_kinds` and `relations`, in this order. An asset without a state has no rows in them.
    """
    with open_frame("classify", night.platform, night.partition, _MODULES) as frame:
        overrides = frame.platform.assets
        said = {asset: override.model_dump(mode="json", include={"kind", "time", "roles", "description", "key", "personal"})
                for asset, override in overrides.items()}
        ordered = sorted(states, key=_place)
        config = {"overrides": said, "states": [_place(state) for state in ordered]}
        inputs = [state.fingerprint for state in ordered]
        made: dict[str, Any] = {}

        def result() -> Any:
            if not made:
                from assay.catalog.classify import classify as find_out

                made["all"] = find_out(_gather(frame, ordered), overrides)
            return made["all"]

        return [
            frame.publish(COLUMNS, lambda: result().columns, inputs=inputs, config=config),
            frame.publish(TABLE_KINDS, lambda: result().table_kinds, inputs=inputs, config=config),
            frame.publish(RELATIONS, lambda: result().relations, inputs=inputs, config=config),
        ]


def _place(state: ArtifactRef) -> tuple[str, str]:
    """Asset and source partition of a state, which its folder names: `…/ds=<label>/profile_states/<asset>`."""
    label, _, asset = state.uri.rstrip("/").rsplit("/", 3)[1:]
    return asset, label


def _gather(frame: Frame, states: Sequence[ArtifactRef]) -> dict[str, pa.Table]:
    """One state an asset: the newest where partitions repeat the whole, else all of them merged.

    Either way it holds the newest partition's columns: what is no longer delivered isn't classified.
    """
    import pyarrow.compute as pc

    from assay.profiling.states import merge, repeats

    tables: dict[str, list[pa.Table]] = defaultdict(list)
    for state in states:
        tables[_place(state)[0]].append(frame.store.read(state))
    out = {}
    for asset, parts in tables.items():
        merged = parts[-1] if repeats(parts) else merge(parts)
        out[asset] = merged.filter(pc.is_in(merged.column("column"), value_set=parts[-1].column("column").combine_chunks()))
    return out
