"""What every forecaster says on a night, whether it is in use or not: the material of the backtest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from math import fsum
from typing import Any

import pyarrow as pa

from assay.config.manifest import UseCase
from assay.contracts.enums import Forecaster
from assay.contracts.schemas import FORECAST_TRIALS
from assay.forecasting.history import Point, Subject, shift, value_history
from assay.forecasting.local_level import local_levels
from assay.forecasting.network import State, network_forecasts
from assay.forecasting.smoothing import LEVELS, smoothed
from assay.forecasting.spread import Quantiles

_Said = dict[Forecaster, dict[Subject, list[Quantiles]]]


def try_forecasters(cases: Sequence[UseCase], tables: Mapping[str, Iterable[pa.Table]], state: State, partition: str,
                    horizons: Sequence[int], seed: int) -> pa.Table:
    """Forecasts of every forecaster for every asset and column that has a value in `partition`.

    A use case whose outcome has no time gets none: its windows are parts of the entities, there is no next one that a
    forecast could be scored against.

    Args:
        cases: Use cases.
        tables: By partition, up to and with `partition`, tables of the contracts `values` and `column_values`.
        state: What else is known of the assets.
        partition: Partition of the run.
        horizons: Days ahead.
        seed: Of the network.

    Returns:
        Table of contract `forecast_trials`, sorted by subject, horizon and forecaster.
    """
    windows = {case.name: case.outcome.window_days for case in cases if case.outcome.window_days is not None}
    histories = {subject: points for subject, points in value_history(tables).items() if subject.use_case in windows}
    current = {subject: points for subject, points in histories.items() if points[-1].partition == partition}
    if not current:
        return FORECAST_TRIALS.schema.empty_table()
    ahead = sorted(set(horizons))
    said: _Said = {name: {s: smoothed(points, windows[s.use_case], ahead, level) for s, points in current.items()}
                   for name, level in LEVELS.items()}
    said[Forecaster.LOCAL_LEVEL] = _local_levels(current, windows, ahead)
    said[Forecaster.NETWORK] = network_forecasts(histories, state, partition, windows, ahead, seed)
    said[Forecaster.COMBINATION] = _combined(said)
    rows = [_row(subject, forecaster, one, partition)
            for forecaster, by_subject in said.items() for subject, ones in by_subject.items() for one in ones]
    order = list(Forecaster)
    rows.sort(key=lambda r: (r["use_case"], r["asset_id"], r["column"] or "", r["horizon"], order.index(r["model"])))
    return pa.Table.from_pylist(rows, schema=FORECAST_TRIALS.schema)


def _local_levels(histories: Mapping[Subject, list[Point]], windows: Mapping[str, int],
                  horizons: list[int]) -> dict[Subject, list[Quantiles]]:
    """Use case by use case, assets and columns apart: each drifts in its own way."""
    def drifts_with(subject: Subject) -> tuple[str, str]:
        return subject.use_case, subject.kind

    out: dict[Subject, list[Quantiles]] = {}
    for (use_case, _), group in groupby(sorted(histories, key=drifts_with), drifts_with):
        out |= local_levels({subject: histories[subject] for subject in group}, windows[use_case], horizons)
    return out


def _combined(said: _Said) -> dict[Subject, list[Quantiles]]:
    """The mean of all that have something to say of a subject: hard to beat, since their errors differ.

    Source: Bates & Granger, The Combination of Forecasts (1969).
    """
    out: dict[Subject, list[Quantiles]] = {}
    for subject in said[Forecaster.NAIVE]:
        told = [by_subject[subject] for by_subject in said.values() if by_subject.get(subject)]
        out[subject] = [Quantiles(same[0].horizon, *(fsum(getattr(one, level) for one in same) / len(same)
                                                     for level in ("p10", "p50", "p90"))) for same in zip(*told, strict=True)]
    return out


def _row(subject: Subject, forecaster: Forecaster, said: Quantiles, partition: str) -> dict[str, Any]:
    return {
        "use_case": subject.use_case, "asset_id": subject.asset_id, "column": subject.column or None,
        "horizon": said.horizon, "target_partition": shift(partition, said.horizon), "model": forecaster.value,
        "p10": said.p10, "p50": said.p50, "p90": said.p90,
    }
