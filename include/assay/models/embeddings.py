"""Deep features: what the encoders make of users, items and assets."""

from __future__ import annotations

from typing import Any

import numpy as np

from assay.features.table import FeatureTables
from assay.models.encoding import Encoded, tables_of
from assay.models.store import OutcomeModel
from assay.models.vectors import token_vectors

_ASSET_ROWS = 50_000  # an asset's vector is a mean: more rows don't move it


def embed(model: OutcomeModel, features: FeatureTables, encoded: Encoded) -> list[dict[str, Any]]:
    """Vectors of every key of every entity role, and of every asset.

    A key's vector joins those of all tokens that speak of its role alone and, where there is a behaviour encoder, the user's
    state or the item's own vector there; an asset's is the mean over rows and over the tokens that read it.

    Args:
        model: The trained model.
        features: A window, whole.
        encoded: The same as the model's inputs.

    Returns:
        Rows with entity, key and vector, sorted by entity role, then key.
    """
    vectors, tables = token_vectors(model.network, encoded), tables_of(model.codes)
    rows: list[dict[str, Any]] = []
    for role in features.entity:
        if role in tables and role in features.tables:
            own, keys = vectors.tables[tables.index(role)], features.tables[role].column(role).to_pylist()
            joined = np.hstack([own.reshape(len(own), -1), *_foretold(model, role, encoded, len(tables))])
            rows += [{"entity": role, "key": str(key), "vector": vector} for key, vector in zip(keys, joined, strict=True)]
    means = vectors.of(np.linspace(0, len(vectors) - 1, min(_ASSET_ROWS, len(vectors))).astype(int)).mean(axis=0)
    for asset in model.players:
        reading = [n for n, code in enumerate(model.codes) if asset in code.assets]
        rows.append({"entity": "asset", "key": asset, "vector": means[reading].mean(axis=0)})
    return rows


def _foretold(model: OutcomeModel, role: str, encoded: Encoded, tables: int) -> list[np.ndarray]:
    """What the behaviour encoder knows of the things of a role: states of users, vectors of items; nothing of others."""
    if model.behaviour is None or role not in model.behaviour.code.keys:
        return []
    is_user = role == model.behaviour.code.keys[0]
    return [encoded.numbers[tables] if is_user else encoded.numbers[tables + 1][:, :-1]]
