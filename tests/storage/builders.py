"""Small artifacts that the tests of the store publish."""

from __future__ import annotations

import pyarrow as pa

from assay.contracts.schemas import MODEL_METRICS
from assay.storage import Recipe

WHERE = {"platform": "shop", "partition": "2017-12-31", "name": "next_week"}
URI = "shop/ds=2017-12-31/model_metrics/next_week"


def recipe(inputs: tuple[str, ...] = ("a", "b"), config: str = "c", code: str = "d") -> Recipe:
    return Recipe(inputs, config, code)


def metrics(*scores: float) -> pa.Table:
    rows = [{"use_case": "next_week", "model": "tiny", "split": "validate", "metric": "auc", "value": score}
            for score in scores]
    return pa.Table.from_pylist(rows, schema=MODEL_METRICS.schema)
