"""Score the forecasts whose window has passed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from assay.contracts.schemas import FORECAST_SCORES


def score_forecasts(made: Mapping[str, pa.Table], values: Mapping[str, Mapping[str, pa.Table]], partition: str) -> pa.Table:
    """What was forecast for `partition` beside what came and what was last known when the forecast was made.

    Only forecasts whose target is exactly `partition` are scored: a value belongs to one window, and the value of another
    night is not what was forecast. An asset that has no value now, or had none then, is not scored.

    Args:
        made: `forecasts` of earlier partitions, by the partition that made them.
        values: Use case -> partition -> `values`.
        partition: Partition of the run.

    Returns:
        Table of contract `forecast_scores`, sorted by use case, asset and age of the forecast.
    """
    rows: list[dict[str, Any]] = []
    for made_on in sorted(made):
        for row in made[made_on].to_pylist():
            if row["target_partition"] != partition:
                continue
            by_partition = values.get(row["use_case"], {})
            realised = _value(by_partition.get(partition), row["asset_id"])
            naive = _value(by_partition.get(made_on), row["asset_id"])
            if realised is None or naive is None:
                continue
            rows.append({
                "use_case": row["use_case"], "asset_id": row["asset_id"], "made_on": made_on, "target_partition": partition,
                "p50": row["p50"], "realised": realised, "naive": naive, "covered": row["p10"] <= realised <= row["p90"],
            })
    rows.sort(key=lambda r: (r["use_case"], r["asset_id"], r["made_on"]))
    return pa.Table.from_pylist(rows, schema=FORECAST_SCORES.schema)


def _value(table: pa.Table | None, asset_id: str) -> float | None:
    """The value of an asset in a `values` table, None where there is none."""
    if table is None:
        return None
    found: list[float | None] = [r["value"] for r in table.to_pylist() if r["asset_id"] == asset_id]
    return found[0] if found else None
