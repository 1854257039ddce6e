"""Scores of predictions on the test rows, the same way for every peer, and how sure a difference between two of them is.

Predictions are frames with week, household_id, product_id, p (probability that the household buys, 0..1) and score (what it
is ranked by where money counts: dollars expected).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .rows import KEYS

TOP = 10  # products shown to a household
HIGHER_IS_BETTER = {"log_loss": False, "auc": True, "recall@10": True, "gmv@10": True}
_BINS = 20


def predictions(rows: pd.DataFrame, p: np.ndarray, score: np.ndarray) -> pd.DataFrame:
    """The frame that a peer hands back.

    Args:
        rows: Test rows.
        p: Probability, shape (rows,); kept off 0 and 1, so that every log loss is finite.
        score: Dollars expected, shape (rows,).
    """
    return rows[KEYS].assign(p=np.clip(p.astype(np.float64), 1e-6, 1 - 1e-6), score=score.astype(np.float64))


def judged(rows: pd.DataFrame, given: pd.DataFrame) -> pd.DataFrame:
    """Outcomes beside predictions, in the order of the rows.

    Raises:
        ValueError: If a row has no prediction, or several.
    """
    joined = rows[[*KEYS, "y", "gmv"]].merge(given[[*KEYS, "p", "score"]], on=KEYS, how="left", validate="one_to_one")
    missing = int(joined[["p", "score"]].isna().any(axis=1).sum())
    if missing:
        raise ValueError(f"{missing} of {len(joined)} rows have no prediction: predict every row of the test weeks")
    return joined


def places(rows: pd.DataFrame, by: str) -> np.ndarray:
    """Place of each row in its household's week by falling `by`, 1 first; ties by product_id. Shape (rows,)."""
    order = np.lexsort((rows.product_id, -rows[by].to_numpy(), rows.household_id, rows.week))
    week, household = rows.week.to_numpy()[order], rows.household_id.to_numpy()[order]
    begins = np.r_[True, (week[1:] != week[:-1]) | (household[1:] != household[:-1])]
    first = np.flatnonzero(begins)[np.cumsum(begins) - 1]
    place = np.empty(len(rows), np.int64)
    place[order] = np.arange(len(rows)) - first + 1
    return place


def scores(rows: pd.DataFrame, given: pd.DataFrame) -> dict[str, float]:
    """All scores of one peer.

    Args:
        rows: Test rows with outcomes.
        given: Its predictions.

    Returns:
        log_loss in nats; accuracy at p >= 0.5, and that of the commoner answer for every row; auc; ap, average precision;
        recall@10 and ndcg@10, means over the weeks of households that bought a candidate, ranked by p; gmv@10, dollars a
        week that the households spent on the ten products ranked first for them by score; ece over 20 bins of equal mass.
        Lower is better for log_loss and ece, higher for the rest.
    """
    rows = judged(rows, given)
    y, p = rows.y.to_numpy(), rows.p.to_numpy()
    lists = lists_of(rows)
    return {"log_loss": float(_losses(rows).mean()), "accuracy": float(((p >= 0.5) == y).mean()),
            "accuracy_base": float(max(y.mean(), 1 - y.mean())), "auc": _Curve(y, p).area(np.ones(len(y))),
            "ap": _average_precision(y, p), "recall@10": float(lists.recall.mean()), "ndcg@10": float(lists.ndcg.mean()),
            "gmv@10": float(rows.gmv[places(rows, "score") <= TOP].sum() / rows.week.nunique()), "ece": _ece(rows)}


def _losses(rows: pd.DataFrame) -> np.ndarray:
    return -np.log(np.where(rows.y > 0, rows.p, 1 - rows.p))


def lists_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Recall and NDCG of every household's week with a purchase among its candidates, from rows with y and p."""
    place = places(rows, "p")
    hit = rows.y.where(place <= TOP, 0)
    found = rows.assign(hit=hit, gain=hit / np.log2(place + 1)).groupby(["week", "household_id"])[["y", "hit", "gain"]].sum()
    found = found[found.y > 0]
    ideal = np.cumsum(1 / np.log2(np.arange(2, TOP + 2)))
    best = ideal[np.minimum(found.y, TOP).astype(int) - 1]
    return found.assign(recall=found.hit / found.y, ndcg=found.gain / best).reset_index()


def _average_precision(y: np.ndarray, p: np.ndarray) -> float:
    """Area under the precision-recall steps, where tied rows form one step."""
    order = np.argsort(-p, kind="stable")
    last = np.r_[np.diff(p[order]) != 0, True]
    found = np.cumsum(y[order], dtype=np.int64)[last]
    precision = found / (np.flatnonzero(last) + 1)
    return float(np.sum(np.diff(np.r_[0, found]) * precision) / found[-1])


