"""Gradient boosting: what a practitioner would pick for such a table first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import pandas as pd

from .rows import Split
from .scores import predictions

ROUNDS, TRIAL_ROUNDS = 600, 250
TUNED = {"learning_rate": 0.03, "num_leaves": 127, "min_data_in_leaf": 200, "cat_smooth": 50, "cat_l2": 30,
         "feature_fraction": 0.5, "bagging_fraction": 0.7, "bagging_freq": 1}
GRID = (TUNED, TUNED | {"num_leaves": 63}, TUNED | {"feature_fraction": 0.3, "lambda_l2": 10},
        TUNED | {"min_data_in_leaf": 1000, "cat_smooth": 200, "cat_l2": 100})
_TRIAL_RATE = 0.1  # ranks parameters as the lower rate does, in a third of the trees
_COMMON = {"num_threads": 2, "verbose": -1, "seed": 1}
_PATIENCE, _TRIAL_PATIENCE = 40, 15  # rounds without gain on the validation weeks
# smaller trees: purchases are few
_AMOUNT = {"objective": "tweedie", "learning_rate": 0.05, "num_leaves": 31, "min_data_in_leaf": 100, "cat_smooth": 50,
           "cat_l2": 30, "feature_fraction": 0.5, "bagging_fraction": 0.7, "bagging_freq": 1}


@dataclass(frozen=True)
class Trial:
    """One set of parameters, tried.

    Attributes:
        log_loss: On the validation weeks, nats, lower is better.
        rounds: Trees until then.
        params: LightGBM's names.
    """

    log_loss: float
    rounds: int
    params: Mapping[str, float]


def boosted(split: Split) -> pd.DataFrame:
    """Boosted trees with the best parameters of a grid, stopped early on the validation weeks; money expected is p times what a
    second model expects to be spent.

    Args:
        split: Rows and the names of the features.

    Returns:
        Predictions of the test rows.
    """
    best, *others = tune(split)
    beaten = ", ".join(f"{trial.log_loss:.5f}" for trial in others)
    print(f"    chosen {dict(best.params)}: validation loss {best.log_loss:.5f}, others {beaten}", flush=True)
    p = _fit(split, best.params, ROUNDS).predict(split.test[list(split.columns)])
    return predictions(split.test, p, p * expected_amount(split))


def expected_amount(split: Split) -> np.ndarray:
    """Dollars that a test row brings if the household buys, shape (rows,); learnt from the purchases of the training weeks.

    Tweedie and not gamma: a coupon may leave nothing to pay, and zeros let the gamma's leaves run away.
    """
    purchases = [part[part.y > 0] for part in (split.train, split.valid)]
    return _train(purchases, "gmv", split, _AMOUNT, ROUNDS).predict(split.test[list(split.columns)])


def tune(split: Split) -> list[Trial]:
    """Parameters by log loss on the validation weeks at a quick learning rate, best first; the test rows stay out of it."""
    trials = []
    for params in GRID:
        model = _fit(split, {**params, "learning_rate": _TRIAL_RATE}, TRIAL_ROUNDS, _TRIAL_PATIENCE)
        trials.append(Trial(float(model.best_score["valid_0"]["binary_logloss"]), model.best_iteration, params))
    return sorted(trials, key=lambda trial: trial.log_loss)


def _fit(split: Split, params: Mapping[str, float], rounds: int, patience: int = _PATIENCE) -> lgb.Booster:
    return _train([split.train, split.valid], "y", split, {"objective": "binary", **params}, rounds, patience)


def _train(parts: Sequence[pd.DataFrame], target: str, split: Split, params: Mapping[str, object], rounds: int,
           patience: int = _PATIENCE) -> lgb.Booster:
    train, valid = (lgb.Dataset(part[list(split.columns)], part[target]) for part in parts)
    return lgb.train({**_COMMON, **params}, train, rounds, [valid], callbacks=[lgb.early_stopping(patience, verbose=False)])
