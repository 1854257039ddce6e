"""Parquet."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from assay.errors import UnreadableData
from assay.sources.formats.base import Format, Header, chosen, once


def _header(location: str, content: pa.Buffer) -> Header:
    """From the footer alone."""
    file = _open(location, content)
    sizes: dict[str, int] = {}
    for group in range(file.metadata.num_row_groups):
        chunks = file.metadata.row_group(group)
        for index in range(chunks.num_columns):
            chunk = chunks.column(index)
            column = chunk.path_in_schema.split(".")[0]
            sizes[column] = sizes.get(column, 0) + chunk.total_compressed_size
    once(location, file.schema_arrow.names)
    return Header(file.schema_arrow, file.metadata.num_rows, sizes)


def _parse(location: str, content: pa.Buffer, columns: Sequence[str] | None) -> pa.Table:
    file = _open(location, content)
    once(location, file.schema_arrow.names)
    wanted = chosen(file.schema_arrow.names, columns)
    try:
        table = file.read(columns=wanted)
    except (pa.ArrowException, OSError) as error:
        raise UnreadableData(location, str(error), column=_torn_column(file, wanted)) from error
    return table.replace_schema_metadata(None) if wanted else table  # without columns that would lose the row count


def _open(location: str, content: pa.Buffer) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(pa.BufferReader(content))
    except (pa.ArrowException, OSError) as error:
        raise UnreadableData(location, str(error)) from error


def _torn_column(file: pq.ParquetFile, columns: Sequence[str]) -> str | None:
    """The first column that can't be read by itself."""
    for name in columns:
        try:
            file.read(columns=[name])
        except (pa.ArrowException, OSError):
            return name
    return None


PARQUET = Format("parquet", (".parquet", ".pq", ".parq"), _parse, _header)
