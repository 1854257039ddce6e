"""The `forecasts` rows of one use case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from assay.config.manifest import UseCase
from assay.contracts.schemas import FORECASTS
from assay.forecasting.history import shift, value_history
from assay.forecasting.naive import model_name, naive_forecast


def forecast_case(case: UseCase, tables: Mapping[str, pa.Table], partition: str, horizons: list[int]) -> pa.Table:
    """Forecasts of every asset that has a value in `partition`.

    An asset without a value in this partition gets none, and neither does a use case whose outcome has no time: its windows
    are parts of the entities, there is no next one that a forecast could be scored against.

    Args:
        case: The use case.
        tables: `values` by partition, up to and with `partition`.
        partition: Partition of the run.
        horizons: Days ahead.
    """
    rows: list[dict[str, Any]] = []
    window = case.outcome.window_days
    if window is None:
        return FORECASTS.schema.empty_table()
    for asset_id, points in value_history(tables).items():
        if points[-1].partition != partition:
            continue
        model = model_name(points, window)
        rows += [{
            "use_case": case.name, "asset_id": asset_id, "horizon": ahead.horizon,
            "target_partition": shift(partition, ahead.horizon), "p10": ahead.p10, "p50": ahead.p50, "p90": ahead.p90,
            "model": model,
        } for ahead in naive_forecast(points, window, horizons)]
    return pa.Table.from_pylist(rows, schema=FORECASTS.schema)
