"""From the payoffs of coalitions to a value, interval and status per asset."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from assay.contracts.enums import ValueStatus
from assay.valuation.bootstrap import bootstrap_sums, draw_seed, interval
from assay.valuation.shapley import removal_losses
from assay.valuation.table import Played


def appraise(played: Played, *, unit: str) -> list[dict[str, Any]]:
    """Rows for `values`, without the use case, one a player.

    Draws, and so intervals, cover which clusters there are and, where coalitions are sampled, which of these were drawn.

    Args:
        played: What the coalitions earned.
        unit: Currency and window.
    """
    found, seed = played.solve(), draw_seed(played.clusters)
    values = found.values.sum(axis=1)
    draws = bootstrap_sums(found.values, seed=seed)
    draws += found.standard_errors * np.random.default_rng([seed, 1]).standard_normal(draws.shape)
    low, high = interval(draws)
    losses = removal_losses(played.coalitions, played.payoffs.sum(axis=1))
    total = float(values.sum())
    rows = []
    for n, asset in enumerate(played.players):
        rows.append({
            "asset_id": asset, "value": float(values[n]), "ci_low": float(low[n]), "ci_high": float(high[n]), "unit": unit,
            "share": float(values[n]) / total if total > 0 else None, **judged(low[n], high[n], unit),
            "removal_loss": float(losses[n]), "draws": draws[:, n].tolist(), "estimator": found.method,
            "evaluations": len(found.coalitions), "standard_error": float(found.standard_errors[n])})
    return rows


def judged(low: float, high: float, unit: str) -> dict[str, str | None]:
    """Status and reason of a value by its interval."""
    if low > 0 or high < 0:
        return {"status": ValueStatus.VALUED.value, "reason": None}
    if low == high == 0:
        return {"status": ValueStatus.NOT_DISTINGUISHABLE.value,
                "reason": "nothing is earned with it that isn't without: there are no outcomes, or it changes no decision"}
    reason = f"its interval {low:.2f} to {high:.2f} {unit} contains 0"
    return {"status": ValueStatus.NOT_DISTINGUISHABLE.value, "reason": reason}


def shared(rows: Sequence[Mapping[str, Any]], copies: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """The rows of assets that played for their copies, too, split evenly among these.

    While another copy stands, nothing is lost with one: their removal loss is 0.

    Args:
        rows: Of `values` or `column_values`.
        copies: Of each player the assets that hold the same, itself among them.
    """
    out = []
    for row in rows:
        alike = copies.get(row["asset_id"], (row["asset_id"],))
        if len(alike) == 1:
            out.append(dict(row))
            continue
        split = {name: None if row.get(name) is None else row[name] / len(alike)
                 for name in ("value", "ci_low", "ci_high", "share", "standard_error") if name in row}
        if "draws" in row:
            split |= {"removal_loss": 0.0, "draws": [draw / len(alike) for draw in row["draws"]]}
        said = f"one of {len(alike)} copies, {' and '.join(alike)}, which share what they are worth"
        reason = f"{row['reason']}; {said}" if row["reason"] else said
        out += [{**row, **split, "asset_id": asset, "reason": reason} for asset in alike]
    return out


def unvalued(assets: Mapping[str, str], unit: str) -> list[dict[str, Any]]:
    """Rows for assets that the game can't say anything about, with the reason of each; never a zero."""
    return [{"asset_id": asset, **_nothing(reason, unit), "removal_loss": None, "draws": None, "estimator": None,
             "evaluations": None, "standard_error": None} for asset, reason in assets.items()]


def unvalued_columns(columns: Iterable[tuple[str, str]], valued: Collection[str], unit: str) -> list[dict[str, Any]]:
    """Rows for `column_values` of columns that no feature reads.

    Args:
        columns: Asset and column.
        valued: Assets of which other columns have a value.
        unit: Currency and window.
    """
    return [{"asset_id": asset, "column": column} | _nothing(
        "no feature reads it; what a key is worth is part of (rows and keys)" if asset in valued else "its asset isn't valued",
        unit) for asset, column in columns]


def _nothing(reason: str, unit: str) -> dict[str, str | None]:
    return {"value": None, "ci_low": None, "ci_high": None, "unit": unit, "share": None, "status": ValueStatus.UNVALUED.value,
            "reason": reason}


def per_window(currency: str, window_days: int | None, clusters: int, cluster: str) -> str:
    """Unit of a value: money per outcome window, or per group of entities where there is no time."""
    if window_days is None:
        return f"{currency}/{clusters} {cluster}s"
    window = {1: "day", 7: "week"}.get(window_days, f"{window_days} days")
    return f"{currency}/{window}"
