"""Days without a row: how many, the longest stretch of them, and which of them the calendar does not explain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_WEEKS = 4  # from which a weekday has a habit
_USUAL = 0.5  # share of its days on which a usual weekday has rows


@dataclass(frozen=True)
class DayGaps:
    """Which days between the first and the last one have rows.

    Attributes:
        days: Days with rows.
        missing: Days without.
        unexplained: Days without, of those weekdays that have rows on at least half of their days; in less than four weeks of
            all days if the usual step is a day. None where no weekday is usual, such as in monthly data.
        longest: Most days in a row without.
        longest_from: The first of them, days since 1970; None where no day is missing.
        step: Most frequent distance between neighbouring days with rows, the smaller one of equals; None of a single day.
        weekdays: Share of the days of each weekday that have rows, Monday first; None where there was none.
    """

    days: int
    missing: int
    unexplained: int | None
    longest: int
    longest_from: int | None
    step: int | None
    weekdays: list[float | None]


def day_gaps(days: np.ndarray) -> DayGaps:
    """Gaps among days.

    Args:
        days: Shape (n,), n > 0, whole days since 1970, ascending, each once.
    """
    first, last = int(days[0]), int(days[-1])
    span, steps = last - first + 1, np.diff(days)
    step = None
    if len(steps):
        lengths, times = np.unique(steps, return_counts=True)
        step = int(lengths[np.argmax(times)])
    longest = int(steps.max()) - 1 if len(steps) else 0
    held = np.bincount((days + 3) % 7, minlength=7)  # 1970 began on a Thursday
    offered = np.array([(span - (weekday - first - 3) % 7 + 6) // 7 for weekday in range(7)])
    shares = [int(rows) / int(most) if most else None for rows, most in zip(held, offered, strict=True)]
    if span >= 7 * _WEEKS:
        usual = np.array([share is not None and share >= _USUAL for share in shares])
    else:
        usual = np.full(7, step == 1)
    return DayGaps(len(days), span - len(days), int((offered - held)[usual].sum()) if usual.any() else None, longest,
                   int(days[np.argmax(steps)]) + 1 if longest else None, step, shares)
