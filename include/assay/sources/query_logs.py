"""Files of a query log on any fsspec filesystem: parquet, csv or lines of JSON, in a folder or named by a glob."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.json as pa_json
import pyarrow.parquet as pq

from assay.errors import UnreadableData
from assay.sources.listing import ListedFile, list_files

_FORMATS = ("parquet", "csv", "jsonl", "ndjson", "json")
_BLOCK = 64 << 20  # bytes; a line of JSON may not be longer


@dataclass(frozen=True)
class LogFile:
    """One file of a log."""

    _listed: ListedFile

    @property
    def name(self) -> str:
        """Its path, as its filesystem understands it."""
        return self._listed.name

    def read(self, choose: Callable[[Sequence[str]], Sequence[str]]) -> pa.Table:
        """The file's rows.

        Args:
            choose: Given the columns of the file, those to read.

        Raises:
            SourceUnavailable: If it can't be fetched.
            UnreadableData: If it is torn or is no table.
        """
        return _read(self.name, self._listed.content(), choose)


def log_files(path: str) -> list[LogFile]:
    """The files of a log, by name.

    Args:
        path: fsspec URI of a file or folder, or a glob.

    Raises:
        SourceUnavailable: If nothing lies there, or it can't be listed.
    """
    return [LogFile(file) for file in list_files(path, _FORMATS, "query_logs")]


def _read(file: str, content: bytes, choose: Callable[[Sequence[str]], Sequence[str]]) -> pa.Table:
    kind = next(kind for kind in _FORMATS if f".{kind}" in file.lower().rpartition("/")[2])
    try:
        if kind == "parquet":
            parquet = pq.ParquetFile(pa.BufferReader(content))
            return parquet.read(columns=list(choose(parquet.schema_arrow.names)))
        if kind == "csv":
            table = pa_csv.read_csv(io.BytesIO(content), parse_options=pa_csv.ParseOptions(newlines_in_values=True))
        else:
            table = pa_json.read_json(io.BytesIO(content), read_options=pa_json.ReadOptions(block_size=_BLOCK))
    except (pa.ArrowException, OSError) as error:
        raise UnreadableData(file, _without_values(str(error)), remedy="write the log's file again") from error
    return table.select(list(choose(table.column_names)))


def _without_values(message: str) -> str:
    """Arrow's message up to where it quotes the file: a statement may hold what is personal."""
    return message.partition(":")[0].partition("'")[0]
