"""Delta Lake."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from assay.errors import UnreadableData, shorten
from assay.sources.base import SourcePartition
from assay.sources.layout import date_of
from assay.sources.tables.base import TableFormat, divided


def _partitions(location: str, options: Mapping[str, Any]) -> list[SourcePartition]:
    table = _open(location, options)
    actions = pa.table(table.get_add_actions(flatten=True)).to_pylist()
    column = _day_column(table.metadata().partition_columns, actions)
    return divided(location, "delta", column, [
        (f"{action['path']} {action.get('deletion_vector.unique_id')}", str(action.get(f"partition.{column}")),
         action["size_bytes"]) for action in actions] or [("", None, 0)])


def _day_column(columns: list[str], actions: list[dict[str, Any]]) -> str | None:
    """The partition column that holds days, if there is one."""
    return next((column for column in columns if actions and all(
        date_of(str(action.get(f"partition.{column}"))) for action in actions)), None)


def _read(partition: SourcePartition, options: Mapping[str, Any]) -> pa.Table:
    table = _open(partition.location, options)
    column, sign, _ = partition.files[0].partition("=")
    try:
        if not sign:
            return table.to_pyarrow_table()
        values = sorted({str(found[column]) for found in table.partitions() if date_of(str(found[column])) is not None
                         and _label(found[column]) == partition.label})
        return table.to_pyarrow_table(partitions=[(column, "in", values)]).drop_columns([column])
    except (DeltaError, pa.ArrowException, OSError, ValueError) as error:
        raise UnreadableData(partition.location, shorten(error, 160), remedy="repair the table, or vacuum less") from error


def _label(value: object) -> str:
    day = date_of(str(value))
    return day.isoformat() if day else ""


def _open(location: str, options: Mapping[str, Any]) -> DeltaTable:
    try:
        return DeltaTable(location, storage_options=_object_store(options) or None)
    except (DeltaError, OSError, ValueError) as error:
        raise UnreadableData(location, shorten(error, 160), remedy="restore its _delta_log") from error


def _object_store(options: Mapping[str, Any]) -> dict[str, str]:
    """Options of fsspec's s3 as those of the library's own filesystem."""
    client = options.get("client_kwargs", {})
    said = {"AWS_ACCESS_KEY_ID": options.get("key"), "AWS_SECRET_ACCESS_KEY": options.get("secret"),
            "AWS_ENDPOINT_URL": client.get("endpoint_url"), "AWS_REGION": client.get("region_name")}
    found = {name: str(value) for name, value in said.items() if value}
    return found | ({"AWS_ALLOW_HTTP": "true"} if str(client.get("endpoint_url", "")).startswith("http://") else {})


DELTA = TableFormat("delta", "_delta_log", ".json", _partitions, _read)
