"""The state of each asset on a night, as forecasters read it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

import pyarrow as pa

from assay.contracts.labels import parse_label
from assay.contracts.schemas import ASSET_SIGNALS
from assay.forecasting.history import days_between


def asset_signals(partition: str, gate: pa.Table, states: pa.Table, checks: pa.Table, anomalies: Iterable[pa.Table],
                  usage: pa.Table) -> pa.Table:
    """Table of contract `asset_signals`, by asset.

    Args:
        partition: Partition of the run.
        gate: Contract `gate`.
        states: Contract `asset_states`.
        checks: Contract `checks`.
        anomalies: Tables of contract `anomalies`, those of an asset each.
        usage: Contract `usage`; without rows where there is no log.
    """
    rows = {row["asset_id"]: row["row_count"] for row in gate.to_pylist() if row["newest"]}
    asked: dict[str, list[bool]] = defaultdict(list)
    for row in checks.to_pylist():
        asked[row["asset_id"]].append(row["success"])
    unusual = Counter(row["asset_id"] for table in anomalies for row in table.to_pylist())
    reads = {row["asset_id"]: row["reads"] for row in usage.to_pylist() if row["column"] is None}
    return pa.Table.from_pylist([{
        "asset_id": asset, "failed": asked[asset].count(False) / len(asked[asset]) if asked[asset] else None,
        "unusual": unusual[asset], "age": _age(label, partition), "rows": rows.get(asset), "reads": reads.get(asset),
    } for asset, label in sorted((row["asset_id"], row["last_good_partition"]) for row in states.to_pylist())],
        schema=ASSET_SIGNALS.schema)


def _age(label: str | None, partition: str) -> int | None:
    """Days; data that are known ahead are younger than 0."""
    return None if label is None or parse_label(label) is None else days_between(label, partition)
