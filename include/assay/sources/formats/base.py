"""What every file format offers, and what a file tells of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from assay.errors import UnreadableData


@dataclass(frozen=True)
class Header:
    """What one file says of itself: schema, rows, and stored bytes per column."""

    schema: pa.Schema
    row_count: int
    column_bytes: Mapping[str, int]


def whole(table: pa.Table, size: int) -> Header:
    """The header of a file that had to be parsed for it; its bytes in equal shares."""
    return Header(table.schema, table.num_rows, dict.fromkeys(table.column_names, size // max(table.num_columns, 1)))


@dataclass(frozen=True)
class Format:
    """A kind of file.

    Both functions take a location for errors and the file's content, and raise `UnreadableData` where it can't be read.

    Attributes:
        name: Short name, shown in the inventory.
        suffixes: Endings of its files, in lower case.
        parse: The rows, with those of the named columns that the file has; all columns by default.
        header: Schema and rows, where they can be told for less than by parsing.
        parts: Names of the tables in one file, where it may hold several; each becomes `<file>#<name>`.
    """

    name: str
    suffixes: tuple[str, ...]
    parse: Callable[[str, pa.Buffer, Sequence[str] | None], pa.Table]
    header: Callable[[str, pa.Buffer], Header] | None = None
    parts: Callable[[str, pa.Buffer], list[str]] | None = None

    def read_header(self, location: str, content: pa.Buffer) -> Header:
        """Schema and row count of a file.

        Raises:
            UnreadableData: If the file is empty, torn, in another encoding, or names a column twice.
        """
        if self.header is not None:
            return self.header(location, content)
        return whole(self.parse(location, content, None), content.size)


def chosen(names: Sequence[str], columns: Sequence[str] | None) -> list[str]:
    """Those of a file's columns that are wanted, in the file's order."""
    return [name for name in names if columns is None or name in columns]


def once(location: str, names: Sequence[str]) -> None:
    """Refuse a file that names a column twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise UnreadableData(location, "the file names it twice", column=name)
        seen.add(name)
