"""The expectations that a suite may hold: one frozen strict model per family of Great Expectations types.

The catalogue is closed so that a misspelt type or argument is found before any data is read, and leaves out every type
whose result shows single values (smallest, largest, most common, distinct ones): those could be personal.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from assay.contracts.enums import Dimension, Severity
from assay.errors import ConfigError

Share = Annotated[float, Field(gt=0, le=1, strict=False)]
Count = Annotated[int, Field(ge=0)]
Columns = Annotated[list[str], Field(min_length=1)]
Scalar = bool | int | float | str
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


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class PartitionDay(_Strict):
    """A bound that moves with the data: midnight of the source partition's own label plus `partition_plus_days`."""

    partition_plus_days: int = Field(ge=-3660, le=3660)


Bound = int | float | datetime | date | PartitionDay


class Condition(_Strict):
    """What must hold of a column in the rows that an expectation is about; a gap meets no condition but `missing`."""

    column: str
    equals: Scalar | Bound | None = None
    differs_from: Scalar | Bound | None = None
    above: Bound | None = None
    at_least: Bound | None = None
    below: Bound | None = None
    at_most: Bound | None = None
    in_set: list[Scalar] | None = Field(default=None, min_length=1)
    not_in_set: list[Scalar] | None = Field(default=None, min_length=1)
    missing: bool | None = None

    @model_validator(mode="after")
    def _one(self) -> Condition:
        if len(self.model_fields_set - {"column"}) != 1:
            raise ValueError(f"needs exactly one of {', '.join(name for name in type(self).model_fields if name != 'column')}")
        return self

    def resolved(self, source_partition: str) -> tuple[str, str, Any]:
        """Column, what is compared, and with what, for the partition of that label."""
        (word,) = self.model_fields_set - {"column"}
        return self.column, word, _resolve(getattr(self, word), source_partition)

    def __str__(self) -> str:
        (word,) = self.model_fields_set - {"column"}
        if word == "missing":
            return f"{self.column} is {'' if self.missing else 'not '}missing"
        return f"{self.column} {_WORDS.get(word, word.replace('_', ' '))} {_shown(getattr(self, word))}"


_WORDS = {"equals": "is", "differs_from": "is not", "in_set": "is one of", "not_in_set": "is none of"}


class _Expectation(_Strict):
    """What every expectation says besides its own arguments.

    Great Expectations takes a missing severity for critical, so that a forgotten word would quarantine data: here it is
    mandatory.
    """

    severity: Severity = Field(strict=False)
    dimension: Dimension = Field(strict=False)
    where: list[Condition] | None = Field(default=None, min_length=1)

    @property
    def moves(self) -> bool:
        """Whether it asks for other things of equal rows under another label."""
        return "partition_plus_days" in self.model_dump_json()

    @property
    def needs(self) -> tuple[str, ...]:
        """Columns that must be there for the expectation to be computed, those of its conditions included."""
        return (*self.columns, *(condition.column for condition in self.where or ()))

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that the expectation is about, which must be there for it to be computed."""
        return ()

    @property
    def subject(self) -> str | None:
        """The one column, or the columns, that the expectation is about; None for the whole table."""
        return ", ".join(self.columns) or None

    def arguments(self, source_partition: str) -> dict[str, Any]:
        """Keyword arguments of the Great Expectations class, bounds resolved against the label `source_partition`."""
        own = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: _resolve(value, source_partition) for name, value in own.items()
                if value is not None and name not in ("expectation", "severity", "dimension", "where")}


class _OfColumn(_Expectation):
    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)


class _OfBounds(_Expectation):
    min_value: Bound | None = None
    max_value: Bound | None = None

    @model_validator(mode="after")
    def _bounded(self) -> _OfBounds:
        if self.min_value is None and self.max_value is None:
            raise ValueError("needs min_value or max_value: without a bound it can't fail")
        return self


class RowCount(_OfBounds):
    """How many rows the partition has."""

    expectation: Literal["expect_table_row_count_to_be_between"]
    min_value: Count | None = None
    max_value: Count | None = None


class ColumnSet(_Expectation):
    """Which columns the table has; with `exact_match` no others."""

    expectation: Literal["expect_table_columns_to_match_set"]
    where: None = None
    column_set: Columns
    exact_match: bool = True


class Presence(_Expectation):
    """That a column is there at all."""

    expectation: Literal["expect_column_to_exist"]
    where: None = None
    column: str

    @property
    def subject(self) -> str | None:
        """The column, which need not be there for this expectation to be computed."""
        return self.column


class RowWise(_OfColumn):
    """That values are there, or differ from each other."""

    expectation: Literal["expect_column_values_to_not_be_null", "expect_column_values_to_be_unique"]
    mostly: Share = 1.0


class Range(_OfColumn, _OfBounds):
    """That each value lies between two bounds, which are numbers, dates or days around the partition's label."""

    expectation: Literal["expect_column_values_to_be_between"]
    strict_min: bool = False
    strict_max: bool = False
    mostly: Share = 1.0


class Length(_OfColumn, _OfBounds):
    """That each text's length in characters lies between two bounds."""

    expectation: Literal["expect_column_value_lengths_to_be_between"]
    min_value: Count | None = None
    max_value: Count | None = None
    mostly: Share = 1.0


class Membership(_OfColumn):
    """That each value is, or is not, one of a list."""

    expectation: Literal["expect_column_values_to_be_in_set", "expect_column_values_to_not_be_in_set"]
    value_set: list[Scalar] = Field(min_length=1)
    mostly: Share = 1.0


class Pattern(_OfColumn):
    """That each text matches, or does not match, a regular expression."""

    expectation: Literal["expect_column_values_to_match_regex", "expect_column_values_to_not_match_regex"]
    regex: str = Field(min_length=1)
    mostly: Share = 1.0


class ColumnType(_OfColumn):
    """That the column is of a type, said in plain words rather than in pandas' names."""

    expectation: Literal["expect_column_values_to_be_in_type_list"]
    where: None = None
    type_list: list[TypeWord] = Field(min_length=1)

    def arguments(self, source_partition: str) -> dict[str, Any]:
        """The words as the names that Great Expectations compares pandas types with."""
        names = [name for word in self.type_list for name in _TYPES[word]]
        return {"column": self.column, "type_list": list(dict.fromkeys(names))}


class Aggregate(_OfColumn, _OfBounds):
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


class Order(_Expectation):
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


class CompoundKey(_Expectation):
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
    | CompoundKey,
    Field(discriminator="expectation")]

FAMILIES: tuple[type[_Expectation], ...] = (
    RowCount, ColumnSet, Presence, RowWise, Range, Length, Membership, Pattern, ColumnType, Aggregate, Order, CompoundKey)


def known_types() -> dict[str, type[_Expectation]]:
    """Every expectation type that a suite may name, with the model of its arguments."""
    return {name: family for family in FAMILIES for name in get_args(family.model_fields["expectation"].annotation)}


def _shown(value: Any) -> str:
    """A condition's value in words."""
    if isinstance(value, PartitionDay):
        return f"the partition's day plus {value.partition_plus_days}"
    return ", ".join(str(each) for each in value) if isinstance(value, list) else str(value)


def _resolve(value: Any, source_partition: str) -> Any:
    """A bound as Great Expectations compares it: dates become datetimes, in UTC and naive like the data it sees."""
    if isinstance(value, PartitionDay):
        if not source_partition:
            raise ConfigError("its suite", "partition_plus_days for an asset without partitions", "use a date")
        return datetime.fromisoformat(source_partition) + timedelta(days=value.partition_plus_days)
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, date):
        return datetime.combine(value, time())
    return value
