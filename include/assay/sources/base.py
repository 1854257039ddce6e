"""What every connector offers, and what it tells about a source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import pyarrow as pa


@dataclass(frozen=True)
class SourcePartition:
    """One partition of a table at its source.

    Attributes:
        label: Its date, `YYYY-MM-DD`; empty for a table without dated partitions.
        location: Folder that holds its files.
        format: parquet, csv, …; several, comma separated, where they lie side by side.
        files: Paths below `location`, sorted; empty where the folder holds no data file.
        bytes: Size of the files together.
        version: Changes whenever a file does, by what the listing tells (size, time, entity tag); empty where it tells nothing.
    """

    label: str
    location: str
    format: str
    files: tuple[str, ...]
    bytes: int
    version: str = ""


@dataclass(frozen=True)
class Reference:
    """A foreign key that a database declares: `columns` of a table refer to `to_columns` of `table`."""

    columns: tuple[str, ...]
    table: str
    to_columns: tuple[str, ...]


@dataclass(frozen=True)
class Declared:
    """What a source says of a table beside its rows.

    Attributes:
        view: Whether it is a view.
        comment: On the table.
        column_comments: On its columns, by name.
        primary_key: Columns that identify a row; empty if none are declared.
        references: Its foreign keys.
        row_estimate: What the database's own statistics say of its rows.
    """

    view: bool = False
    comment: str | None = None
    column_comments: Mapping[str, str] = field(default_factory=dict)
    primary_key: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    row_estimate: int | None = None


@dataclass(frozen=True)
class SourceTable:
    """A table of a source.

    Attributes:
        name: Its name, unique in the source.
        partitions: Ascending by label.
        declared: What the source says of it, where it says something.
    """

    name: str
    partitions: tuple[SourcePartition, ...]
    declared: Declared = Declared()


@dataclass(frozen=True)
class Footer:
    """What a partition's files say of themselves.

    Attributes:
        schema: Column -> DuckDB type, in the table's order.
        row_count: Rows over all files.
        column_bytes: Column -> stored size in bytes; about equal shares where the format doesn't tell.
        fingerprint: Hex SHA-256 over names and content of the files.
    """

    schema: Mapping[str, str]
    row_count: int
    column_bytes: Mapping[str, int]
    fingerprint: str


class Connector(Protocol):
    """A place that tables come from.

    All methods raise `SourceUnavailable` where the place can't be reached, and `UnreadableData` where one file or column
    can't be read.
    """

    def list_tables(self) -> list[SourceTable]:
        """Every table with its partitions, ascending by name."""

    def fingerprint(self, partition: SourcePartition) -> str:
        """Hex SHA-256 over names and content of the partition's files."""

    def footer(self, partition: SourcePartition) -> Footer:
        """Schema and row count of a partition, without reading more columns than the format needs."""

    def read(self, partition: SourcePartition, columns: Sequence[str] | None = None, *,
             fingerprint: str | None = None) -> pa.Table:
        """The partition's rows as they are at the source.

        Args:
            partition: As listed.
            columns: Columns to read, in this order; all by default.
            fingerprint: What the content must still be.
        """


@runtime_checkable
class CountingConnector(Protocol):
    """A connector of a database that counts its own tables."""

    def counter(self, partition: SourcePartition) -> AbstractContextManager[Any]:
        """What the database answers about a table, an `assay.engine.remote.Counter`; raises what reading does."""
