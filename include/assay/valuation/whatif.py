"""What a decision would earn if an asset were late, had lost rows or were gone: the paired difference on one window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assay.valuation.audit import aligned
from assay.valuation.bootstrap import bootstrap_sums, draw_seed, interval
from assay.valuation.game import Game


@dataclass(frozen=True)
class Outlook:
    """What a damage changes on one window, money per window, each over what is earned without any asset.

    Attributes:
        earned: With all assets as they are.
        damaged: With the damage done.
        change: The latter less the former; negative where the damage costs money.
        ci_low: Lower end of the change's 95 % interval, from drawing clusters anew.
        ci_high: Its upper end.
        share: The change as a share of what is earned; None where nothing is.
    """

    earned: float
    damaged: float
    change: float
    ci_low: float
    ci_high: float
    share: float | None


def outlook(now: Game, then: Game, gone: str | None = None) -> Outlook:
    """Play all assets in both games.

    Args:
        now: On what is known.
        then: On what is known of it once the damage is done, on the same outcomes.
        gone: The asset that nothing is left of, if there is nothing.
    """
    clusters = now.payoff.clusters
    nothing, everything = now.play(np.stack([np.zeros(len(now.players), np.int8), np.ones(len(now.players), np.int8)]))
    left = np.array([[player != gone for player in then.players]], np.int8)
    change = aligned(then.play(left)[0], then.payoff.clusters, clusters) - everything
    return _told(clusters, everything - nothing, change)


def unchanged(now: Game) -> Outlook:
    """Of a damage that nothing depends on."""
    nothing, everything = now.play(np.stack([np.zeros(len(now.players), np.int8), np.ones(len(now.players), np.int8)]))
    return _told(now.payoff.clusters, everything - nothing, np.zeros(len(now.payoff.clusters)))


def _told(clusters: Sequence[str], gained: np.ndarray, change: np.ndarray) -> Outlook:
    """Sum up over clusters, each of shape (clusters,)."""
    (low,), (high,) = interval(bootstrap_sums(change[None], seed=draw_seed(clusters)))
    earned, changed = float(gained.sum()), float(change.sum())
    return Outlook(earned, earned + changed, changed, float(low), float(high), changed / earned if earned > 0 else None)
