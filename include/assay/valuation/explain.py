"""Explain a sample of a window's predictions, and how much assets and columns matter to all of them."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa

from assay.features.table import FeatureTables
from assay.models.encoding import Encoded
from assay.models.predictions import Prediction
from assay.models.store import OutcomeModel
from assay.valuation.contributions import Contributions, contributions
from assay.valuation.masked import masked_model

_PREDICTIONS = 200  # that are explained one by one
_SHOWN = 10  # most of one user
_SAMPLE = 1000  # rows that importance is a mean over: twice as many move it by some percent


def explain(model: OutcomeModel, features: FeatureTables, encoded: Encoded, *, top_k: int | None, seed: int) -> pa.Table:
    """Contributions to single predictions, and importance.

    Where items are shown to users, the predictions are what some users would be shown, the first ten at most; else they are
    those of some entities. Importance is the mean size of a contribution over a sample of all rows.

    Args:
        model: The trained model.
        features: A window, whole.
        encoded: The same as the model's inputs.
        top_k: Items shown to a user; None where nothing is ranked.
        seed: Of the samples.

    Returns:
        Columns of contract `explanations` without the use case, sorted by key, asset and column, importance first.
    """
    rng = np.random.default_rng(seed)
    if top_k is None:
        chosen = _drawn(len(encoded), _PREDICTIONS, rng)
    else:
        chosen = _shown(model, encoded, features.rows.column("user").to_numpy(), min(top_k, _SHOWN), rng)
    sample = _drawn(len(encoded), _SAMPLE, rng)
    usual = np.arange(len(chosen), len(chosen) + len(sample))
    found = contributions(model, encoded.take(np.concatenate([chosen, sample])), usual)
    keys = [json.dumps({role: str(key) for role, key in row.items()}, ensure_ascii=False)
            for row in features.rows.select(features.entity).take(pa.array(chosen)).to_pylist()]
    return _table(model.players, keys, found)


def _drawn(of: int, most: int, rng: np.random.Generator) -> np.ndarray:
    return np.sort(rng.choice(of, min(of, most), replace=False))


def _shown(model: OutcomeModel, encoded: Encoded, users: np.ndarray, top_k: int, rng: np.random.Generator) -> np.ndarray:
    """Positions of what some users are shown: the highest expected sales, of equal ones the first; `users` is sorted."""
    starts = np.flatnonzero(np.r_[True, users[1:] != users[:-1]])
    runs = np.split(np.arange(len(users)), starts[1:])
    rows = [runs[user] for user in _drawn(len(runs), _PREDICTIONS // top_k, rng)]
    each = np.concatenate(rows)
    masked = masked_model(model, encoded.take(each).spread())
    said = masked.predict(np.ones((1, len(model.players)), np.int8), np.arange(len(each)))
    assert isinstance(said, Prediction)
    expected = np.split((said.probability * said.amount)[0], np.cumsum([len(own) for own in rows])[:-1])
    best = [own[np.argsort(-sales, kind="stable")[:top_k]] for own, sales in zip(rows, expected, strict=True)]
    return np.sort(np.concatenate(best))


def _table(players: tuple[str, ...], keys: list[str], found: Contributions) -> pa.Table:
    """The first rows, which have keys, one by one; the others as means of sizes."""
    names = [*((asset, "") for asset in players), *found.names]
    order = sorted(range(len(names)), key=names.__getitem__)
    values = np.concatenate([found.assets, found.columns], axis=1)[:, order]
    single = sorted(range(len(keys)), key=keys.__getitem__)
    rows = np.concatenate([np.abs(values[len(keys):]).mean(axis=0, keepdims=True), values[single]])
    times, n = len(rows), len(names)

    def of_predictions(each: np.ndarray) -> pa.Array:
        said = np.repeat(np.r_[0.0, each[single]], n)
        return pa.array(said, pa.float64(), mask=(np.arange(len(said)) < n) | np.isnan(said))

    return pa.table({
        "key": pa.array([key for key in (None, *(keys[row] for row in single)) for _ in range(n)], pa.string()),
        "asset_id": pa.array([names[name][0] for name in order] * times, pa.string()),
        "column": pa.array([names[name][1] or None for name in order] * times, pa.string()),
        "contribution": rows.ravel(), "probability": of_predictions(found.probability),
        "amount": of_predictions(found.amount)})
