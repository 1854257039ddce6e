"""The forecasts of a night: what the forecaster in use says, with ranges calibrated on how it did before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from assay.contracts.enums import Forecaster
from assay.contracts.schemas import FORECASTS
from assay.forecasting.backtest import FEWEST_ORIGINS, RECENT_ORIGINS, Place, Record, chosen
from assay.forecasting.conformal import corrected, correction
from assay.forecasting.history import Subject
from assay.forecasting.spread import Quantiles

_TITLES = {
    Forecaster.NAIVE: "the last known value", Forecaster.MOVING_AVERAGE: "the mean of four windows",
    Forecaster.EXPONENTIAL_SMOOTHING: "exponential smoothing", Forecaster.LOCAL_LEVEL: "a level seen through noise",
    Forecaster.NETWORK: "the network", Forecaster.COMBINATION: "the mean of all forecasters",
}


def forecasts(trials: pa.Table, records: Mapping[Place, Mapping[Forecaster, Record]],
              windows: Mapping[Subject, int]) -> pa.Table:
    """Table of contract `forecasts`, in the order of the trials.

    Args:
        trials: Contract `forecast_trials` of this partition.
        records: Of earlier ones, by place and forecaster.
        windows: How many non-overlapping windows of each subject are known.
    """
    said: dict[tuple[Subject, str, int], dict[Forecaster, Quantiles]] = {}
    for row in trials.to_pylist():
        subject = Subject(row["use_case"], row["asset_id"], row["column"] or "")
        ahead = Quantiles(row["horizon"], row["p10"], row["p50"], row["p90"])
        said.setdefault((subject, row["target_partition"], row["horizon"]), {})[Forecaster(row["model"])] = ahead
    rows: list[dict[str, Any]] = []
    for (subject, target, horizon), ones in said.items():
        known = records.get(Place(subject.use_case, subject.kind, horizon), {})
        use = chosen(known)
        use = use if use in ones else Forecaster.NAIVE
        found = _calibrated(ones[use], known.get(use))
        rows.append({
            "use_case": subject.use_case, "asset_id": subject.asset_id, "column": subject.column or None, "horizon": horizon,
            "target_partition": target, "p10": found.p10, "p50": found.p50, "p90": found.p90, "model": use.value,
            "windows": windows[subject], "reason": _reason(use, known),
        })
    return pa.Table.from_pylist(rows, schema=FORECASTS.schema)


def _calibrated(said: Quantiles, record: Record | None) -> Quantiles:
    """As it is while too little is known of how it does."""
    if record is None or record.origins < FEWEST_ORIGINS or not len(record.misses):
        return said
    return corrected(said, correction(record.misses))


def _reason(use: Forecaster, records: Mapping[Forecaster, Record]) -> str:
    """Why, in one sentence with the numbers that decided."""
    record = records.get(use)
    if record is not None and use != Forecaster.NAIVE:
        return (f"On {record.origins} earlier nights {_TITLES[use]} missed by {record.ratio:.2f} of what the last known value "
                "missed by.")
    origins = max((each.origins for each in records.values()), default=0)
    if origins < FEWEST_ORIGINS:
        return f"The last known value, while fewer than {FEWEST_ORIGINS} nights can be compared with what came ({origins} can)."
    fallen = [each for each in records.values() if each.origins >= FEWEST_ORIGINS and (each.ratio or 1) < 1]
    if fallen:
        best = min(fallen, key=lambda each: each.ratio or 1)
        return (f"The last known value, since {_TITLES[best.model]} has lost to it over the last {RECENT_ORIGINS} nights "
                f"({best.recent:.2f} of its error).")
    return f"The last known value: no forecaster has beaten it on {origins} earlier nights."
