"""Score the forecasts whose window has passed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from assay.contracts.schemas import FORECAST_SCORES

Came = Mapping[tuple[str, str, str], float]  # (use case, asset, column or "") -> value


def score_forecasts(made: Mapping[str, pa.Table], came: Mapping[str, Came], partition: str) -> pa.Table:
    """What was forecast for `partition` beside what came and what was last known when the forecast was made.

    Only forecasts whose target is exactly `partition` are scored: a value belongs to one window, and the value of another
    night is not what was forecast. What has no value now, or had none then, is not scored.

    Args:
        made: `forecasts` of earlier partitions, by the partition that made them.
        came: Partition -> values.
        partition: Partition of the run.

    Returns:
        Table of contract `forecast_scores`, sorted by use case, asset, column and age of the forecast.
    """
    rows: list[dict[str, Any]] = []
    for made_on in sorted(made):
        for row in made[made_on].to_pylist():
            subject = row["use_case"], row["asset_id"], row["column"] or ""
            realised, naive = (came.get(day, {}).get(subject) for day in (partition, made_on))
            if row["target_partition"] != partition or realised is None or naive is None:
                continue
            rows.append({
                **{name: row[name] for name in ("use_case", "asset_id", "column", "target_partition", "model", "p50")},
                "made_on": made_on, "realised": realised, "naive": naive, "covered": row["p10"] <= realised <= row["p90"],
            })
    rows.sort(key=lambda r: (r["use_case"], r["asset_id"], r["column"] or "", r["made_on"]))
    return pa.Table.from_pylist(rows, schema=FORECAST_SCORES.schema)
