"""Parquet and csv files on any fsspec filesystem, one folder or file a table.

`<root>/<table>/<key>=<YYYY-MM-DD>/*.parquet|csv` is a table with dated partitions. `<root>/<table>.parquet|csv` and
`<root>/<table>/*.parquet|csv` are tables without; so is a folder whose hive values are no dates, such as `region=eu`, which
then become columns. Names that start with a dot or an underscore, and drafts of unfinished writes, are left out.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
from fsspec.implementations.local import LocalFileSystem

from assay.contracts.labels import parse_label
from assay.errors import SourceUnavailable, UnreadableData
from assay.sources.base import Footer, SourcePartition, SourceTable
from assay.sources.formats import SUFFIXES, parse, read_header, type_name, unify

logger = logging.getLogger(__name__)

_DRAFTS = (".draft", ".tmp", ".crc", ".inprogress")
_DEEPEST = 4  # levels of folders below a partition


class FilesSource:
    """Tables below one folder.

    Args:
        root: Path or fsspec URI of the folder.

    Raises:
        SourceUnavailable: If no filesystem serves the URI.
    """

    def __init__(self, root: str) -> None:
        self.root = root
        try:
            self._fs, self._base = fsspec.core.url_to_fs(root)
        except (ImportError, ValueError) as error:
            raise SourceUnavailable(root, str(error), "correct the source's path in platform.yaml") from error
        self._base = self._base.rstrip("/")

    # -- listing ------------------------------------------------------------------------------------------------------

    def list_tables(self) -> list[SourceTable]:
        """Every table with its partitions, ascending by name.

        Raises:
            SourceUnavailable: If the folder is missing, unreadable or holds no table (an empty folder is how a share that
                isn't mounted looks).
        """
        self._fs.invalidate_cache()
        tables: dict[str, SourceTable] = {}
        for entry in self._entries(self._base):
            name = _name(entry)
            if entry["type"] == "directory":
                table = self._table(name, entry["name"])
            else:
                name = name.rpartition(".")[0]
                table = SourceTable(name, (_partition("", self._base, [entry]),)) if _is_data(entry) else None
            if table is not None and name in tables:
                logger.warning("%s has a folder and a file for table %s; the folder is read", self.root, name)
                table = next(t for t in (tables[name], table) if not t.partitions or t.partitions[0].location != self._base)
            if table is not None:
                tables[name] = table
        if not tables:
            raise SourceUnavailable(self.root, "it holds no table", "mount or fill it, or correct the path in platform.yaml")
        return [tables[name] for name in sorted(tables)]

    def _table(self, name: str, folder: str) -> SourceTable | None:
        """The table in `folder`, or None where the folder holds no data at all."""
        entries = self._entries(folder)
        dated = {label: entry for entry in entries if (label := _label(entry))}
        if not dated:
            files = self._files(folder)
            return SourceTable(name, (_partition("", folder, files),)) if files else None
        loose = [_name(e) for e in entries if not _label(e) and (e["type"] == "directory" or _is_data(e))]
        if loose:
            logger.warning("%s: %d entries beside the dated partitions are left out, first %s", folder, len(loose), loose[0])
        return SourceTable(name, tuple(
            _partition(label, dated[label]["name"], self._files(dated[label]["name"])) for label in sorted(dated)))

    def _entries(self, folder: str) -> list[dict[str, Any]]:
        """What lies in `folder` and isn't hidden, sorted by name."""
        try:
            if not self._fs.isdir(folder):
                raise SourceUnavailable(folder, "no such folder", "lay it out, mount it, or correct the path in platform.yaml")
            found = self._fs.ls(folder, detail=True)
        except OSError as error:
            if isinstance(error, SourceUnavailable):
                raise
            raise SourceUnavailable(folder, str(error)) from error
        return sorted((self._follow(e) for e in found if not _is_hidden(e)), key=lambda e: str(e["name"]))

    def _follow(self, entry: dict[str, Any]) -> dict[str, Any]:
        """A symbolic link as what it points at; whether it may be read is decided when it is."""
        if not entry.get("islink"):
            return entry
        return entry | {"type": "directory" if self._fs.isdir(entry["name"]) else "file"}

    def _files(self, folder: str, depth: int = 0) -> list[dict[str, Any]]:
        """Data files in `folder` and the folders below it; linked folders there could repeat rows and are left out."""
        files: list[dict[str, Any]] = []
        for entry in self._entries(folder):
            if entry["type"] == "directory" and entry.get("islink"):
                logger.warning("%s is a linked folder inside a partition; it is left out", entry["name"])
            elif entry["type"] == "directory":
                files += self._files(entry["name"], depth + 1) if depth < _DEEPEST else []
            elif _is_data(entry):
                files.append(entry)
        return files

    # -- reading ------------------------------------------------------------------------------------------------------

    def fingerprint(self, partition: SourcePartition) -> str:
        """Hex SHA-256 over names and content of the partition's files.

        Raises:
            SourceUnavailable: If a file is gone or can't be fetched.
            UnreadableData: If a file lies outside the source.
        """
        return _fingerprint(self._contents(partition))

    def footer(self, partition: SourcePartition) -> Footer:
        """Schema, row count and fingerprint of a partition.

        Raises:
            SourceUnavailable: If a file is gone or can't be fetched.
            UnreadableData: If a file is torn, empty, outside the source, or has a column of another type than the first.
        """
        contents = self._contents(partition)
        schemas, rows, sizes = [], 0, dict[str, int]()
        for name, content in contents.items():
            header = read_header(f"{partition.location}/{name}", content)
            schemas.append((f"{partition.location}/{name}", _with_hive(header.schema, name)))
            rows += header.row_count
            for column, size in header.column_bytes.items():
                sizes[column] = sizes.get(column, 0) + size
        schema = unify(schemas)
        return Footer({field.name: type_name(field.type) for field in schema}, rows,
                      {name: sizes.get(name, 0) for name in schema.names}, _fingerprint(contents))

    def read(self, partition: SourcePartition, columns: Sequence[str] | None = None, *,
             fingerprint: str | None = None) -> pa.Table:
        """The partition's rows as they are at the source, files in the order of their names.

        Args:
            partition: As listed.
            columns: Columns to read, in this order; all by default.
            fingerprint: What the content must still be.

        Raises:
            SourceUnavailable: If a file is gone or can't be fetched.
            UnreadableData: If a file or column can't be read, a column is missing, or the content has changed.
        """
        contents = self._contents(partition)
        if fingerprint is not None and _fingerprint(contents) != fingerprint:
            raise UnreadableData(partition.location, "its files changed since they were listed", remedy="run it again")
        tables = []
        for name, content in contents.items():
            location = f"{partition.location}/{name}"
            tables.append((location, _add_hive(parse(location, content, columns), name, columns)))
        schema = unify([(location, table.schema) for location, table in tables])
        wanted = list(columns) if columns is not None else schema.names
        missing = [name for name in wanted if name not in schema.names]
        if missing:
            raise UnreadableData(partition.location, "there is no such column", column=missing[0],
                                 remedy=f"name one of {', '.join(schema.names)}")
        return pa.concat_tables([_fill(table, schema) for _, table in tables]).select(wanted)

    def _contents(self, partition: SourcePartition) -> dict[str, bytes]:
        """Content of the partition's files by their path below its location."""
        contents = {}
        for name in partition.files:
            path = f"{partition.location}/{name}"
            self._refuse_outside(path)
            try:
                contents[name] = self._fs.cat_file(path)
            except OSError as error:
                raise SourceUnavailable(path, str(error)) from error
        return contents

    def _refuse_outside(self, path: str) -> None:
        """Symbolic links may not lead out of the source's folder."""
        if isinstance(self._fs, LocalFileSystem) and not Path(path).resolve().is_relative_to(Path(self._base).resolve()):
            raise UnreadableData(path, "a symbolic link leads out of the source", remedy="put the file itself there")


def _partition(label: str, location: str, entries: Sequence[dict[str, Any]]) -> SourcePartition:
    files = sorted(str(entry["name"])[len(location) + 1:] for entry in entries)
    formats = ", ".join(sorted({name.rpartition(".")[2].lower() for name in files}))
    return SourcePartition(label, location, formats, tuple(files), sum(int(entry["size"] or 0) for entry in entries))


def _name(entry: dict[str, Any]) -> str:
    return str(entry["name"]).rstrip("/").rsplit("/", 1)[-1]


def _is_hidden(entry: dict[str, Any]) -> bool:
    return _name(entry).startswith((".", "_")) or _name(entry).endswith(_DRAFTS)


def _is_data(entry: dict[str, Any]) -> bool:
    return entry["type"] == "file" and _name(entry).lower().endswith(SUFFIXES)


def _label(entry: dict[str, Any]) -> str | None:
    """The date in the name of a hive folder."""
    key, equals, value = _name(entry).partition("=")
    return value if entry["type"] == "directory" and key and equals and parse_label(value) else None


def _hive(path: str) -> dict[str, str]:
    """Column -> value of the hive folders in a path."""
    pairs = (part.partition("=") for part in path.split("/")[:-1])
    return {key: value for key, equals, value in pairs if key and equals}


def _with_hive(schema: pa.Schema, path: str) -> pa.Schema:
    for key in _hive(path):
        schema = schema if key in schema.names else schema.append(pa.field(key, pa.string()))
    return schema


def _add_hive(table: pa.Table, path: str, columns: Sequence[str] | None) -> pa.Table:
    for key, value in _hive(path).items():
        if key not in table.column_names and (columns is None or key in columns):
            table = table.append_column(key, pa.array([value] * table.num_rows, pa.string()))
    return table


def _fill(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """`table` in the unified schema, with nulls for columns that only other files have."""
    absent = [field for field in schema if field.name not in table.column_names]
    for field in absent:
        table = table.append_column(field, pa.nulls(table.num_rows, field.type))
    return table.select(schema.names).cast(schema)


def _fingerprint(contents: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in sorted(contents.items()):
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
