"""File formats: bytes in, Arrow out; whatever can't be read names its file and column.

A new format is one module with one `Format`, named here.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from assay.errors import UnreadableData
from assay.sources.formats.avro import AVRO
from assay.sources.formats.base import Format as Format
from assay.sources.formats.base import Header as Header
from assay.sources.formats.delimited import DELIMITED
from assay.sources.formats.excel import EXCEL
from assay.sources.formats.json_lines import JSON_LINES
from assay.sources.formats.orc import ORC
from assay.sources.formats.parquet import PARQUET

FORMATS = (PARQUET, DELIMITED, JSON_LINES, EXCEL, ORC, AVRO)
PACKED = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd"}  # a whole file packed once more, ending -> codec


def split_name(name: str) -> tuple[str, Format, str] | None:
    """What a file's name says: its stem, its format, the ending of a packed file or nothing; None for other files."""
    plain, _, _ = name.partition("#")
    packed = next((ending for ending in PACKED if plain.lower().endswith(ending)), "")
    plain = plain[: len(plain) - len(packed)]
    for form in FORMATS:
        for suffix in form.suffixes:
            if plain.lower().endswith(suffix) and len(plain) > len(suffix):
                return plain[: -len(suffix)], form, packed
    return None


def read_header(location: str, content: pa.Buffer) -> Header:
    """Schema, rows and stored bytes of a file.

    Raises:
        UnreadableData: If the file is empty, torn, in another encoding, or names a column twice.
    """
    form, content = _opened(location, content)
    return form.read_header(location, content)


def parse(location: str, content: pa.Buffer, columns: Sequence[str] | None = None) -> pa.Table:
    """The rows of a file, with those of `columns` that it has.

    Raises:
        UnreadableData: If the file is empty, torn, in another encoding, or names a column twice.
    """
    form, content = _opened(location, content)
    return form.parse(location, content, columns)


def parts_of(location: str, content: pa.Buffer) -> list[str]:
    """Names of the tables in a file; none where it is a table itself.

    Raises:
        UnreadableData: If it can't be opened.
    """
    form, content = _opened(location, content)
    return form.parts(location, content) if form.parts is not None else []


def _opened(location: str, content: pa.Buffer) -> tuple[Format, pa.Buffer]:
    """A file's format, and its content unpacked."""
    found = split_name(location)
    if found is None:
        raise UnreadableData(location, "no format has this ending", remedy=f"write {', '.join(form.name for form in FORMATS)}")
    if not content.size:
        raise UnreadableData(location, "it is empty")
    _, form, packed = found
    if packed:
        try:
            content = pa.CompressedInputStream(pa.BufferReader(content), PACKED[packed]).read_buffer()
        except (pa.ArrowException, OSError) as error:
            raise UnreadableData(location, str(error)) from error
    return form, content
