"""Which items are shown to each user: those with the highest expected sales."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assay.valuation.payoffs.base import Prediction

_NOISE_BITS = 8  # of float32's 23: closer scores are rounding noise of the network, not knowledge


@dataclass(frozen=True)
class Users:
    """Whose rows are whose.

    Attributes:
        keys: Of the users, in the order of the rows.
        of: Of each row the position of its user, int, shape (rows,).
    """

    keys: list[str]
    of: np.ndarray


def users_of(keys: np.ndarray) -> Users:
    """Read off the rows.

    Args:
        keys: Key of the user of each row, shape (rows,), equal ones adjacent.

    Raises:
        ValueError: If the rows of a user are scattered.
    """
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]]) if len(keys) else np.zeros(0, int)
    names = [str(key) for key in keys[starts]]
    if len(set(names)) != len(names):
        raise ValueError("rows of a user are scattered; sort them by user")
    return Users(names, np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(keys)])))


def chance_shown(prediction: Prediction, user: np.ndarray, top_k: int) -> np.ndarray:
    """How likely each row is among the `top_k` of its user.

    Rows that the model can't tell apart share the places that are left, as if in random order.

    Args:
        prediction: Of the rows.
        user: Position of the user of each row, ascending, shape (rows,).
        top_k: Places of a user.

    Returns:
        0..1, shape (coalitions, rows).
    """
    expected = np.maximum(prediction.probability * prediction.amount, 0).astype(np.float32)
    scores = (expected.view(np.uint32) >> _NOISE_BITS).astype(np.int32)  # bits of a float32 >= 0 sort like its value
    out = np.ones(scores.shape)
    if not len(user):
        return out
    count = np.bincount(user)
    width = int(count.max())
    if width <= top_k:
        return out
    place = user * width + np.arange(len(user)) - np.repeat(np.cumsum(count) - count, count)
    for n, score in enumerate(scores):
        padded = np.full(len(count) * width, -1, np.int32)  # -1 stands for no row
        padded[place] = score
        by_user = padded.reshape(len(count), width)
        last = np.partition(by_user, width - top_k, axis=1)[:, width - top_k, None]
        level = by_user == last
        left = top_k - (by_user > last).sum(axis=1)
        share = np.minimum(1, left / np.maximum(level.sum(axis=1), 1))[:, None]
        out[n] = np.where(by_user > last, 1, level * share).ravel()[place]
    return out
