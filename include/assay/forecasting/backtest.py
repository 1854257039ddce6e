"""Which forecaster is in use: the one whose trials on earlier nights came closest to what came.

A rolling origin: each earlier night's trials saw nothing after it. Each is compared with "same as the last known value" on the
same trials, since a forecaster that needs a longer history has fewer. In use is the one with the smallest error of all that
beat the last known value, on all origins and on the newest ones too; one that has begun to lose is so put aside by itself.

Source: Tashman, Out-of-sample tests of forecasting accuracy (2000); Hyndman & Koehler (2006) on errors relative to naive ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from assay.contracts.enums import Forecaster, ForecastKind
from assay.contracts.schemas import FORECAST_BACKTESTS
from assay.forecasting.scoring import Came

FEWEST_ORIGINS = 8  # below it a difference in error is chance
RECENT_ORIGINS = 8
_DRAWS = 1000
_SUBJECT = ["use_case", "asset_id", "column"]


class Place(NamedTuple):
    """Where one forecaster is chosen."""

    use_case: str
    kind: ForecastKind
    horizon: int


@dataclass(frozen=True)
class Record:
    """How one forecaster did in one place.

    Attributes:
        place: Where.
        model: The forecaster.
        origins: Nights whose trials could be compared.
        forecasts: Trials.
        error: Mean absolute error, money.
        naive_error: That of the last known value on the same trials.
        low: 2.5 % point of error / naive_error by bootstrap over origins; None where it makes no sense, as with the others.
        high: 97.5 % point.
        recent: The ratio over the newest origins.
        misses: Of each trial that has a range, by how many half ranges what came lies beyond it; below 0 within it.
    """

    place: Place
    model: Forecaster
    origins: int
    forecasts: int
    error: float
    naive_error: float
    low: float | None
    high: float | None
    recent: float | None
    misses: np.ndarray

    @property
    def ratio(self) -> float | None:
        """Error / naive error, below 1 is better."""
        return self.error / self.naive_error if self.naive_error else None

    @property
    def better(self) -> bool:
        """Whether it beats the last known value, on all origins and on the newest."""
        return self.origins >= FEWEST_ORIGINS and all(r is not None and r < 1 for r in (self.ratio, self.recent))


def backtest(trials: Mapping[str, pa.Table], came: Mapping[str, Came], seed: int) -> dict[Place, dict[Forecaster, Record]]:
    """How every forecaster did on earlier nights.

    Args:
        trials: Origin -> contract `forecast_trials`.
        came: Partition -> values.
        seed: Of the bootstrap.
    """
    frame = _compared(trials, came)
    out: dict[Place, dict[Forecaster, Record]] = {}
    for (use_case, kind, horizon, model), rows in frame.groupby(["use_case", "kind", "horizon", "model"], sort=True):
        place = Place(use_case, ForecastKind(kind), int(horizon))
        out.setdefault(place, {})[Forecaster(model)] = _record(place, Forecaster(model), rows, seed)
    return out


def chosen(records: Mapping[Forecaster, Record]) -> Forecaster:
    """The forecaster in use: of those that beat the last known value the best by ratio, of equals the simplest."""
    order = list(Forecaster)
    better = [record for record in records.values() if record.better]
    return min(better, key=lambda r: (r.ratio, order.index(r.model))).model if better else Forecaster.NAIVE


def backtest_table(records: Mapping[Place, Mapping[Forecaster, Record]]) -> pa.Table:
    """Table of contract `forecast_backtests`."""
    rows: list[dict[str, Any]] = []
    for place in sorted(records):
        use = chosen(records[place])
        rows += [{
            "use_case": place.use_case, "kind": place.kind.value, "horizon": place.horizon, "model": model.value,
            "origins": record.origins, "forecasts": record.forecasts, "error": record.error,
            "naive_error": record.naive_error, "ratio": record.ratio, "ratio_low": record.low, "ratio_high": record.high,
            "recent_ratio": record.recent, "in_use": model == use,
        } for model in Forecaster if (record := records[place].get(model)) is not None]
    return pa.Table.from_pylist(rows, schema=FORECAST_BACKTESTS.schema)


def _compared(trials: Mapping[str, pa.Table], came: Mapping[str, Came]) -> pd.DataFrame:
    """Every trial whose target has a value, with that value and what the naive trial beside it said."""
    parts = [table.to_pandas().assign(origin=origin) for origin, table in sorted(trials.items())]
    columns = ["use_case", "asset_id", "column", "horizon", "target_partition", "model", "p10", "p50", "p90", "origin"]
    frame = pd.concat([pd.DataFrame(columns=columns), *(part for part in parts if len(part))], ignore_index=True)
    frame["column"] = frame["column"].fillna("").astype(str)
    realised = [came.get(target, {}).get((use_case, asset, column)) for target, use_case, asset, column in
                zip(frame["target_partition"], frame["use_case"], frame["asset_id"], frame["column"])]
    frame["realised"] = np.array(realised, dtype=float)
    frame = frame.astype({"p10": float, "p50": float, "p90": float})
    frame = frame[frame["realised"].notna()]
    naive = frame[frame["model"] == Forecaster.NAIVE].set_index([*_SUBJECT, "horizon", "origin"])["p50"].rename("naive")
    frame = frame.join(naive, on=[*_SUBJECT, "horizon", "origin"])
    frame["kind"] = np.where(frame["column"] == "", ForecastKind.ASSET.value, ForecastKind.COLUMN.value)
    return frame


def _record(place: Place, model: Forecaster, rows: pd.DataFrame, seed: int) -> Record:
    off, naive_off = (rows[what] - rows["realised"] for what in ("p50", "naive"))
    by_origin = pd.DataFrame({"origin": rows["origin"], "off": off.abs(), "naive": naive_off.abs()}).groupby("origin").sum()
    error, naive_error = (float(by_origin[what].sum()) / len(rows) for what in ("off", "naive"))
    low, high = _interval(by_origin, seed)
    newest = by_origin.sort_index().tail(RECENT_ORIGINS)
    recent = float(newest["off"].sum() / newest["naive"].sum()) if newest["naive"].sum() else None
    return Record(place, model, len(by_origin), len(rows), error, naive_error, low, high, recent, _misses(rows))


def _interval(by_origin: pd.DataFrame, seed: int) -> tuple[float | None, float | None]:
    """Of the ratio; whole origins are drawn, since what is wrong on a night is wrong for many assets."""
    if len(by_origin) < 2 or not by_origin["naive"].sum():
        return None, None
    draws = np.random.default_rng(seed).integers(0, len(by_origin), (_DRAWS, len(by_origin)))
    off, naive = (by_origin[what].to_numpy()[draws].sum(axis=1) for what in ("off", "naive"))
    ratios = off[naive > 0] / naive[naive > 0]
    low, high = np.quantile(ratios, [0.025, 0.975])
    return float(low), float(high)


def _misses(rows: pd.DataFrame) -> np.ndarray:
    half = (rows["p90"] - rows["p10"]).to_numpy() / 2
    beyond = np.maximum(rows["p10"] - rows["realised"], rows["realised"] - rows["p90"]).to_numpy()
    found: np.ndarray = np.sort(beyond[half > 0] / half[half > 0])
    return found
