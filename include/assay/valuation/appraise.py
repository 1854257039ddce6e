"""From the payoffs of all coalitions to a value, interval and status per asset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from assay.contracts.enums import ValueStatus
from assay.valuation.bootstrap import bootstrap_sums, interval
from assay.valuation.shapley import removal_losses, shapley_values


def appraise(payoffs: np.ndarray, players: Sequence[str], *, unit: str, seed: int) -> list[dict[str, Any]]:
    """Rows for `values`, without the use case, one a player.

    Args:
        payoffs: Money per coalition and cluster, shape (2^players, clusters), in the order of `all_coalitions`.
        players: Asset ids in that order.
        unit: Currency and window.
        seed: Of the bootstrap over clusters.
    """
    per_cluster = shapley_values(payoffs)
    values = per_cluster.sum(axis=1)
    low, high = interval(bootstrap_sums(per_cluster, seed=seed))
    losses = removal_losses(payoffs).sum(axis=1)
    total = float(values.sum())
    rows = []
    for n, asset in enumerate(players):
        sure = low[n] > 0 or high[n] < 0
        status = ValueStatus.VALUED if sure else ValueStatus.NOT_DISTINGUISHABLE
        rows.append({
            "asset_id": asset, "value": float(values[n]), "ci_low": float(low[n]), "ci_high": float(high[n]), "unit": unit,
            "removal_loss": float(losses[n]), "share": float(values[n]) / total if total > 0 else None, "status": status.value,
            "reason": None if sure else f"its interval {low[n]:.2f} to {high[n]:.2f} {unit} contains 0",
        })
    return rows


def unvalued(assets: Mapping[str, str], unit: str) -> list[dict[str, Any]]:
    """Rows for assets that the game can't say anything about, with the reason of each; never a zero."""
    return [{"asset_id": asset, "value": None, "ci_low": None, "ci_high": None, "unit": unit, "removal_loss": None,
             "share": None, "status": ValueStatus.UNVALUED.value, "reason": reason} for asset, reason in assets.items()]


def per_window(currency: str, window_days: int | None, clusters: int, cluster: str) -> str:
    """Unit of a value: money per outcome window, or per group of entities where there is no time."""
    if window_days is None:
        return f"{currency}/{clusters} {cluster}s"
    window = {1: "day", 7: "week"}.get(window_days, f"{window_days} days")
    return f"{currency}/{window}"
