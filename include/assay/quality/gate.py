"""Which source partitions may be used, and how each asset stands: a pure function of what was found and checked.

Nothing here remembers an earlier run. The last good partition is found by looking at every partition in reach, so that
a backfill in any order comes to the same result.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from assay.contracts.enums import AssetStatus

_USUAL = 0.95  # share of an asset's own gaps that count as usual
_FOUND = "ok"


@dataclass(frozen=True)
class SourceLabel:
    """All that is known of one source partition.

    Attributes:
        label: Its date, `YYYY-MM-DD`; empty where the source has no partitions, or where the asset as a whole is out of
            reach.
        status: How discovery found it: ok, unreadable, missing or outage.
        ingested: Whether its snapshot stands in shared storage, or its table stays in its database.
        checked: Whether its expectations have been computed.
        failure: The critical expectation that it failed, or None.
        problem: Why it could not be found, read or ingested, or None.
    """

    label: str
    status: str = _FOUND
    ingested: bool = False
    checked: bool = False
    failure: str | None = None
    problem: str | None = None

    @property
    def usable(self) -> bool:
        """Whether later steps may read it."""
        return self.ingested and self.checked and self.failure is None

    @property
    def reason(self) -> str | None:
        """Why it may not be read, or None."""
        if self.usable:
            return None
        if self.failure is not None:
            return self.failure
        if self.problem is not None or not self.ingested:
            return self.problem or f"it is {self.status if self.status != _FOUND else 'not ingested'}"
        return "its expectations were not computed"


@dataclass(frozen=True)
class Standing:
    """How one asset stands in one partition.

    Attributes:
        status: One of the five.
        last_good: Newest usable label, or None.
        reason: One sentence where something is wrong.
    """

    status: AssetStatus
    last_good: str | None
    reason: str | None


def judge(labels: Sequence[SourceLabel], partition: str, rhythm_days: float | None = None) -> Standing:
    """How an asset stands.

    Args:
        labels: Every label in reach, in any order, each once. Those after `partition` are known ahead of their date, which
            is allowed but never due.
        partition: Partition of the run.
        rhythm_days: Median distance between its partitions; None where it isn't known.
    """
    whole = next((label for label in labels if not label.label and label.status != _FOUND), None)
    ordered = sorted((label for label in labels if label is not whole), key=lambda label: label.label)
    good = [label.label for label in ordered if label.usable]
    if not good:
        last = ordered[-1] if ordered else whole
        found = f"{_named(last)}: {last.reason}" if last else "the source has no partition of it in reach"
        return Standing(AssetStatus.MISSING, None, f"nothing is usable; {found}")
    last_good, newest = good[-1], ordered[-1]
    if newest.label != last_good:
        status = AssetStatus.QUARANTINED if newest.failure is not None else AssetStatus.DEGRADED
        return Standing(status, last_good, f"{_named(newest)} is not usable, {newest.reason}; {_instead(last_good, partition)}")
    trouble = whole if whole is not None else newest if newest.status != _FOUND else None
    if trouble is not None:
        problem = trouble.problem or f"{_named(trouble)} is {trouble.status}"
        return Standing(AssetStatus.DEGRADED, last_good, f"{problem}; {_instead(last_good, partition)}")
    if not last_good:
        return Standing(AssetStatus.OK, last_good, None)
    due = overdue_since([label.label for label in ordered], partition, rhythm_days)
    if due is not None:
        reason = f"the partition due on {due} is missing; {_instead(last_good, partition)}"
        return Standing(AssetStatus.DEGRADED, last_good, reason)
    return Standing(AssetStatus.OK if last_good >= partition else AssetStatus.UNCHANGED, last_good, None)


def overdue_since(labels: Sequence[str], partition: str, rhythm_days: float | None) -> str | None:
    """The day on which a partition newer than the last of `labels` was due, or None where none was due by `partition`.

    The usual gap is the larger of the rhythm and the 95 % point of the asset's own gaps: a table that skips days without
    rows isn't late after one of them, while one closed day a year doesn't excuse a daily table's missing day.

    Args:
        labels: Ascending dates, `YYYY-MM-DD`, at least one.
        partition: Partition of the run.
        rhythm_days: Median gap in days; None is taken for "no rhythm", of which nothing is ever due.
    """
    if rhythm_days is None:
        return None
    days = [date.fromisoformat(label) for label in labels]
    gaps = sorted((later - earlier).days for earlier, later in pairwise(days))
    usual = gaps[math.ceil(_USUAL * len(gaps)) - 1] if gaps else 0
    due = days[-1] + timedelta(days=max(1, math.ceil(rhythm_days), usual))
    return due.isoformat() if due <= date.fromisoformat(partition) else None


def _named(label: SourceLabel) -> str:
    return f"partition {label.label}" if label.label else "the source"


def _instead(last_good: str, partition: str) -> str:
    """What is used, and how old it is."""
    if not last_good:
        return "the last copy is used"
    age = (date.fromisoformat(partition) - date.fromisoformat(last_good)).days
    return f"{last_good} is used, {age} day{'' if age == 1 else 's'} old" if age > 0 else f"{last_good} is used"
