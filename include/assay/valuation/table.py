"""Coalition payoffs as the artifact `coalition_payoffs`, and back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa


def payoff_table(coalitions: np.ndarray, players: Sequence[str], clusters: Sequence[str], money: np.ndarray) -> pa.Table:
    """One row a coalition and cluster.

    Args:
        coalitions: 0/1, shape (coalitions, players).
        players: Asset ids.
        clusters: Keys.
        money: Shape (coalitions, clusters).
    """
    members = pa.array([[p for p, seen in zip(players, row, strict=True) if seen] for row in coalitions],
                       pa.list_(pa.string()))
    which = np.repeat(np.arange(len(coalitions)), len(clusters))
    return pa.table({
        "coalition": members.take(pa.array(which)),
        "cluster": pa.array(list(clusters), pa.string()).take(pa.array(np.tile(np.arange(len(clusters)), len(coalitions)))),
        "payoff": pa.array(money.ravel().astype(np.float64)),
    })


def payoff_matrix(table: pa.Table) -> tuple[list[str], list[str], np.ndarray]:
    """Inverse of `payoff_table`.

    Returns:
        Players, clusters, and money of shape (2^players, clusters) in the order of `all_coalitions`.

    Raises:
        ValueError: If the table doesn't hold every coalition of its players.
    """
    size = len(table.column("cluster").unique())
    clusters = table.column("cluster").slice(0, size).to_pylist()
    players = list(table.column("coalition").slice(table.num_rows - size, 1)[0].as_py())
    if table.num_rows != size * 2**len(players):
        raise ValueError(f"got {table.num_rows} payoffs of {size} clusters; give every coalition of {len(players)} players")
    return players, clusters, table.column("payoff").to_numpy().reshape(2**len(players), size).astype(np.float64)
