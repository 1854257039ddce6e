"""Expectations that reach beyond single values of one partition: what columns, assets and days have to do with each other.

Great Expectations has no types for them; `rules` holds the classes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from assay.quality.terms import Columns, OfColumn, Reference, Share, Term, midnight


def _most(share: float) -> str:
    """How many values, in words."""
    return "all values" if share == 1 else f"at least {share:.4g} of the values"


class ForeignKey(OfColumn):
    """That each value is found in a column of another asset: in its newest ingested partition up to the same label."""

    expectation: Literal["expect_column_values_to_exist_in_asset"]
    asset: str = Field(min_length=1)
    to_column: str = Field(min_length=1)
    mostly: Share = 1.0

    @property
    def sentence(self) -> str:
        """What is held."""
        return f"{_most(self.mostly)} of {self.column} are found in {self.to_column} of {self.asset}"

    @property
    def reference(self) -> Reference:
        """The other asset's newest partition."""
        return Reference(self.asset)

    @property
    def targets(self) -> tuple[str, ...]:
        """The column that holds the values."""
        return (self.to_column,)


class CompoundForeignKey(Term):
    """The same of several columns together; a row in which one of them is missing doesn't fail."""

    expectation: Literal["expect_compound_columns_to_exist_in_asset"]
    column_list: Annotated[list[str], Field(min_length=2)]
    asset: str = Field(min_length=1)
    to_columns: Annotated[list[str], Field(min_length=2)]
    mostly: Share = 1.0

    @property
    def sentence(self) -> str:
        """What is held."""
        return (f"{_most(self.mostly)} of {', '.join(self.column_list)} are found together in {', '.join(self.to_columns)} "
                f"of {self.asset}")

    @model_validator(mode="after")
    def _paired(self) -> CompoundForeignKey:
        if len(self.column_list) != len(self.to_columns):
            raise ValueError(f"{len(self.column_list)} columns and {len(self.to_columns)} to_columns: needs one for each")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the key."""
        return tuple(self.column_list)

    @property
    def reference(self) -> Reference:
        """The other asset's newest partition."""
        return Reference(self.asset)

    @property
    def targets(self) -> tuple[str, ...]:
        """The columns that hold the values, in the same order."""
        return tuple(self.to_columns)


class Determined(OfColumn):
    """That rows that agree in some columns agree in this one, too (a functional dependency).

    Of rows that don't, those fail that would have to be changed: all but the most frequent value's. A row in which one of the
    determining columns is missing doesn't fail.
    """

    expectation: Literal["expect_column_values_to_be_determined_by"]
    determined_by: Columns
    mostly: Share = 1.0

    @property
    def sentence(self) -> str:
        """What is held."""
        return f"{_most(self.mostly)} of {self.column} are determined by {', '.join(self.determined_by)}"

    @property
    def needs(self) -> tuple[str, ...]:
        """The column and those that determine it."""
        return (*super().needs, *self.determined_by)


class Fresh(OfColumn):
    """That the newest time lies at most so many hours before the end of the partition's own day, in UTC."""

    expectation: Literal["expect_column_newest_time_to_be_within_hours"]
    max_hours: Annotated[float, Field(gt=0, strict=False)]

    @property
    def sentence(self) -> str:
        """What is held."""
        return f"the newest time of {self.column} lies at most {self.max_hours:g} hours before the end of the partition's day"

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

    @property
    def sentence(self) -> str:
        """What is held."""
        return (f"values of {self.column} lie at most {self.max_distance:g} from those of the last {self.partitions} "
                "partitions, by Jensen and Shannon's distance")

    def said(self, seen: float) -> str:
        """The distance that was seen."""
        return f"distance {seen:.6g}"

    @property
    def reference(self) -> Reference:
        """Partitions of the same asset."""
        return Reference(None, self.partitions)

    @property
    def targets(self) -> tuple[str, ...]:
        """The same column."""
        return (self.column,)
