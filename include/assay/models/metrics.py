"""Scores of predicted probabilities, and of predicted quantiles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_BINS = 20
_POINTS = 10  # of a calibration curve


def log_loss(y: np.ndarray, p: np.ndarray) -> float:
    """Mean negative log likelihood in nats; lower is better."""
    p = np.clip(p.astype(np.float64), 1e-7, 1 - 1e-7)
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log1p(-p)))


def auc(y: np.ndarray, p: np.ndarray) -> float | None:
    """Area under the ROC curve, ties counted half; None if there is only one class. Higher is better."""
    positive = int(y.sum())
    negative = len(y) - positive
    if not positive or not negative:
        return None
    order = np.argsort(p, kind="stable")
    ordered = p[order]
    ranks = np.empty(len(p))
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    ends = np.r_[starts[1:], len(p)]
    ranks[order] = np.repeat((starts + ends + 1) / 2, ends - starts)
    return float((ranks[y > 0].sum() - positive * (positive + 1) / 2) / (positive * negative))


def average_precision(y: np.ndarray, p: np.ndarray) -> float | None:
    """Area under the precision-recall steps; None without a positive. Higher is better."""
    if not y.sum():
        return None
    order = np.argsort(-p, kind="stable")
    hits = y[order]
    last = np.r_[p[order][1:] != p[order][:-1], True]  # ties form one step
    found = np.cumsum(hits)[last]
    precision = found / (np.flatnonzero(last) + 1)
    return float(np.sum(np.diff(np.r_[0, found]) * precision) / y.sum())


def calibration_error(y: np.ndarray, p: np.ndarray) -> float:
    """Expected calibration error over 20 bins of equal mass; lower is better."""
    order = np.argsort(p, kind="stable")
    error = sum(abs(float(p[part].sum() - y[part].sum())) for part in np.array_split(order, _BINS) if len(part))
    return float(error / len(y))


def calibration_curve(y: np.ndarray, p: np.ndarray) -> dict[str, float]:
    """Mean prediction and share of outcomes, in ten bins of equal mass by rising prediction.

    Args:
        y: Shape (rows,), 1 where the outcome happened, else 0.
        p: Shape (rows,), predicted probabilities.

    Returns:
        `predicted_bin_<n>` and `observed_bin_<n>`, n from 1; no bin without rows.
    """
    parts = [part for part in np.array_split(np.argsort(p, kind="stable"), _POINTS) if len(part)]
    return {f"{name}_bin_{number}": float(of[part].mean(dtype=np.float64)) for number, part in enumerate(parts, start=1)
            for name, of in (("predicted", p), ("observed", y))}


def scores(y: np.ndarray, p: np.ndarray) -> dict[str, float]:
    """All scores that can be computed, by name."""
    found = {"log_loss": log_loss(y, p), "auc": auc(y, p), "average_precision": average_precision(y, p),
             "ece": calibration_error(y, p), "base_rate": float(y.mean()), "rows": float(len(y))}
    return {name: value for name, value in found.items() if value is not None}


def pinball(y: np.ndarray, said: np.ndarray, levels: Sequence[float], weight: np.ndarray) -> np.ndarray:
    """Mean pinball loss of each level, in the unit of y; lower is better.

    Args:
        y: What came, shape (rows,).
        said: Quantiles, shape (rows, levels).
        levels: 0..1.
        weight: How much each row counts, shape (rows,).
    """
    missed = y.astype(np.float64)[:, None] - said
    tau = np.asarray(levels, np.float64)
    return np.asarray(np.average(np.maximum(tau * missed, (tau - 1) * missed), axis=0, weights=weight))


def coverage(y: np.ndarray, said: np.ndarray) -> np.ndarray:
    """Share of what came that is no more than each quantile, 0..1, shape (levels,)."""
    return np.asarray((y[:, None] <= said).mean(axis=0))


def quantiles(y: np.ndarray, weight: np.ndarray, levels: Sequence[float]) -> np.ndarray:
    """The smallest values up to which at least each level of the weight lies, float64: they make the pinball loss smallest."""
    order = np.argsort(y, kind="stable")
    up_to = np.cumsum(weight[order], dtype=np.float64)
    at = np.searchsorted(up_to, np.asarray(levels, np.float64) * up_to[-1] * (1 - 1e-12))
    return np.asarray(y[order][np.minimum(at, len(y) - 1)], np.float64)
