"""Which model serves, and when its parameters have to be searched anew.

What a champion gains is its loss (log loss, or pinball loss of quantiles) below the base rate's on the validation window.
Windows differ: what is usual is read from the last ones that share no day, as their median less twice their spread, the
distance of the quartiles scaled to a standard deviation. Unlike mean and standard error these don't follow the one bad window
that they have to tell. At least a twentieth of the median has to be missing, since windows that happen to be alike have next
to no spread. Of normally distributed gains two in a row lie below by chance once in a hundred windows where eight are known,
once in forty where four are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

WINDOWS = 8  # that tell what is usual
LEAST_WINDOWS = 4
PATIENCE = 2  # windows in a row below what is usual that start a search
_SPREADS = 2.0
_QUARTILES = 1.349  # their distance in standard deviations, of a normal distribution
_LEAST_DROP = 0.05  # of the median


@dataclass(frozen=True)
class Standing:
    """How the champion did on one window.

    Attributes:
        window: Day that tells windows apart: the first of the validation window, `YYYY-MM-DD`.
        gain: Loss of the base rate less the champion's; higher is better, None where there was no champion.
        below: Windows in a row, up to this one, in which it gained less than usual.
        retuned: A search ran after it.
    """

    window: str
    gain: float | None
    below: int
    retuned: bool


def promoted(champion: float | None, challenger: float) -> bool:
    """Whether the challenger serves from now on: on the same rows its loss is lower, or nobody has served before."""
    return champion is None or challenger < champion


def usual(gains: Sequence[float]) -> float | None:
    """The least gain that is usual; None if too few windows are known to tell.

    Args:
        gains: Of windows that share no day, oldest first.
    """
    if len(gains) < LEAST_WINDOWS:
        return None
    last = np.asarray(gains[-WINDOWS:], np.float64)
    low, middle, high = (float(quantile) for quantile in np.quantile(last, [0.25, 0.5, 0.75]))
    spread = (high - low) / _QUARTILES
    return middle - max(_SPREADS * spread, _LEAST_DROP * abs(middle))


def below(past: Sequence[Standing], window: str, gain: float | None, days: int) -> int:
    """Windows in a row, this one included, in which the champion gained less than usual, since the last search.

    Args:
        past: What is known of earlier nights, oldest first.
        window: First day of this window.
        gain: The champion's.
        days: Length of a window. Of nights whose windows overlap one counts.
    """
    before = apart(past, window, days)
    least = usual([one.gain for one in before if one.gain is not None])
    if gain is None or least is None or gain >= least:
        return 0
    searched = any(one.retuned for one in past if one.window >= before[-1].window)
    return 1 if searched else before[-1].below + 1


def apart(past: Sequence[Standing], window: str, days: int) -> list[Standing]:
    """The newest that shares no day with `window`, and going back those that share none with the one after; oldest first."""
    kept, limit = list[Standing](), window
    for one in reversed(past):
        if _days_between(one.window, limit) >= days:
            kept.append(one)
            limit = one.window
    return kept[::-1]


def remembered(past: Sequence[Standing], now: Standing, days: int) -> list[Standing]:
    """What later nights have to know: this window, and those of earlier nights that can still tell what is usual."""
    same = [one for one in past if one.window == now.window]
    now = replace(now, retuned=now.retuned or any(one.retuned for one in same))
    oldest = 2 * WINDOWS * days
    kept = [one for one in past if one.window != now.window and _days_between(one.window, now.window) <= oldest]
    return sorted([*kept, now], key=lambda one: one.window)


def _days_between(earlier: str, later: str) -> int:
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days
