"""The expectations that a suite may hold: one frozen strict model per family of Great Expectations types.

The catalogue is closed so that a misspelt type or argument is found before any data is read, and leaves out every type
whose result shows single values (smallest, largest, most common, distinct ones): those could be personal.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from assay.quality.links import CompoundForeignKey, Determined, Familiar, ForeignKey, Fresh
from assay.quality.terms import Columns, Count, OfBounds, OfColumn, Scalar, Share, Term

TypeWord = Literal["integer", "number", "text", "time", "boolean"]

# What `frames.to_frame` makes of Arrow types, in the names that Great Expectations looks up.
_INTEGERS = ["int64", "uint64", "Int64Dtype", "UInt64Dtype"]
_TYPES: dict[str, list[str]] = {
    "integer": _INTEGERS,
    "number": [*_INTEGERS, "float64"],
    "text": ["StringDtype"],
    "time": ["datetime64[ns]", "datetime64[us]"],
    "boolean": ["bool", "BooleanDtype"],
}


class RowCount(OfBounds):
    """How many rows the partition has."""

    expectation: Literal["expect_table_row_count_to_be_between"]
    min_value: Count | None = None
    max_value: Count | None = None

    def said(self, seen: float) -> str:
        """The rows that were seen."""
        return f"{seen} rows"


class ColumnSet(Term):
    """Which columns the table has; with `exact_match` no others."""

    expectation: Literal["expect_table_columns_to_match_set"]
    where: None = None
    column_set: Columns
    exact_match: bool = True


class Presence(Term):
    """That a column is there at all."""

    expectation: Literal["expect_column_to_exist"]
    where: None = None
    column: str

    @property
    def subject(self) -> str | None:
        """The column, which need not be there for this expectation to be computed."""
        return self.column


class RowWise(OfColumn):
    """That values are there, or differ from each other."""

    expectation: Literal["expect_column_values_to_not_be_null", "expect_column_values_to_be_unique"]
    mostly: Share = 1.0


class Range(OfColumn, OfBounds):
    """That each value lies between two bounds, which are numbers, dates or days around the partition's label."""

    expectation: Literal["expect_column_values_to_be_between"]
    strict_min: bool = False
    strict_max: bool = False
    mostly: Share = 1.0


class Length(OfColumn, OfBounds):
    """That each text's length in characters lies between two bounds."""

    expectation: Literal["expect_column_value_lengths_to_be_between"]
    min_value: Count | None = None
    max_value: Count | None = None
    mostly: Share = 1.0


class Membership(OfColumn):
    """That each value is, or is not, one of a list."""

    expectation: Literal["expect_column_values_to_be_in_set", "expect_column_values_to_not_be_in_set"]
    value_set: list[Scalar] = Field(min_length=1)
    mostly: Share = 1.0


class Pattern(OfColumn):
    """That each text matches, or does not match, a regular expression."""

    expectation: Literal["expect_column_values_to_match_regex", "expect_column_values_to_not_match_regex"]
    regex: str = Field(min_length=1)
    mostly: Share = 1.0


class ColumnType(OfColumn):
    """That the column is of a type, said in plain words rather than in pandas' names."""

    expectation: Literal["expect_column_values_to_be_in_type_list"]
    where: None = None
    type_list: list[TypeWord] = Field(min_length=1)

    def arguments(self, source_partition: str) -> dict[str, Any]:
        """The words as the names that Great Expectations compares pandas types with."""
        names = [name for word in self.type_list for name in _TYPES[word]]
        return {"column": self.column, "type_list": list(dict.fromkeys(names))}


class Aggregate(OfColumn, OfBounds):
    """That one number over the column lies between two bounds."""

    expectation: Literal[
        "expect_column_mean_to_be_between", "expect_column_median_to_be_between", "expect_column_sum_to_be_between",
        "expect_column_stdev_to_be_between", "expect_column_unique_value_count_to_be_between",
        "expect_column_proportion_of_unique_values_to_be_between",
        "expect_column_proportion_of_non_null_values_to_be_between"]
    min_value: int | float | None = None
    max_value: int | float | None = None
    strict_min: bool = False
    strict_max: bool = False


class Order(Term):
    """That in each row column A is greater than column B."""

    expectation: Literal["expect_column_pair_values_a_to_be_greater_than_b"]
    column_A: str
    column_B: str
    or_equal: bool = False
    ignore_row_if: Literal["both_values_are_missing", "either_value_is_missing", "neither"] = "either_value_is_missing"
    mostly: Share = 1.0

    @property
    def columns(self) -> tuple[str, ...]:
        """Both columns."""
        return (self.column_A, self.column_B)


class CompoundKey(Term):
    """That several columns together identify a row; every row of a repeated key counts as failing."""

    expectation: Literal["expect_compound_columns_to_be_unique"]
    column_list: Annotated[list[str], Field(min_length=2)]
    mostly: Share = 1.0

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the key."""
        return tuple(self.column_list)


Expectation = Annotated[
    RowCount | ColumnSet | Presence | RowWise | Range | Length | Membership | Pattern | ColumnType | Aggregate | Order
    | CompoundKey | ForeignKey | CompoundForeignKey | Determined | Fresh | Familiar,
    Field(discriminator="expectation")]

FAMILIES: tuple[type[Term], ...] = (
    RowCount, ColumnSet, Presence, RowWise, Range, Length, Membership, Pattern, ColumnType, Aggregate, Order, CompoundKey,
    ForeignKey, CompoundForeignKey, Determined, Fresh, Familiar)


def known_types() -> dict[str, type[Term]]:
    """Every expectation type that a suite may name, with the model of its arguments."""
    return {name: family for family in FAMILIES for name in get_args(family.model_fields["expectation"].annotation)}
