"""ORC."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.orc as pa_orc

from assay.errors import UnreadableData
from assay.sources.formats.base import Format, Header, chosen, once


def _header(location: str, content: pa.Buffer) -> Header:
    file = _open(location, content)
    names = file.schema.names
    return Header(file.schema, file.nrows, dict.fromkeys(names, content.size // max(len(names), 1)))


def _parse(location: str, content: pa.Buffer, columns: Sequence[str] | None) -> pa.Table:
    file = _open(location, content)
    try:
        return file.read().select(chosen(file.schema.names, columns))
    except (pa.ArrowException, OSError) as error:
        raise UnreadableData(location, str(error)) from error


def _open(location: str, content: pa.Buffer) -> pa_orc.ORCFile:
    try:
        file = pa_orc.ORCFile(pa.BufferReader(content))
        once(location, file.schema.names)
    except (pa.ArrowException, OSError) as error:
        raise UnreadableData(location, str(error)) from error
    return file


ORC = Format("orc", (".orc",), _parse, _header)
