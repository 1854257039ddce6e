"""Whether the masked answer agrees with a model that was trained without an asset: what an audit compares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from assay.valuation.bootstrap import bootstrap_sums, interval

_EACH_END = 2  # assets that are audited: the most and the least valuable


def audited(values: Mapping[str, float]) -> list[str]:
    """The assets that are trained without: those of the highest and of the lowest value, highest first."""
    ranked = sorted(values, key=lambda asset: (-values[asset], asset))
    return [asset for n, asset in enumerate(ranked) if n < _EACH_END or n >= len(ranked) - _EACH_END]


def aligned(money: np.ndarray, own: Sequence[str], clusters: Sequence[str]) -> np.ndarray:
    """Money of some clusters in the order of all, 0 for those without any row; shape (clusters,)."""
    place = {cluster: n for n, cluster in enumerate(clusters)}
    out = np.zeros(len(clusters))
    out[[place[cluster] for cluster in own]] = money
    return out


def compare(asset: str, everything: np.ndarray, masked: np.ndarray, retrained: np.ndarray, seed: int) -> list[dict[str, Any]]:
    """Rows for `model_metrics`, without the use case.

    Args:
        asset: The one that is left out.
        everything: Payoff of the model that sees all assets, money, shape (clusters,).
        masked: Payoff of the same model with the asset masked.
        retrained: Payoff of a model trained without it.
        seed: Of the bootstrap over clusters.
    """
    losses = np.stack([everything - masked, everything - retrained, retrained - masked])
    low, high = interval(bootstrap_sums(losses, seed=seed))
    found = {"payoff": everything.sum(), "payoff_masked": masked.sum(), "payoff_retrained": retrained.sum()}
    for n, name in enumerate(("removal_loss_masked", "removal_loss_retrained", "difference")):
        found |= {name: losses[n].sum(), f"{name}_ci_low": low[n], f"{name}_ci_high": high[n]}
    return [{"model": f"without {asset}", "split": "outcome", "metric": name, "value": float(value)}
            for name, value in found.items()]
