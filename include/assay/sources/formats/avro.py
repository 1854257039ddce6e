"""Avro."""

from __future__ import annotations

import io
from collections.abc import Sequence

import fastavro
import pyarrow as pa

from assay.errors import UnreadableData, shorten
from assay.sources.formats.base import Format, chosen, once


def _parse(location: str, content: pa.Buffer, columns: Sequence[str] | None) -> pa.Table:
    try:
        reader = fastavro.reader(io.BytesIO(content))
        schema, records = reader.writer_schema, [record for record in reader if isinstance(record, dict)]
    except (ValueError, EOFError, IndexError, KeyError, TypeError, StopIteration) as error:
        raise UnreadableData(location, shorten(error or "its end is missing", 200)) from error
    if not isinstance(schema, dict) or schema.get("type") != "record":
        raise UnreadableData(location, "its values are no records", remedy="write records with named fields")
    names = [str(field["name"]) for field in schema["fields"]]
    once(location, names)
    try:
        columns_of = {name: pa.array([record[name] for record in records]) for name in chosen(names, columns)}
    except pa.ArrowException as error:
        raise UnreadableData(location, shorten(error, 200), remedy="give each field one type") from error
    return pa.table(columns_of) if columns_of else pa.table({"row": pa.nulls(len(records))}).select([])


AVRO = Format("avro", (".avro",), _parse)
