"""Expectations that reach beyond single values of one partition: what columns, assets and days have to do with each other.

Great Expectations has no types for them; `rules` holds the classes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import Field

from assay.quality.terms import Columns, OfColumn, Reference, Share, midnight


class ForeignKey(OfColumn):
    """That each value is found in a column of another asset: in its newest ingested partition up to the same label."""

    expectation: Literal["expect_column_values_to_exist_in_asset"]
    asset: str = Field(min_length=1)
    to_column: str = Field(min_length=1)
    mostly: Share = 1.0

    @property
    def reference(self) -> Reference:
        """The other asset's newest partition."""
        return Reference(self.asset)


class Determined(OfColumn):
    """That rows that agree in some columns agree in this one, too (a functional dependency).

    Of rows that don't, those fail that would have to be changed: all but the most frequent value's. A row in which one of the
    determining columns is missing doesn't fail.
    """

    expectation: Literal["expect_column_values_to_be_determined_by"]
    determined_by: Columns
    mostly: Share = 1.0

    @property
    def needs(self) -> tuple[str, ...]:
        """The column and those that determine it."""
        return (*super().needs, *self.determined_by)


class Fresh(OfColumn):
    """That the newest time lies at most so many hours before the end of the partition's own day, in UTC."""

    expectation: Literal["expect_column_newest_time_to_be_within_hours"]
    max_hours: Annotated[float, Field(gt=0, strict=False)]

    def said(self, seen: float) -> str:
        """Where the newest time lies."""
        return f"{abs(seen):.6g} hours {'after' if seen < 0 else 'before'} the end of the partition's day"

    @property
    def moves(self) -> bool:
        """Always, since it looks at the label."""
        return True

    def arguments(self, source_partition: str) -> dict[str, Any]:
        """The column, the hours and the end of the day."""
        end = midnight(source_partition, "freshness") + timedelta(days=1)
        return {"column": self.column, "max_hours": self.max_hours, "day_end": end.isoformat(sep=" ")}


class Familiar(OfColumn):
    """That values are distributed as in the asset's last partitions together: by Jensen and Shannon's distance, 0..1.

    Numbers with many different values are compared by the twentieths of the earlier ones. What chance alone puts between two
    samples of that size is taken off.
    """

    expectation: Literal["expect_column_distribution_to_resemble_earlier_partitions"]
    max_distance: Annotated[float, Field(gt=0, lt=1)]
    partitions: Annotated[int, Field(ge=1, le=60)] = 8

    def said(self, seen: float) -> str:
        """The distance that was seen."""
        return f"distance {seen:.6g}"

    @property
    def reference(self) -> Reference:
        """Partitions of the same asset."""
        return Reference(None, self.partitions)
