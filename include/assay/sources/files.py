"""Files on any fsspec filesystem: which of them are tables is told by `layout`, what is in them by `formats`.

Names that start with a dot or an underscore, and drafts of unfinished writes, are left out.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import fsspec
import pyarrow as pa
from fsspec.implementations.local import LocalFileSystem

from assay.errors import SourceUnavailable, UnreadableData
from assay.sources.base import Footer, SourcePartition, SourceTable
from assay.sources.content import asked_for, fingerprint_of, footer_of, in_order, known_columns
from assay.sources.formats import parse, parts_of, read_header, split_name
from assay.sources.layout import Listed, Part, alike, arrange, date_of, hive_columns
from assay.sources.tables import TABLE_FORMATS, TableFormat, format_named
from assay.sources.types import type_name, unify

logger = logging.getLogger(__name__)

_DRAFTS = (".draft", ".tmp", ".crc", ".inprogress")
_DEEPEST = 8  # levels of folders below the source
_VERSIONED = ("ETag", "etag", "md5Hash", "generation", "mtime", "LastModified", "last_modified", "updated", "created")


class FilesSource:
    """Tables below one folder, or in one file.

    Args:
        root: Path or fsspec URI of the folder or file.
        options: Of the filesystem, such as credentials.

    Raises:
        SourceUnavailable: If no filesystem serves the URI.
    """

    def __init__(self, root: str, options: Mapping[str, Any] | None = None) -> None:
        self.root = root
        try:
            self._fs, self._base = fsspec.core.url_to_fs(root, **(options or {}))
        except (ImportError, ValueError) as error:
            raise SourceUnavailable(root, str(error), "correct the source's path in platform.yaml") from error
        self._base = self._base.rstrip("/")
        self._options = dict(options or {})
        self._only = ""  # name of the file that the source is, once that is known

    # -- listing ------------------------------------------------------------------------------------------------------

    def list_tables(self) -> list[SourceTable]:
        """Every table with its partitions, ascending by name.

        Raises:
            SourceUnavailable: If the folder is missing, unreadable or holds no table (an empty folder is how a share that
                isn't mounted looks).
        """
        self._fs.invalidate_cache()
        only, logged = self._only_file(), list[SourceTable]()
        listed = [only] if only is not None else list(self._walk(self._base, (), logged))
        tables = arrange([sheet for one in listed for sheet in self._sheets(one)], self._name(), self._columns)
        found = [*logged, *(SourceTable(name, tuple(map(self._partition, parts))) for name, parts in tables.items())]
        if not any(partition.files for table in found for partition in table.partitions):
            raise SourceUnavailable(self.root, "it holds no table", "mount or fill it, or correct the path in platform.yaml")
        return sorted(found, key=lambda table: table.name)

    def _only_file(self) -> Listed | None:
        """The file that the source is, where it is no folder."""
        try:
            if not self._only and split_name(self._base) is not None and self._fs.isfile(self._base):
                self._base, _, self._only = self._base.rpartition("/")
            if not self._only:
                return None
            entry = self._fs.info(f"{self._base}/{self._only}")
        except OSError as error:
            raise SourceUnavailable(self.root, str(error)) from error
        return Listed(self._only, int(entry["size"] or 0), _version(entry))

    def _name(self) -> str:
        return self._base.rsplit("/", 1)[-1] or "files"

    def _walk(self, folder: str, below: tuple[str, ...], logged: list[SourceTable]) -> Iterator[Listed]:
        """Data files in `folder` and the folders below it, and dated folders without any; tables with a log go to `logged`."""
        entries = self._entries(folder)
        form = self._table_format(folder, {_name(entry) for entry in entries if entry["type"] == "directory"})
        if form is not None:
            logged.append(self._logged(folder, ".".join(below) or self._name(), form))
            return
        found = False
        for entry in entries:
            name = _name(entry)
            if _is_hidden(name):
                continue
            if entry["type"] != "directory":
                if split_name(name) is not None:
                    found = True
                    yield Listed("/".join((*below, name)), int(entry["size"] or 0), _version(entry))
            elif entry.get("islink") and self._repeats(entry, below):
                logger.warning("%s is a linked folder inside a partition; it is left out", entry["name"])
            elif len(below) < _DEEPEST:
                for one in self._walk(str(entry["name"]), (*below, name), logged):
                    found = True
                    yield one
        if not found and below and date_of(below[-1].rpartition("=")[2]):
            yield Listed("/".join((*below, "")), 0, "")

    def _table_format(self, folder: str, folders: Collection[str]) -> TableFormat | None:
        """The table format of a folder that holds these folders, by the log in one of them."""
        for form in TABLE_FORMATS:
            if form.marker in folders:
                log = self._entries(f"{folder}/{form.marker}")
                if any(_name(entry).endswith(form.log) for entry in log):
                    return form
        return None

    def _logged(self, folder: str, name: str, form: TableFormat) -> SourceTable:
        """A table with a log of its own; one whose log can't be read says so when it is read."""
        location = folder if isinstance(self._fs, LocalFileSystem) else str(self._fs.unstrip_protocol(folder))
        try:
            self._refuse_outside(folder)
            return SourceTable(name, tuple(form.partitions(location, self._options)))
        except UnreadableData:
            return SourceTable(name, (SourcePartition("", location, form.name, (form.name,), 0),))

    def _entries(self, folder: str) -> list[dict[str, Any]]:
        """What lies in `folder`, sorted by name."""
        try:
            if not self._fs.isdir(folder):
                raise SourceUnavailable(folder, "no such folder", "lay it out, mount it, or correct the path in platform.yaml")
            found = self._fs.ls(folder, detail=True)
        except OSError as error:
            if isinstance(error, SourceUnavailable):
                raise
            raise SourceUnavailable(folder, str(error)) from error
        return sorted(map(self._follow, found), key=lambda e: str(e["name"]))

    def _follow(self, entry: dict[str, Any]) -> dict[str, Any]:
        """A symbolic link as what it points at; whether it may be read is decided when it is."""
        if not entry.get("islink"):
            return entry
        return entry | {"type": "directory" if self._fs.isdir(entry["name"]) else "file"}

    def _repeats(self, entry: dict[str, Any], below: Sequence[str]) -> bool:
        """Whether a linked folder could repeat rows: inside a partition, or where it leads back to a folder above it."""
        above = Path(str(entry["name"])).parent.resolve()
        return any("=" in folder or date_of(folder) for folder in below) or above.is_relative_to(
            Path(str(entry["name"])).resolve())

    def _sheets(self, one: Listed) -> list[Listed]:
        """A file's tables, where it may hold several; one that can't be opened stays as it is, and says so when it is read."""
        found = split_name(one.path)
        if found is None or found[1].parts is None:
            return [one]
        try:
            names = parts_of(one.path, self._content(f"{self._base}/{one.path}"))
        except (UnreadableData, SourceUnavailable):
            return [one]
        if len(names) < 2:
            return [one]
        return [Listed(f"{one.path}#{name}", one.bytes // len(names), one.version) for name in names]

    def _columns(self, path: str) -> list[str] | None:
        """Columns of a file, None where it can't be read."""
        location = f"{self._base}/{path}"
        try:
            return list(read_header(location, self._content(location)).schema.names)
        except (UnreadableData, SourceUnavailable):
            return None

    def _partition(self, part: Part) -> SourcePartition:
        location = f"{self._base}/{part.folder}" if part.folder else self._base
        forms = {found[1].name for file in part.files if (found := split_name(file.path))}
        versions = [file.version for file in part.files]
        told = "\0".join(f"{file.path}\0{file.bytes}\0{file.version}" for file in part.files)
        return SourcePartition(part.label, location, ", ".join(sorted(forms)), tuple(file.path for file in part.files),
                               sum(file.bytes for file in part.files),
                               hashlib.sha256(told.encode()).hexdigest() if versions and all(versions) else "")

    # -- reading ------------------------------------------------------------------------------------------------------

    def fingerprint(self, partition: SourcePartition) -> str:
        """Hex SHA-256 over names and content of the partition's files.

        Raises:
            SourceUnavailable: If a file is gone or can't be fetched.
            UnreadableData: If a file lies outside the source.
        """
        if (form := format_named(partition.format)) is not None:
            return fingerprint_of(self._rows(form, partition))
        return _fingerprint(self._contents(partition))

    def footer(self, partition: SourcePartition) -> Footer:
        """Schema, row count and fingerprint of a partition.

        Raises:
            SourceUnavailable: If a file is gone or can't be fetched.
            UnreadableData: If a file is torn, empty, outside the source, or has a column of another type than the first.
        """
        if (form := format_named(partition.format)) is not None:
            return footer_of(self._rows(form, partition))
        contents = self._contents(partition)
        schemas, rows, sizes = [], 0, dict[str, int]()
        for name, content in contents.items():
            header = read_header(f"{partition.location}/{name}", content)
            schemas.append((f"{partition.location}/{name}", _with_hive(header.schema, name, partition.label)))
            rows += header.row_count
            for column, size in header.column_bytes.items():
                sizes[column] = sizes.get(column, 0) + size
        _refuse_mixed(schemas)
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
        if (form := format_named(partition.format)) is not None:
            return asked_for(self._rows(form, partition), partition.location, columns, fingerprint)
        contents = self._contents(partition)
        if fingerprint is not None and _fingerprint(contents) != fingerprint:
            raise UnreadableData(partition.location, "its files changed since they were listed", remedy="run it again")
        tables = []
        for name, content in contents.items():
            location = f"{partition.location}/{name}"
            tables.append((location, _add_hive(parse(location, content, columns), name, partition.label, columns)))
        schema = unify([(location, table.schema) for location, table in tables])
        wanted = known_columns(schema.names, partition.location, columns)
        return pa.concat_tables([_fill(table, schema) for _, table in tables]).select(wanted)

    def _rows(self, form: TableFormat, partition: SourcePartition) -> pa.Table:
        """Rows of a table with a log, in an order of their own: rewriting its files changes nothing."""
        self._refuse_outside(partition.location)
        return in_order(form.read(partition, self._options))

    def _contents(self, partition: SourcePartition) -> dict[str, pa.Buffer]:
        """Content of the partition's files by their path below its location."""
        return {name: self._content(f"{partition.location}/{name}") for name in partition.files}

    def _content(self, location: str) -> pa.Buffer:
        """Content of a file, whole: mapped into memory it could be cut short while it is read."""
        path = location.partition("#")[0]
        self._refuse_outside(path)
        try:
            return pa.py_buffer(self._fs.cat_file(path))
        except OSError as error:
            raise SourceUnavailable(path, str(error)) from error

    def _refuse_outside(self, path: str) -> None:
        """Symbolic links may not lead out of the source's folder."""
        if isinstance(self._fs, LocalFileSystem) and not Path(path).resolve().is_relative_to(Path(self._base).resolve()):
            raise UnreadableData(path, "a symbolic link leads out of the source", remedy="put the file itself there")


def _name(entry: dict[str, Any]) -> str:
    place = str(entry["name"]).rstrip("/")
    name = place.rsplit("/", 1)[-1]
    return unquote(name) if place.startswith(("http://", "https://")) else name


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "_")) or name.endswith(_DRAFTS)


def _version(entry: Mapping[str, Any]) -> str:
    return " ".join(f"{key}={entry[key]}" for key in _VERSIONED if entry.get(key) is not None)


def _refuse_mixed(schemas: Sequence[tuple[str, pa.Schema]]) -> None:
    """Refuse files whose columns are those of different tables."""
    for location, schema in schemas[1:]:
        if not alike(set(schemas[0][1].names), set(schema.names)):
            raise UnreadableData(location, f"its columns are others than those of {schemas[0][0].rsplit('/', 1)[-1]}",
                                 remedy="put the files of each table into a folder of its own")


def _with_hive(schema: pa.Schema, path: str, label: str) -> pa.Schema:
    for key in hive_columns(path, label):
        schema = schema if key in schema.names else schema.append(pa.field(key, pa.string()))
    return schema


def _add_hive(table: pa.Table, path: str, label: str, columns: Sequence[str] | None) -> pa.Table:
    for key, value in hive_columns(path, label).items():
        if key not in table.column_names and (columns is None or key in columns):
            table = table.append_column(key, pa.array([value] * table.num_rows, pa.string()))
    return table


def _fill(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """`table` in the unified schema, with nulls for columns that only other files have."""
    absent = [field for field in schema if field.name not in table.column_names]
    for field in absent:
        table = table.append_column(field, pa.nulls(table.num_rows, field.type))
    return table.select(schema.names).cast(schema)


def _fingerprint(contents: Mapping[str, pa.Buffer]) -> str:
    digest = hashlib.sha256()
    for name, content in sorted(contents.items()):
        digest.update(f"{name}\0{content.size}\0".encode())
        digest.update(content)
    return digest.hexdigest()
