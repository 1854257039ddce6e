"""Rows that were read from a source that answers in any order: the same rows are the same bytes."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from assay.errors import UnreadableData
from assay.sources.base import Footer, SourcePartition
from assay.sources.types import type_name

_ROW_GROUP = 1 << 17


def parquet_bytes(table: pa.Table) -> bytes:
    """The table as parquet: equal tables give equal bytes."""
    sink = pa.BufferOutputStream()
    pq.write_table(table.combine_chunks().replace_schema_metadata(None), sink, compression="zstd", row_group_size=_ROW_GROUP)
    return bytes(sink.getvalue())


def in_order(table: pa.Table, key: Sequence[str] = ()) -> pa.Table:
    """The rows sorted by a key, else by all columns that can be sorted: a database answers in any order.

    Args:
        table: Any rows.
        key: Columns that identify a row.
    """
    by = [name for name in key or table.column_names if _sortable(table.schema.field(name).type)]
    return table.sort_by([(name, "ascending") for name in by]) if by and table.num_rows else table


def fingerprint_of(table: pa.Table) -> str:
    """Hex SHA-256 over names, types and values."""
    return hashlib.sha256(parquet_bytes(table)).hexdigest()


def footer_of(table: pa.Table) -> Footer:
    """Schema, rows, sizes in memory and fingerprint of a table that was read."""
    sizes = {name: table.column(name).nbytes for name in table.column_names}
    return Footer({field.name: type_name(field.type) for field in table.schema}, table.num_rows, sizes, fingerprint_of(table))


class WholeReader(ABC):
    """What a connector says of a partition that it can only read whole."""

    @abstractmethod
    def read(self, partition: SourcePartition, columns: Sequence[str] | None = None, *,
             fingerprint: str | None = None) -> pa.Table:
        """The partition's rows, in one order."""

    def fingerprint(self, partition: SourcePartition) -> str:
        """Hex SHA-256 over names, types and values of the partition's rows, in any order; raises what reading does."""
        return fingerprint_of(self.read(partition))

    def footer(self, partition: SourcePartition) -> Footer:
        """Schema, rows and fingerprint of a partition, which is read for it; raises what reading does."""
        return footer_of(self.read(partition))


def asked_for(table: pa.Table, location: str, columns: Sequence[str] | None, fingerprint: str | None) -> pa.Table:
    """The columns that a reader wants of a table, if its content is what the reader has seen.

    Raises:
        UnreadableData: If a column is missing, or the content has changed.
    """
    if fingerprint is not None and fingerprint_of(table) != fingerprint:
        raise UnreadableData(location, "its rows changed since they were listed", remedy="run it again")
    return table.select(known_columns(table.column_names, location, columns))


def known_columns(names: Sequence[str], location: str, columns: Sequence[str] | None) -> list[str]:
    """The columns that a reader wants of those that there are; all by default.

    Raises:
        UnreadableData: If one is missing.
    """
    missing = [column for column in columns or () if column not in names]
    if missing:
        raise UnreadableData(location, "there is no such column", column=missing[0], remedy=f"name one of {', '.join(names)}")
    return list(names if columns is None else columns)


def _sortable(kind: pa.DataType) -> bool:
    return not (pa.types.is_nested(kind) or pa.types.is_null(kind))
