"""Next-basket recommenders: they know baskets and nothing else, and rank a household's candidates.

Personal top frequency, TIFU-KNN and UP-CF read the baskets of all households before the week, one per visit, without fuel.
They rank and give no probability: a score is read as a share of visits, multiplied by the household's visits a week, which
makes households comparable and changes no ranking within one, and an isotonic fit on the validation weeks turns that into p, so
that it has a log loss. Money expected is p times `habit`. The settings of TIFU-KNN and UP-CF are chosen by recall@10 on the
validation weeks around the published ones. Training rows and features aren't read.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import sparse

from .calibration import isotonic
from .rows import Split, open_source
from .scores import lists_of, predictions

_BLOCK = 256  # households scored at a time: bounds the dense products × households matrix


class History:
    """What all households bought before a week, as lines: a product in a visit.

    Attributes:
        week: The week.
        households: Ids, ascending.
        products: Ids, ascending.
        household: Position of each line's household, shape (lines,).
        product: Position of its product.
        after: Visits of the household after that of the line, before the week.
        visits: Visits of each household, shape (households,).
    """

    def __init__(self, lines: pd.DataFrame, week: int) -> None:
        past = lines[lines.week < week]
        self.week = week
        self.households, self.household = np.unique(past.household_id, return_inverse=True)
        self.products, self.product = np.unique(past.product_id, return_inverse=True)
        self.visits = np.zeros(len(self.households), np.int64)
        np.maximum.at(self.visits, self.household, past.visit.to_numpy() + 1)
        self.after = self.visits[self.household] - 1 - past.visit.to_numpy()

    def matrix(self, weight: np.ndarray) -> sparse.csr_array:
        """Sums of the lines' weights, shape (households, products)."""
        lines = np.flatnonzero(weight)
        place = (self.household[lines], self.product[lines])
        return sparse.coo_array((weight[lines], place), shape=(len(self.households), len(self.products))).tocsr()

    def pick(self, rows: pd.DataFrame, matrix: sparse.csr_array, weights: np.ndarray | None = None) -> np.ndarray:
        """What a matrix says of the rows' pairs, 0 for a household or product without a past.

        Args:
            rows: Rows of the week.
            matrix: Shape (households, products).
            weights: Shape (households, households), to multiply the matrix by from the left first.

        Returns:
            Shape (rows,).
        """
        household, known = positions(self.households, rows.household_id)
        product, sold = positions(self.products, rows.product_id)
        found = np.zeros(len(rows))
        by_product = matrix.T.tocsr()
        asked = np.unique(household[known])
        for block in np.array_split(asked, len(asked) // _BLOCK + 1):
            mine = np.flatnonzero(known & sold & np.isin(household, block))
            dense = by_product[:, block].toarray() if weights is None else by_product @ weights[block].T
            found[mine] = dense[product[mine], np.searchsorted(block, household[mine])]
        return found

    def rate(self, rows: pd.DataFrame, per_visit: np.ndarray | float = 1.0) -> np.ndarray:
        """Visits a week of the rows' households, shape (rows,), divided by what a product of every visit would score."""
        household, known = positions(self.households, rows.household_id)
        return np.where(known, (self.visits / (self.week - 1) / per_visit)[household], 0)


def positions(ids: np.ndarray, wanted: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Places in ascending ids, and whether they are there at all."""
    at = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return at, ids[at] == wanted.to_numpy()


def read_histories(split: Split) -> dict[int, History]:
    """The past of each validation and test week."""
    with open_source() as con:
        lines = con.execute("""
            WITH basket AS (SELECT household_id, basket_id, min(week) AS week, min(transaction_timestamp) AS moment
                            FROM transactions GROUP BY ALL),
            visit AS (SELECT *, row_number() OVER (PARTITION BY household_id ORDER BY week, moment, basket_id) - 1 AS visit
                      FROM basket)
            SELECT DISTINCT household_id, t.product_id, v.week, v.visit
            FROM transactions t JOIN visit v USING (household_id, basket_id) ORDER BY ALL""").df()
    return {week: History(lines, week) for week in sorted({*split.valid.week, *split.test.week})}


Measure = Callable[[History, pd.DataFrame], np.ndarray]  # of the rows of one week; shape (rows,) or (parts, rows)


def personal_top(split: Split) -> pd.DataFrame:
    """Visits with the product per week of the past; what the household never bought follows by the visits of all households.

    Source: GP-TopFreq of Li et al. 2023, A Next Basket Recommendation Reality Check.
    """
    def measure(history: History, rows: pd.DataFrame) -> np.ndarray:
        own = history.pick(rows, history.matrix(np.ones(len(history.product))))
        product, sold = positions(history.products, rows.product_id)
        popularity = np.where(sold, np.bincount(history.product)[product], 0) / len(history.product)  # below one visit
        return (own + popularity) / (history.week - 1)

    histories = read_histories(split)
    return _calibrated(split, _by_week(histories, split.valid, measure), _by_week(histories, split.test, measure))


def tifu_knn(split: Split, neighbours: Sequence[int] = (300, 900), groups: Sequence[int] = (3, 7),
             group_decay: Sequence[float] = (0.6, 0.9), own_share: Sequence[float] = (0.2, 0.5, 0.7, 0.9)) -> pd.DataFrame:
    """A household's item frequencies, faded by age in two stages, mixed with the mean of its nearest neighbours'.

    Args:
        split: Rows.
        neighbours: Numbers of neighbours to try, published 900 for Dunnhumby, whose tables Complete Journey is a part of.
        groups: Numbers of groups of visits to try, published 3.
        group_decay: To try, published 0.6.
        own_share: Shares of the own frequencies to try, published 0.2.

    Source: Hu et al. 2020, Modeling Personalized Item Frequency Information for Next-basket Recommendation.
    """
    histories = read_histories(split)

    def own_and_others(rows: pd.DataFrame, nearest: int, count: int, decay: float) -> np.ndarray:
        def measure(history: History, part: pd.DataFrame) -> np.ndarray:
            frequency = history.matrix(_fade(history.after, history.visits[history.household], count, decay))
            found = np.stack([history.pick(part, frequency), history.pick(part, frequency, _nearest(frequency, nearest))])
            ever = np.arange(history.visits.max())
            every_visit = np.where(ever < history.visits[:, None], _fade(ever, history.visits[:, None], count, decay), 0)
            return found * history.rate(part, every_visit.sum(axis=1))
        return _by_week(histories, rows, measure)

    recalls = {}
    for setting in itertools.product(neighbours, groups, group_decay):
        own, others = own_and_others(split.valid, *setting)
        for share in own_share:
            recalls[*setting, share] = _recall(split.valid, share * own + (1 - share) * others)
    *best, share = max(recalls, key=recalls.__getitem__)
    (own, others), (test_own, test_others) = (own_and_others(rows, *best) for rows in (split.valid, split.test))
    return _calibrated(split, share * own + (1 - share) * others, share * test_own + (1 - share) * test_others)


def _fade(after: np.ndarray, visits: np.ndarray, groups: int, group_decay: float, visit_decay: float = 0.9) -> np.ndarray:
    """Weights of visits: they fade within their group, groups within the past, and both are averaged.

    The past is cut into groups of one size, of which the oldest may be smaller.

    Args:
        after: Visits after the one to weigh.
        visits: All visits of its household.
        groups: Number of groups at most.
        group_decay: Weight of a group beside the one after it.
        visit_decay: Weight of a visit beside the one after it, as published.
    """
    size = np.ceil(visits / groups)
    return visit_decay ** (after % size) / size * group_decay ** (after // size) / np.ceil(visits / size)


def _nearest(frequency: sparse.csr_array, neighbours: int) -> np.ndarray:
    """Equal weights of the nearest households by Euclidean distance, the household itself not being one of them."""
    product = (frequency @ frequency.T).toarray()
    square = np.diag(product)
    distance = square[:, None] + square[None, :] - 2 * product
    np.fill_diagonal(distance, np.inf)
    neighbours = min(neighbours, len(distance) - 1)
    weights = np.zeros_like(distance)
    np.put_along_axis(weights, np.argpartition(distance, neighbours - 1)[:, :neighbours], 1 / neighbours, axis=1)
    return weights


def up_cf(split: Split, recency: Sequence[int] = (5, 25, 100), asymmetry: Sequence[float] = (0.25, 0.5),
          locality: Sequence[int] = (5, 10, 50)) -> pd.DataFrame:
    """Mean of the households' recent item popularities, weighted by how alike they are to the household, itself included.

    Popularity is the share of a household's last `recency` visits with the product. Likeness of u and v is the asymmetric
    cosine of the products of those visits, |u & v| / (|u|^a |v|^(1 - a)), to the power of `locality`. Weights sum to one.

    Args:
        split: Rows.
        recency: Numbers of visits to try.
        asymmetry: Values of a to try.
        locality: Powers to try.

    Source: Faggioli et al. 2020, Recency Aware Collaborative Filtering for Next Basket Recommendation.
    """
    histories = read_histories(split)

    def scored(rows: pd.DataFrame, last: int, exponent: float, power: int) -> np.ndarray:
        def measure(history: History, part: pd.DataFrame) -> np.ndarray:
            window = np.minimum(last, history.visits)[history.household]
            popularity = history.matrix((history.after < last) / window)
            return history.pick(part, popularity, _alike(popularity, exponent, power)) * history.rate(part)
        return _by_week(histories, rows, measure)

    recalls = {setting: _recall(split.valid, scored(split.valid, *setting))
               for setting in itertools.product(recency, asymmetry, locality)}
    best = max(recalls, key=recalls.__getitem__)
    return _calibrated(split, scored(split.valid, *best), scored(split.test, *best))


def _alike(popularity: sparse.csr_array, exponent: float, power: int) -> np.ndarray:
    """Weights of households for households, each row summing to one."""
    has = (popularity > 0).astype(np.float64)
    shared = (has @ has.T).toarray()
    own = np.diag(shared)
    weights = (shared / (own[:, None] ** exponent * own[None, :] ** (1 - exponent))) ** power
    return weights / weights.sum(axis=1, keepdims=True)


def _by_week(histories: Mapping[int, History], rows: pd.DataFrame, measure: Measure) -> np.ndarray:
    """A measure of all rows, each week's from its own past; the last axis is that of the rows."""
    week = rows.week.to_numpy()
    at = [np.flatnonzero(week == value) for value in np.unique(week)]
    found = np.concatenate([measure(histories[week[part[0]]], rows.iloc[part]) for part in at], axis=-1)
    return found[..., np.argsort(np.concatenate(at))]


def _recall(rows: pd.DataFrame, score: np.ndarray) -> float:
    return float(lists_of(rows.assign(p=score)).recall.mean())


def _calibrated(split: Split, valid_score: np.ndarray, score: np.ndarray) -> pd.DataFrame:
    p = isotonic(valid_score, split.valid.y.to_numpy(), score)
    return predictions(split.test, p, p * split.test.habit.to_numpy())
