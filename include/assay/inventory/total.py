"""How sure the total of a use case is."""

from __future__ import annotations

import pyarrow as pa

from assay.valuation.bootstrap import bootstrap_sums, draw_seed, interval
from assay.valuation.table import read_payoffs


def total_interval(payoffs: pa.Table) -> tuple[float, float]:
    """95 % interval of v(N) by drawing clusters: what the decision earns with all assets less what it earns with none.

    It is narrower than the sum of the assets' own intervals, whose errors partly cancel.

    Args:
        payoffs: Contract `coalition_payoffs`.

    Raises:
        ValueError: If it lacks coalitions or clusters.
    """
    played = read_payoffs(payoffs)
    low, high = interval(bootstrap_sums(played.gained[None], seed=draw_seed(played.clusters)))
    return float(low[0]), float(high[0])
