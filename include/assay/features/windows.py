"""Which outcome windows a partition trains, calibrates, values and serves on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class WindowRole(StrEnum):
    """What a window is used for; that of the outcome serves nothing but the value."""

    TRAIN = "train"
    VALIDATE = "validate"  # early stopping, calibration, choice of the champion
    OUTCOME = "outcome"  # the value is measured here
    SERVE = "serve"  # its outcomes lie in the future


@dataclass(frozen=True)
class Window:
    """`days` days of outcomes from `cutoff` on; features read only what is known before it.

    Without time (`cutoff` None) a window is a seeded part of the entities.
    """

    role: WindowRole
    cutoff: dt.date | None
    days: int | None

    @property
    def last_day(self) -> dt.date | None:
        """Last day of the outcomes."""
        return None if self.cutoff is None or self.days is None else self.cutoff + dt.timedelta(days=self.days - 1)


def plan_windows(partition: dt.date, days: int, n_train: int) -> list[Window]:
    """Windows of a use case with time, in order of their cut-offs.

    The outcome window ends with the partition, the validation window ends where it starts. Training windows lie on a fixed
    grid (weeks start on Mondays), so that neighbouring partitions share their feature tables.

    Args:
        partition: Last day whose data is known.
        days: Length of a window.
        n_train: How many training windows.
    """
    outcome = partition - dt.timedelta(days=days - 1)
    validate = outcome - dt.timedelta(days=days)
    newest = validate - dt.timedelta(days=days)
    newest -= dt.timedelta(days=(newest.toordinal() - 1) % days)  # ordinal 1 is a Monday
    train = [newest - dt.timedelta(days=days * back) for back in reversed(range(n_train))]
    return [*(Window(WindowRole.TRAIN, t, days) for t in train), Window(WindowRole.VALIDATE, validate, days),
            Window(WindowRole.OUTCOME, outcome, days), Window(WindowRole.SERVE, partition + dt.timedelta(days=1), days)]


def split_entities() -> list[Window]:
    """Windows of a use case without time: one table of all entities, split by a seeded hash of their keys."""
    return [Window(role, None, None) for role in (WindowRole.TRAIN, WindowRole.VALIDATE, WindowRole.OUTCOME)]
