"""What a score means as a probability, learnt on rows that the model wasn't fitted to."""

from __future__ import annotations

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.stats import rankdata

_TIE = 1e-6  # of probability: keeps the order within the steps of the isotonic fit, too small for the log loss to see


def isotonic(valid_score: np.ndarray, valid_y: np.ndarray, score: np.ndarray) -> np.ndarray:
    """Probabilities in the order of the scores.

    An isotonic fit is a staircase, and all rows of a step would tie in a ranking: so a millionth at most is added along the
    scores. No probability is below half a positive among the validation rows, so that one surprise doesn't cost the log loss
    of a whole household.

    Args:
        valid_score: Scores of the validation rows, any monotone scale.
        valid_y: Their outcomes, 0/1.
        score: Scores to translate, shape (rows,).

    Returns:
        Shape (rows,), 0..1.

    Source: Zadrozny and Elkan 2002.
    """
    known, level = np.unique(valid_score, return_inverse=True)
    rows = np.bincount(level)
    fitted = isotonic_regression(np.bincount(level, valid_y) / rows, weights=rows).x
    floor = 0.5 / len(valid_y)
    return np.clip(np.interp(score, known, fitted), floor, 1 - floor) * (1 - _TIE) + _TIE * rankdata(score) / len(score)
