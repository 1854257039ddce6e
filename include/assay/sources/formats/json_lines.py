"""JSON: a record a line, or one list of records."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.json as pa_json

from assay.errors import UnreadableData, shorten
from assay.sources.formats.base import Format, chosen, once
from assay.sources.formats.text import to_utf8

_BLOCK = 64 << 20  # bytes by which a field's type is told: most files whole


def _parse(location: str, content: pa.Buffer, columns: Sequence[str] | None) -> pa.Table:
    text = to_utf8(location, content.to_pybytes())
    if not text.strip():
        raise UnreadableData(location, "it is empty")
    table = _from_list(location, text) if text.lstrip()[:1] == b"[" else _from_lines(location, text)
    once(location, table.column_names)
    return table.select(chosen(table.column_names, columns))


def _from_lines(location: str, text: bytes) -> pa.Table:
    options = pa_json.ReadOptions(block_size=min(max(len(text) + 1, 1 << 16), _BLOCK))
    try:
        return pa_json.read_json(pa.BufferReader(text), options)
    except (pa.ArrowException, OSError) as error:
        told = re.search(r"Column\(/([^/)]+)", str(error))
        raise UnreadableData(location, shorten(error, 200), column=told.group(1) if told else None,
                             remedy="write a record a line, fields of one type") from error


def _from_list(location: str, text: bytes) -> pa.Table:
    try:
        records = json.loads(text)
    except ValueError as error:
        raise UnreadableData(location, str(error), remedy="write a record a line") from error
    if not records or not all(isinstance(record, dict) for record in records):
        raise UnreadableData(location, "it is a list of something else than records", remedy="write a record a line")
    lines = "\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    return _from_lines(location, lines.encode())


JSON_LINES = Format("json", (".jsonl", ".ndjson", ".json"), _parse)
