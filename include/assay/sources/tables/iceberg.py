"""Apache Iceberg, by the metadata in a table's own folder: no catalogue is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import fsspec
import pyarrow as pa

from assay.errors import UnreadableData, shorten
from assay.sources.base import SourcePartition
from assay.sources.tables.base import TableFormat, divided

if TYPE_CHECKING:
    from pyiceberg.table import StaticTable

_METADATA = re.compile(r"v?(\d+)(-[0-9a-f-]+)?\.metadata\.json")


def _partitions(location: str, options: Mapping[str, Any]) -> list[SourcePartition]:
    table = _open(location, options)
    files = [(f"{task.file.file_path} {sorted(deletes.file_path for deletes in task.delete_files)}", None,
              task.file.file_size_in_bytes) for task in _tasks(table, location)]
    return divided(location, "iceberg", None, files or [("", None, 0)])


def _read(partition: SourcePartition, options: Mapping[str, Any]) -> pa.Table:
    table = _open(partition.location, options)
    _tasks(table, partition.location)
    try:
        return table.scan().to_arrow()
    except (pa.ArrowException, OSError, ValueError, NotImplementedError) as error:
        raise UnreadableData(partition.location, shorten(error, 160), remedy="repair the table") from error


def _tasks(table: StaticTable, location: str) -> list[Any]:
    """The table's files, all of which have to lie in its folder."""
    try:
        tasks = list(table.scan().plan_files())
    except (pa.ArrowException, OSError, ValueError) as error:
        raise UnreadableData(location, shorten(error, 160), remedy="repair the table") from error
    for task in tasks:
        if not _plain(task.file.file_path).startswith(_plain(location).rstrip("/") + "/"):
            raise UnreadableData(location, "a file of the table lies outside of its folder",
                                 remedy="register the table again where it lies now")
    return tasks


def _open(location: str, options: Mapping[str, Any]) -> StaticTable:
    """The table by its newest metadata file: the one with the highest number."""
    from pyiceberg.exceptions import NoSuchTableError
    from pyiceberg.table import StaticTable

    fs, path = fsspec.core.url_to_fs(location, **options)
    try:
        names = [str(name).rsplit("/", 1)[-1] for name in fs.ls(f"{path}/metadata", detail=False)]
        numbered = [(int(found[1]), name) for name in names if (found := _METADATA.fullmatch(name))]
        if not numbered:
            raise UnreadableData(location, "its folder metadata holds no metadata file", remedy="restore the table's metadata")
        return StaticTable.from_metadata(f"{location}/metadata/{max(numbered)[1]}", _file_io(options))
    except (NoSuchTableError, OSError, ValueError) as error:
        if isinstance(error, UnreadableData):
            raise
        raise UnreadableData(location, shorten(error, 160), remedy="restore the table's metadata") from error


def _plain(place: str) -> str:
    return place.removeprefix("file://")


def _file_io(options: Mapping[str, Any]) -> dict[str, str]:
    """Options of fsspec's s3 as those of pyiceberg."""
    client = options.get("client_kwargs", {})
    said = {"s3.access-key-id": options.get("key"), "s3.secret-access-key": options.get("secret"),
            "s3.endpoint": client.get("endpoint_url"), "s3.region": client.get("region_name")}
    return {name: str(value) for name, value in said.items() if value}


ICEBERG = TableFormat("iceberg", "metadata", ".metadata.json", _partitions, _read)
