"""Scores of predicted probabilities."""

from __future__ import annotations

import numpy as np

_BINS = 20


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


def scores(y: np.ndarray, p: np.ndarray) -> dict[str, float]:
    """All scores that can be computed, by name."""
    found = {"log_loss": log_loss(y, p), "auc": auc(y, p), "average_precision": average_precision(y, p),
             "ece": calibration_error(y, p), "base_rate": float(y.mean()), "rows": float(len(y))}
    return {name: value for name, value in found.items() if value is not None}
