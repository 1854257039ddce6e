"""How the columns of a partition are read in SQL: each as one kind of value that expectations may be about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from assay.engine import literal, quote
from assay.quality.frames import EXACT_DIGITS, to_frame

if TYPE_CHECKING:
    from assay.quality.terms import Scalar


class Kind(StrEnum):
    """What a column's values are, as far as bounds and lists can be compared with them."""

    INTEGER = "integer"
    REAL = "real"
    DECIMAL = "decimal"  # of more digits than a double holds
    BOOLEAN = "boolean"
    TEXT = "text"
    TIME = "time"
    OTHER = "other"  # bytes, times of day: different or equal, no more
    NESTED = "nested"  # not even that


NUMBERS = (Kind.INTEGER, Kind.REAL, Kind.DECIMAL, Kind.BOOLEAN)


@dataclass(frozen=True)
class Reading:
    """One column.

    Attributes:
        name: The column.
        type: At the source.
        kind: What its values are.
        sql: Expression of a value; NaN is null, times are naive UTC.
    """

    name: str
    type: pa.DataType
    kind: Kind
    sql: str

    @property
    def number(self) -> str:
        """Expression of a value as a double."""
        return f"({self.sql})::double"

    def dtype(self, *, nulls: bool) -> Any:
        """Type of its series in a pandas frame, see `to_frame`."""
        return _dtype(self.type, nulls)


def read_columns(schema: pa.Schema) -> dict[str, Reading]:
    """Every column of a table of `schema`."""
    return {field.name: _read(field.name, field.type) for field in schema}


def as_sql(value: Scalar | date) -> str:
    """A bound or a listed value as an SQL constant; whole numbers stay whole, so that large keys are compared exactly."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return literal(value)
    if isinstance(value, datetime):
        return f"timestamp {literal(value.isoformat(sep=' '))}"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e18 else f"{literal(repr(value))}::double"
    return str(value)


def comparable(kind: Kind, value: Scalar | date) -> bool:
    """Whether values of `kind` can be compared with `value`."""
    if isinstance(value, str):
        return kind is Kind.TEXT
    return kind is Kind.TIME if isinstance(value, date) else kind in NUMBERS


def comparable_kinds(one: Kind, other: Kind) -> bool:
    """Whether values of two kinds can be compared with each other."""
    kinds = {one, other}
    return kinds <= set(NUMBERS) or (len(kinds) == 1 and kinds <= {Kind.TEXT, Kind.TIME})


@lru_cache(maxsize=256)
def _dtype(kind: pa.DataType, nulls: bool) -> Any:
    return to_frame(pa.table({"v": pa.chunked_array([pa.nulls(1 if nulls else 0, kind)])}))["v"].dtype


def _read(name: str, kind: pa.DataType) -> Reading:
    plain = kind.value_type if pa.types.is_dictionary(kind) else kind
    return Reading(name, kind, *_kind(quote(name), plain))


def _kind(sql: str, kind: pa.DataType) -> tuple[Kind, str]:
    """Kind and expression of a column by its type."""
    if pa.types.is_integer(kind):
        return Kind.INTEGER, sql
    if pa.types.is_floating(kind):
        return Kind.REAL, f"case when not isnan({sql}) then {sql}::double end"  # a NaN may not equal 'nan'
    if pa.types.is_decimal(kind):
        return (Kind.REAL, f"{sql}::double") if kind.precision <= EXACT_DIGITS else (Kind.DECIMAL, sql)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return Kind.TEXT, sql
    if pa.types.is_boolean(kind):
        return Kind.BOOLEAN, sql
    if pa.types.is_date(kind):
        return Kind.TIME, f"{sql}::timestamp"
    if pa.types.is_timestamp(kind):
        return Kind.TIME, f"make_timestamp(epoch_us({sql}))" if kind.tz else sql
    return Kind.NESTED if pa.types.is_nested(kind) else Kind.OTHER, sql
