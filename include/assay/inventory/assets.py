"""The `assets` catalogue: every asset that was discovered, whatever state it is in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from typing import Any

import pyarrow as pa

from assay.catalog.declared import Words, table_words
from assay.config.manifest import AssetOverride, Platform
from assay.contracts.enums import AssetKind, AssetStatus
from assay.contracts.schemas import ASSETS
from assay.errors import shorten

UNKNOWN_PII = "unknown"  # an asset that could not be read is not free of personal data


def catalogue(discovered: pa.Table, states: pa.Table, kinds: pa.Table, platform: Platform, partition: str,
              declared: pa.Table | None = None) -> pa.Table:
    """One row per discovered asset, also for missing and quarantined ones, sorted by asset.

    Args:
        discovered: Contract `discovered`, one row per asset and source partition.
        states: Contract `asset_states`.
        kinds: Contract `table_kinds`; an asset that could not be classified has no row.
        platform: The manifest, whose overrides win.
        partition: Partition of the run.
        declared: Contract `declared`, whose words count where the manifest has none.

    Returns:
        Table of contract `assets`.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for row in discovered.to_pylist():
        found.setdefault(row["asset_id"], []).append(row)
    words = table_words(declared, [entry.name for entry in platform.catalogues])
    state_of, kind_of = by_asset(states.to_pylist()), by_asset(kinds.to_pylist())
    rows = [
        _source_side(parts, partition)
        | _meaning(kind_of.get(asset_id, {}), platform.assets.get(asset_id, AssetOverride()), words.get(asset_id, Words()))
        | _state(state_of.get(asset_id, {})) | {"asset_id": asset_id}
        for asset_id, parts in sorted(found.items())
    ]
    return pa.Table.from_pylist(rows, schema=ASSETS.schema)


def by_asset(rows: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Rows by their `asset_id`."""
    return {row["asset_id"]: row for row in rows}


def _source_side(parts: list[dict[str, Any]], partition: str) -> dict[str, Any]:
    """What the source itself says, from the source partitions that could be read."""
    parts = sorted(parts, key=lambda r: r["source_partition"])
    readable = [r for r in parts if r["status"] == "ok"]
    newest = (readable or parts)[-1]
    labels = [r["source_partition"] for r in readable if r["source_partition"]]
    columns = json.loads(newest["schema"]) if newest["schema"] else None
    return {
        "location": newest["location"], "format": newest["format"],
        "row_count": sum(r["row_count"] or 0 for r in readable), "bytes": sum(r["bytes"] for r in readable),
        "n_columns": len(columns) if columns else 0,
        "first_partition": labels[0] if labels else None, "last_partition": labels[-1] if labels else None,
        "freshness_hours": _hours(labels[-1], partition) if labels else None,
        "schema_fingerprint": _hash(columns) if columns else None, "schema_change": newest["schema_change"],
    }


def _meaning(kind: dict[str, Any], override: AssetOverride, said: Words) -> dict[str, Any]:
    """What the asset is: the manifest's word first, else what is declared or classified, else that it is not known."""
    comment = shorten(said.comment) if said.comment else None  # a catalogue's may be a page long
    return {
        "kind": str(override.kind or kind.get("kind") or AssetKind.UNKNOWN), "domain": kind.get("domain") or "unknown",
        "owner": override.owner or said.owner, "tier": override.tier or said.tier,
        "description": override.description or comment or kind.get("description")
        or "Not classified: nothing of it could be read.",
        "potential_uses": kind.get("potential_uses") or [], "use_reasons": kind.get("use_reasons") or [],
        "pii_level": kind.get("pii_level") or UNKNOWN_PII,
    }


def _state(state: dict[str, Any]) -> dict[str, Any]:
    return {"status": state.get("status") or AssetStatus.MISSING.value, "last_good_partition": state.get("last_good_partition")}


def _hours(label: str, partition: str) -> float:
    """From the end of the newest source partition to the end of the run's; negative for what is known ahead."""
    return (date.fromisoformat(partition) - date.fromisoformat(label)).days * 24.0


def _hash(columns: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(columns, sort_keys=True).encode()).hexdigest()
