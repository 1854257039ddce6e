"""Run partitions again whose data came late, where the manifest says so, and fold the ledgers of those behind them."""

from __future__ import annotations

import logging
from typing import Any

from assay.contracts.refs import Night
from assay.storage import fingerprint, open_store

logger = logging.getLogger(__name__)

MOST_A_NIGHT = 7  # runs of a platform come one after the other: the next night has to have its turn


def late_runs(night: Night) -> list[dict[str, Any]]:
    """Runs of the partitions that `late_data` says were run on other data than there are now, the oldest first.

    A run is named by its partition and by what came: a partition that has been run again is not run again for the same data,
    whether that helped or not. A partition behind which a newer one has been run asks for none.

    Args:
        night: The run, whose `late_data` is published.

    Returns:
        At most `MOST_A_NIGHT`, each with `trigger_run_id` and `conf`; the next night finds those that are left.
    """
    from assay.contracts.schemas import DISCOVERED, INVENTORY, LATE_DATA

    store = open_store()
    late = store.find(LATE_DATA, night.platform, night.partition)
    if late is None or max(store.partitions(INVENTORY, night.platform)) > night.partition:
        return []
    now = {(row["asset_id"], row["source_partition"]): row["fingerprint"] for row in store.read(
        store.get(DISCOVERED, night.platform, night.partition), ["asset_id", "source_partition", "fingerprint"]).to_pylist()}
    affected: dict[str, list[tuple[str, str, str]]] = {}
    for row in store.read(late).to_pylist():
        for partition in row["affected"]:
            affected.setdefault(partition, []).append((row["asset_id"], row["source_partition"], row["kind"]))
    chosen = sorted(affected)[:MOST_A_NIGHT]
    logger.info("%d partitions were run on other data than there are now, %d of them are run again", len(affected), len(chosen))
    return [{"trigger_run_id": f"late__{partition}__{_content(affected[partition], now)}",
             "conf": {"partition": partition, "note": _note(affected[partition])}} for partition in chosen]


def _content(came: list[tuple[str, str, str]], now: dict[tuple[str, str], str]) -> str:
    return fingerprint([[*one, now.get(one[:2], "")] for one in sorted(came)])[:12]


def _note(came: list[tuple[str, str, str]]) -> str:
    asset, label, kind = came[0]
    return f"Late data: {asset[:200]} {label} {kind}" + (f", and {len(came) - 1} more" if len(came) > 1 else "")


def fold_later(night: Night) -> None:
    """Fold the ledgers of the partitions behind this one again, where nights of them have been run before it."""
    from assay.contracts.schemas import INVENTORY
    from assay.steps.reconcile import reconcile

    later = [p for p in open_store().partitions(INVENTORY, night.platform) if p > night.partition]
    if later:
        reconcile(night.platform, later[0])
