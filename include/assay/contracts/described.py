"""What a catalogue says of a table, whichever catalogue it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Parts = tuple[str, ...]  # a table's name: service, database, schema, table, as far as there are; or a path alone


@dataclass(frozen=True)
class ForeignKey:
    """Columns that refer to those of another table, in the same order."""

    columns: tuple[str, ...]
    table: Parts
    to_columns: tuple[str, ...]


@dataclass(frozen=True)
class Flow:
    """Data that come into a table from another one.

    Attributes:
        source: The other table.
        column: Its column; None for the whole table.
        into: Column that they go into; None for the whole table.
        confidence: How sure the catalogue is, 0..1, higher is surer.
    """

    source: Parts
    column: str | None = None
    into: str | None = None
    confidence: float = 1.0


@dataclass(frozen=True)
class DescribedTable:
    """A table as a catalogue describes it.

    Attributes:
        identity: What the catalogue calls it, unique there.
        parts: Its name.
        view: Whether it is a view.
        comment: On the table.
        owner: Who answers for it, several in order, separated by commas.
        tier: The catalogue's word for its rank.
        column_comments: Column -> comment; parts of a column's value have a path with dots.
        primary_key: Columns that identify a row.
        references: Its foreign keys.
        flows: What its data come from.
    """

    identity: str
    parts: Parts
    view: bool = False
    comment: str | None = None
    owner: str | None = None
    tier: str | None = None
    column_comments: Mapping[str, str] = field(default_factory=dict)
    primary_key: tuple[str, ...] = ()
    references: tuple[ForeignKey, ...] = ()
    flows: tuple[Flow, ...] = ()
