"""What else would say how much will be asked for: past weeks as they are, and boosted trees on the same features."""

from __future__ import annotations

from collections.abc import Sequence

import lightgbm as lgb
import numpy as np
import pandas as pd
from scipy.stats import poisson

from .weeks import PAST, TEST_WEEKS, TRAIN_WEEKS, VALID_WEEKS

_PARAMETERS = {"objective": "quantile", "learning_rate": 0.05, "num_leaves": 15, "min_data_in_leaf": 100, "cat_smooth": 50,
               "cat_l2": 30, "feature_fraction": 0.3, "bagging_fraction": 0.7, "bagging_freq": 1, "num_threads": 2, "seed": 1,
               "verbose": -1, "deterministic": True}
_ROUNDS, _PATIENCE = 1000, 50


def past(frame: pd.DataFrame, weeks: int = PAST) -> np.ndarray:
    """Demand of the last weeks, newest first, shape (rows, weeks)."""
    return frame[[f"back_{back}" for back in range(1, weeks + 1)]].to_numpy()


def last_week(frame: pd.DataFrame, levels: Sequence[float]) -> np.ndarray:
    """What was asked for in the week before, for every level."""
    return np.repeat(past(frame, 1), len(levels), axis=1)


def mean_of_four(frame: pd.DataFrame, levels: Sequence[float]) -> np.ndarray:
    """The mean of the last four weeks, for every level."""
    return np.repeat(past(frame, 4).mean(axis=1, keepdims=True), len(levels), axis=1)


def own_quantiles(frame: pd.DataFrame, levels: Sequence[float], weeks: int) -> np.ndarray:
    """Quantiles of a pair's own last weeks."""
    return np.quantile(past(frame, weeks), levels, axis=1, method="inverted_cdf").T


def poisson_of_mean(frame: pd.DataFrame, levels: Sequence[float], weeks: int) -> np.ndarray:
    """Quantiles of the Poisson distribution with the mean of a pair's last weeks."""
    return poisson.ppf(np.asarray(levels)[None], past(frame, weeks).mean(axis=1)[:, None])


def boosted(frame: pd.DataFrame, levels: Sequence[float]) -> np.ndarray:
    """LightGBM's quantile regression of the test rows: a model a level, stopped early on the validation weeks, sorted by level.

    Args:
        frame: All weeks; those of the test are only predicted.
        levels: Of the quantiles.
    """
    columns = [name for name in frame.columns if "." in name]
    train, valid, test = (frame[frame.week.isin(weeks)] for weeks in (TRAIN_WEEKS, VALID_WEEKS, TEST_WEEKS))
    found = []
    for level in levels:
        sets = [lgb.Dataset(part[columns], part.demand, free_raw_data=False) for part in (train, valid)]
        model = lgb.train(_PARAMETERS | {"alpha": level}, sets[0], _ROUNDS, [sets[1]],
                          callbacks=[lgb.early_stopping(_PATIENCE, verbose=False)])
        found.append(model.predict(test[columns]))
    return np.maximum.accumulate(np.maximum(np.column_stack(found), 0), axis=1)
