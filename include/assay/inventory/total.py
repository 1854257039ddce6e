"""What use cases are worth as a whole, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from assay.inventory.combine import Scale
from assay.valuation.bootstrap import interval


def case_totals(values: Mapping[str, pa.Table]) -> list[tuple[str, float, str]]:
    """Use case, v(N) as the sum of its assets' values, unit; only those with a value."""
    totals = []
    for name in sorted(values):
        rows = [r for r in values[name].to_pylist() if r["value"] is not None]
        if rows:
            totals.append((name, math.fsum(r["value"] for r in rows), str(rows[0]["unit"])))
    return totals


def total_interval(values: Mapping[str, pa.Table], scale: Scale) -> tuple[float, float] | None:
    """95 % interval of what all assets are worth to all use cases together, from the sums of their draws; None where unknown.

    It is narrower than the sum of the assets' own intervals, whose errors partly cancel.

    Args:
        values: `values` per use case.
        scale: The inventory's unit.
    """
    draws = [np.array(row["draws"]) * scale.factors[name] for name in sorted(values) if name in scale.factors
             for row in values[name].select(["draws"]).to_pylist() if row["draws"] is not None]
    if not draws:
        return None
    low, high = interval(np.sum(draws, axis=0)[:, None])
    return float(low[0]), float(high[0])
