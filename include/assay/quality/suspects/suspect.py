"""What all detectors of probably wrong values share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from assay.catalog.facts import ColumnFacts, Family
from assay.contracts.enums import Dimension, SuspectKind
from assay.errors import shorten
from assay.profiling.personal import mask

PLACES = 5  # rows that are named
_LONGEST = 60  # characters of an example
MOST = 100  # suspects of one kind in one column
_DIMENSION = {
    SuspectKind.VARIANT: Dimension.CONFORMITY, SuspectKind.TYPO: Dimension.ACCURACY, SuspectKind.FORM: Dimension.CONFORMITY,
    SuspectKind.OUTLIER: Dimension.ACCURACY, SuspectKind.PLACEHOLDER: Dimension.COMPLETENESS,
    SuspectKind.DEPENDENCY: Dimension.CONSISTENCY, SuspectKind.CONTRADICTION: Dimension.CONSISTENCY,
    SuspectKind.REPEATED: Dimension.CONSISTENCY}


@dataclass(frozen=True)
class Suspect:
    """Rows that hold something that is probably wrong.

    Attributes:
        kind: In what way.
        columns: Which columns are concerned, the one that is probably wrong last.
        rows: How many rows of the partition hold it.
        example: One of the values, masked where it is personal.
        instead: What probably belongs there, masked likewise; None where nothing suggests itself.
        reason: One sentence.
        values: As they stand in the column, by which the rows are found; never published. Empty where `where` is known.
        where: Up to five rows, as a person finds them again.
    """

    kind: SuspectKind
    columns: tuple[str, ...]
    rows: int
    example: str
    instead: str | None
    reason: str
    values: tuple[str, ...] = ()
    where: tuple[str, ...] = ()

    @property
    def dimension(self) -> Dimension:
        """The quality dimension that it hurts."""
        return _DIMENSION[self.kind]

    def at(self, places: Mapping[str, tuple[str, ...]]) -> Suspect:
        """The same with the rows in which its values are found, value -> rows."""
        return replace(self, where=tuple(place for value in self.values for place in places.get(value, ()))[:PLACES])


def dimensions() -> list[Dimension]:
    """Quality dimensions that something suspect can hurt, in the standard's order."""
    return [dimension for dimension in Dimension if dimension in _DIMENSION.values()]


def shown(column: ColumnFacts, value: object) -> str:
    """A value of a column as it may be shown: its stand-in where values of the column are personal, texts within quotes."""
    if column.personal:
        return mask(column.personal, str(value))
    text = repr(str(value)) if column.family is Family.TEXT else str(value)  # blanks are told apart, unlike in other sentences
    return text if len(text) <= _LONGEST else text[:_LONGEST - 1] + "…"


def called(column: str) -> str:
    """A column's name within a sentence."""
    return shorten(column, _LONGEST)
