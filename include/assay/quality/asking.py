"""How a metric is asked for: what it is about, and what can be counted in passing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from assay.quality.partition import Partition
from assay.quality.reading import Reading

Arguments = Mapping[str, Any]


@dataclass(frozen=True)
class Ask:
    """Aggregates to compute in the scan that serves all metrics.

    Attributes:
        sql: Expressions over the table `part`.
        finish: The metric from their values.
    """

    sql: tuple[str, ...]
    finish: Callable[..., Any]


@dataclass(frozen=True)
class Domain:
    """What a metric is about.

    Attributes:
        columns: One, two, or those of a key; none for the whole table.
        where: Condition that its rows meet, in SQL.
        ignore: Which rows with gaps are left out, in Great Expectations' words.
    """

    columns: tuple[Reading, ...]
    where: str
    ignore: str | None = None

    @property
    def column(self) -> Reading:
        """The one column."""
        return self.columns[0]

    @property
    def filled(self) -> str:
        """Condition on rows that have a value."""
        return f"{self.where} and ({self.column.sql}) is not null"

    @property
    def kept(self) -> str:
        """Condition on rows of which a rule on several columns speaks."""
        gaps = [f"({column.sql}) is null" for column in self.columns]
        if self.ignore in ("either_value_is_missing", "any_value_is_missing"):
            return f"{self.where} and not ({' or '.join(gaps)})"
        return self.where if self.ignore in ("neither", "never") else f"{self.where} and not ({' and '.join(gaps)})"


Metric = Callable[[Partition, Domain, Arguments], Any]
