"""Which outcome windows a partition trains, calibrates, values and serves on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class WindowRole(StrEnum):
    """What a window is used for; that of the outcome serves nothing but the value."""

    BASE_TRAIN = "base_train"  # of the base model, which the nights of a calendar month start from
    BASE_VALIDATE = "base_validate"
    TRAIN = "train"
    VALIDATE = "validate"  # early stopping, calibration, choice of the champion
    OUTCOME = "outcome"  # the value is measured here
    SERVE = "serve"  # its outcomes lie in the future
    HISTORY = "history"  # what happened before the first training window, without outcomes

_NEWEST = 3  # windows that a night's model is trained on at most, from the base model on


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
    """Windows of a use case with time, by purpose.

    The outcome window ends with the partition, the validation window ends where it starts. Training windows lie on a fixed
    grid (weeks start on Mondays), so that neighbouring partitions share their feature tables. The base model of the calendar
    month knows what lies before the validation window of the month's first partition; the night's own model starts from it and
    is trained on what came since.

    Args:
        partition: Last day whose data is known.
        days: Length of a window.
        n_train: How many training windows the base model has.
    """
    validate = _last_windows(partition, days)[0]
    base = _on_grid(_last_windows(partition.replace(day=1), days)[0] - dt.timedelta(days=days), days)
    newest = _on_grid(validate - dt.timedelta(days=days), days)
    since = max(base, newest - dt.timedelta(days=days * (_NEWEST - 1)))
    return [*_row(WindowRole.BASE_TRAIN, base - dt.timedelta(days=days), days, n_train),
            Window(WindowRole.BASE_VALIDATE, base, days),
            *_row(WindowRole.TRAIN, newest, days, (newest - since).days // days + 1), *_ends(partition, days)]


def plan_without_base(partition: dt.date, days: int, n_train: int) -> list[Window]:
    """The same where there is too little history for a base model: the night's model has all training windows."""
    validate = _last_windows(partition, days)[0]
    return [*_row(WindowRole.TRAIN, _on_grid(validate - dt.timedelta(days=days), days), days, n_train), *_ends(partition, days)]


def _last_windows(partition: dt.date, days: int) -> tuple[dt.date, dt.date]:
    """Starts of the validation and of the outcome window."""
    outcome = partition - dt.timedelta(days=days - 1)
    return outcome - dt.timedelta(days=days), outcome


def _on_grid(latest: dt.date, days: int) -> dt.date:
    """The last start of a training window up to a day; ordinal 1 is a Monday."""
    return latest - dt.timedelta(days=(latest.toordinal() - 1) % days)


def _row(role: WindowRole, newest: dt.date, days: int, count: int) -> list[Window]:
    return [Window(role, newest - dt.timedelta(days=days * back), days) for back in reversed(range(count))]


def _ends(partition: dt.date, days: int) -> list[Window]:
    validate, outcome = _last_windows(partition, days)
    return [Window(WindowRole.VALIDATE, validate, days), Window(WindowRole.OUTCOME, outcome, days),
            Window(WindowRole.SERVE, partition + dt.timedelta(days=1), days)]


def split_entities() -> list[Window]:
    """Windows of a use case without time: one table of all entities, split by a seeded hash of their keys."""
    return [Window(role, None, None) for role in (WindowRole.TRAIN, WindowRole.VALIDATE, WindowRole.OUTCOME)]
