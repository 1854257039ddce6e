"""Which coalitions a game is played with."""

from __future__ import annotations

import numpy as np

EXACT_PLAYERS = 12  # most players whose coalitions are all played: 4,096


def all_coalitions(players: int) -> np.ndarray:
    """Every coalition, the empty one first and the grand one last.

    Returns:
        0/1 int8, shape (2^players, players); row s holds the bits of s, player 0 the lowest.

    Raises:
        ValueError: If there are more than `EXACT_PLAYERS` players.
    """
    if not 0 <= players <= EXACT_PLAYERS:
        raise ValueError(f"got {players} players: all coalitions are played for at most {EXACT_PLAYERS}; name fewer assets")
    return ((np.arange(2**players)[:, None] >> np.arange(players)) & 1).astype(np.int8)
