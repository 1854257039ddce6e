"""Files of a query log on any fsspec filesystem: parquet, csv or lines of JSON, in a folder or named by a glob."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.json as pa_json
import pyarrow.parquet as pq

from assay.errors import SourceUnavailable, UnreadableData

_FORMATS = ("parquet", "csv", "jsonl", "ndjson", "json")
_PACKED = ("", ".gz", ".bz2", ".zst")
_SUFFIXES = tuple(f".{kind}{packed}" for kind in _FORMATS for packed in _PACKED)
_BLOCK = 64 << 20  # bytes; a line of JSON may not be longer


@dataclass(frozen=True)
class LogFile:
    """One file of a log.

    Attributes:
        name: Its path, as its filesystem understands it.
    """

    name: str
    _fs: Any

    def read(self, choose: Callable[[Sequence[str]], Sequence[str]]) -> pa.Table:
        """The file's rows.

        Args:
            choose: Given the columns of the file, those to read.

        Raises:
            SourceUnavailable: If it can't be fetched.
            UnreadableData: If it is torn or is no table.
        """
        try:
            with self._fs.open(self.name, "rb", compression="infer") as handle:
                content = handle.read()
        except (OSError, EOFError) as error:
            raise SourceUnavailable(self.name, str(error)) from error
        return _read(self.name, content, choose)


def log_files(path: str) -> list[LogFile]:
    """The files of a log, by name.

    Args:
        path: fsspec URI of a file or folder, or a glob.

    Raises:
        SourceUnavailable: If nothing lies there, or it can't be listed.
    """
    remedy = "correct the path under query_logs in platform.yaml"
    try:
        fs, base = fsspec.core.url_to_fs(path)
        fs.invalidate_cache()
        found = fs.glob(base) if "*" in base else fs.find(base)
    except (OSError, ImportError, ValueError) as error:
        raise SourceUnavailable(path, str(error), remedy) from error
    files = [LogFile(name, fs) for name in sorted(found)
             if name.lower().endswith(_SUFFIXES) and not name.rpartition("/")[2].startswith((".", "_"))]
    if not files:
        raise SourceUnavailable(path, "no parquet, csv or jsonl file lies there", remedy)
    return files


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
