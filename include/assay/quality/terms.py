"""What all expectations of a suite are made of: bounds that move with the data, conditions on rows, the words around them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from assay.contracts.enums import Dimension, Severity
from assay.errors import ConfigError

Share = Annotated[float, Field(gt=0, le=1, strict=False)]
Count = Annotated[int, Field(ge=0)]
Columns = Annotated[list[str], Field(min_length=1)]
Scalar = bool | int | float | str


@dataclass(frozen=True)
class Reference:
    """Other partitions that an expectation compares the one in question with.

    Attributes:
        asset: Whose newest partition up to the same label it is; None for the asset's own earlier partitions.
        partitions: How many of them.
    """

    asset: str | None
    partitions: int = 1


class Strict(BaseModel):
    """A part of a suite: frozen, and without tolerance for keys and types that it doesn't know."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class PartitionDay(Strict):
    """A bound that moves with the data: midnight of the source partition's own label plus `partition_plus_days`."""

    partition_plus_days: int = Field(ge=-3660, le=3660)


Bound = int | float | datetime | date | PartitionDay


class Condition(Strict):
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
        return self.column, word, resolve(getattr(self, word), source_partition)

    def __str__(self) -> str:
        (word,) = self.model_fields_set - {"column"}
        if word == "missing":
            return f"{self.column} is {'' if self.missing else 'not '}missing"
        return f"{self.column} {_WORDS.get(word, word.replace('_', ' '))} {_shown(getattr(self, word))}"


_WORDS = {"equals": "is", "differs_from": "is not", "in_set": "is one of", "not_in_set": "is none of"}


class Term(Strict):
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
    def condition(self) -> str:
        """Its conditions in words, to be put behind others; empty where it is about all rows."""
        return f", where {' and '.join(map(str, self.where))}" if self.where else ""

    @property
    def sentence(self) -> str | None:
        """What Data Docs say of it; None for types of which Great Expectations has words of its own."""
        return None

    def said(self, seen: float) -> str:
        """In words the one number of a column or table that was seen."""
        return str(seen) if isinstance(seen, int) else f"{seen:.6g}"

    @property
    def reference(self) -> Reference | None:
        """What it compares the partition with; None where the partition's own rows are all it reads."""
        return None

    @property
    def targets(self) -> tuple[str, ...]:
        """Columns that the partitions which it is compared with must have."""
        return ()

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
        return {name: resolve(value, source_partition) for name, value in own.items()
                if value is not None and name not in ("expectation", "severity", "dimension", "where")}


class OfColumn(Term):
    """An expectation about one column."""

    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)


class OfBounds(Term):
    """An expectation that something lies between two bounds."""

    min_value: Bound | None = None
    max_value: Bound | None = None

    @model_validator(mode="after")
    def _bounded(self) -> OfBounds:
        if self.min_value is None and self.max_value is None:
            raise ValueError("needs min_value or max_value: without a bound it can't fail")
        return self


def _shown(value: Any) -> str:
    """A condition's value in words."""
    if isinstance(value, PartitionDay):
        return f"the partition's day plus {value.partition_plus_days}"
    return ", ".join(str(each) for each in value) if isinstance(value, list) else str(value)


def midnight(source_partition: str, what: str) -> datetime:
    """The start of a partition's own day.

    Raises:
        ConfigError: If the asset has no dated partitions; it names `what` asks for one.
    """
    if not source_partition:
        raise ConfigError("its suite", f"{what} for an asset without partitions", "use a date")
    return datetime.fromisoformat(source_partition)


def resolve(value: Any, source_partition: str) -> Any:
    """A bound as Great Expectations compares it: dates become datetimes, in UTC and naive like the data it sees."""
    if isinstance(value, PartitionDay):
        return midnight(source_partition, "partition_plus_days") + timedelta(days=value.partition_plus_days)
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, date):
        return datetime.combine(value, time())
    return value
