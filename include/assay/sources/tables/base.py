"""What every table format offers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from assay.sources.base import SourcePartition
from assay.sources.layout import date_of


@dataclass(frozen=True)
class TableFormat:
    """A kind of table that is a folder with a log of its own.

    Attributes:
        name: Short name, shown in the inventory.
        marker: Folder in it by which it is known.
        log: Ending of the files there.
        partitions: Of a folder, with options of its filesystem: one for each day of a column that divides the table by days,
            else one for all of it. Raises `UnreadableData` where the log can't be read.
        read: All rows of such a partition. Raises `UnreadableData`.
    """

    name: str
    marker: str
    log: str
    partitions: Callable[[str, Mapping[str, Any]], list[SourcePartition]]
    read: Callable[[SourcePartition, Mapping[str, Any]], pa.Table]


def divided(location: str, form: str, column: str | None,
            files: Iterable[tuple[str, str | None, int]]) -> list[SourcePartition]:
    """Partitions of a table, ascending by label.

    Args:
        location: Its folder.
        form: Name of its format.
        column: The one that divides it by days, if there is one.
        files: What tells a file's content for good, its value of that column, and its bytes.
    """
    by_label: dict[str, list[tuple[str, int]]] = {}
    for told, value, size in files:
        day = date_of(value) if column is not None and value is not None else None
        by_label.setdefault(day.isoformat() if day else "", []).append((told, size))
    if column is None or "" in by_label:  # a row without a day belongs to no partition: then the table is one
        by_label = {"": [file for own in by_label.values() for file in own]}
    return [SourcePartition(label, location, form, (f"{column}={label}" if label else form,), sum(size for _, size in own),
                            hashlib.sha256("\0".join(sorted(told for told, _ in own)).encode()).hexdigest())
            for label, own in sorted(by_label.items())]