def _ece(rows: pd.DataFrame) -> float:
    """Expected calibration error."""
    bins = pd.qcut(rows.p.rank(method="first"), _BINS, labels=False)
    calibration = rows.groupby(bins).agg(p=("p", "mean"), y=("y", "mean"), rows=("y", "size"))
    return float(np.average((calibration.p - calibration.y).abs(), weights=calibration.rows))


class _Curve:
    """ROC curve of fixed predictions, sorted once, so that its area under other weights of the rows is quick."""

    def __init__(self, y: np.ndarray, p: np.ndarray) -> None:
        self._order = np.argsort(p, kind="stable")
        ordered = p[self._order]
        self._negative = (y[self._order] == 0).astype(np.float64)
        self._positive = np.flatnonzero(y[self._order] > 0)
        ties = ordered[self._positive]
        self._below, self._upto = np.searchsorted(ordered, ties, "left"), np.searchsorted(ordered, ties, "right")

    def area(self, weight: np.ndarray) -> float:
        """AUC with ties counted half; weights of shape (rows,)."""
        weight = weight[self._order]
        negatives = np.r_[0.0, np.cumsum(weight * self._negative)]
        positive = weight[self._positive]
        beaten = (negatives[self._below] + negatives[self._upto]) / 2
        return float(positive @ beaten / (positive.sum() * negatives[-1]))


@dataclass(frozen=True)
class Difference:
    """One score of two peers on the same rows.

    Attributes:
        measure: Name of the score.
        first: Score of the first peer.
        second: Score of the second.
        low: Lower bound of first - second, 95 %.
        high: Upper bound.
        better: Share of draws in which the first is the better one.
    """

    measure: str
    first: float
    second: float
    low: float
    high: float
    better: float


def paired_bootstrap(rows: pd.DataFrame, first: pd.DataFrame, second: pd.DataFrame, draws: int = 1000, auc_draws: int = 200,
                     seed: int = 0) -> list[Difference]:
    """Differences of log loss, AUC, recall@10 and GMV@10 with percentile intervals, households drawn with replacement.

    A household comes with all its weeks and both peers' predictions. The AUC takes the first `auc_draws` of the draws, as it
    needs a pass over the rows for each, the others only sums by household.

    Args:
        rows: Test rows with outcomes.
        first: Predictions of one peer.
        second: Predictions of another.
        draws: Number of draws.
        auc_draws: Of those, how many the AUC takes.
        seed: Of the draws.
    """
    ids, household = np.unique(rows.household_id, return_inverse=True)
    counts = np.random.default_rng(seed).multinomial(len(ids), np.full(len(ids), 1 / len(ids)), size=draws)
    drawn = np.vstack([np.ones(len(ids), counts.dtype), counts])  # first all households as they are
    peers = [judged(rows, given) for given in (first, second)]
    curves = [_Curve(peer.y.to_numpy(), peer.p.to_numpy()) for peer in peers]
    by_household = [_household_sums(peer, ids, household) for peer in peers]
    areas = [np.array([curve.area(weight[household]) for weight in drawn[:auc_draws + 1]]) for curve in curves]
    found = [_difference("auc", *areas)]
    for measure in ("log_loss", "recall@10", "gmv@10"):
        found.append(_difference(measure, *((drawn @ sums[measure][0]) / (drawn @ sums[measure][1]) for sums in by_household)))
    return found


def _household_sums(rows: pd.DataFrame, ids: np.ndarray, household: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Numerator and denominator of each mean by household, shapes (households,)."""
    lists = lists_of(rows)
    owner = np.searchsorted(ids, lists.household_id)

    def total(values: np.ndarray, of: np.ndarray = household) -> np.ndarray:
        return np.bincount(of, values, len(ids))

    shown = np.where(places(rows, "score") <= TOP, rows.gmv, 0)
    weeks = np.full(len(ids), rows.week.nunique() / len(ids))  # every draw has as many households, in as many weeks
    return {"log_loss": (total(_losses(rows)), total(np.ones(len(rows)))),
            "recall@10": (total(lists.recall.to_numpy(), owner), total(np.ones(len(lists)), owner)),
            "gmv@10": (total(shown), weeks)}


def _difference(measure: str, first: np.ndarray, second: np.ndarray) -> Difference:
    """From values whose first is that of all households as they are, the others those of the draws."""
    change = first[1:] - second[1:]
    low, high = np.quantile(change, [0.025, 0.975])
    better = change > 0 if HIGHER_IS_BETTER[measure] else change < 0
    return Difference(measure, float(first[0]), float(second[0]), float(low), float(high), float(better.mean()))
