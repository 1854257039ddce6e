"""Deep features: what the encoders make of users, items and assets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from assay.features.table import entity_of
from assay.models.encoding import encode
from assay.models.store import OutcomeModel
from assay.models.vectors import token_vectors

_ASSET_ROWS = 50_000  # an asset's vector is a mean: more rows don't move it


def embed(model: OutcomeModel, table: pa.Table) -> list[dict[str, Any]]:
    """Vectors of every key of every entity role, and of every asset.

    A key's vector joins those of all tokens that speak of its role alone; an asset's is the mean over rows and over the tokens
    that read it.

    Args:
        model: The trained model.
        table: A feature table, whole.

    Returns:
        Rows with entity, key and vector, sorted by entity role, then key.
    """
    rows: list[dict[str, Any]] = []
    for role in entity_of(table):
        own = [n for n, code in enumerate(model.codes) if code.keys == (role,)]
        if not own:
            continue
        keys, first = np.unique(table.column(role).to_numpy(), return_index=True)
        vectors = token_vectors(model.network, encode(model.codes, table.take(first)))[:, own].reshape(len(first), -1)
        rows += [{"entity": role, "key": str(key), "vector": vector}
                 for key, vector in zip(keys.tolist(), vectors, strict=True)]
    part = table.take(np.linspace(0, table.num_rows - 1, min(_ASSET_ROWS, table.num_rows)).astype(int))
    means = token_vectors(model.network, encode(model.codes, part)).mean(axis=0)
    for asset in model.players:
        reading = [n for n, code in enumerate(model.codes) if asset in code.assets]
        rows.append({"entity": "asset", "key": asset, "vector": means[reading].mean(axis=0)})
    return rows
