"""What use cases are worth as a whole, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pyarrow as pa

from assay.valuation.bootstrap import bootstrap_sums, interval
from assay.valuation.table import payoff_matrix

_SEED = 0


def case_totals(values: Mapping[str, pa.Table]) -> list[tuple[str, float, str]]:
    """Use case, v(N) as the sum of its assets' values, unit; only those with a value."""
    totals = []
    for name in sorted(values):
        rows = [r for r in values[name].to_pylist() if r["value"] is not None]
        if rows:
            totals.append((name, math.fsum(r["value"] for r in rows), str(rows[0]["unit"])))
    return totals


def total_interval(payoffs: pa.Table) -> tuple[float, float]:
    """95 % interval of v(N) by drawing clusters: what the decision earns with all assets less what it earns with none.

    It is narrower than the sum of the assets' own intervals, whose errors partly cancel.

    Args:
        payoffs: Contract `coalition_payoffs`.

    Raises:
        ValueError: If it doesn't hold every coalition of its players.
    """
    _, _, money = payoff_matrix(payoffs)
    low, high = interval(bootstrap_sums(money[-1:] - money[:1], seed=_SEED))
    return float(low[0]), float(high[0])
