"""Excel and OpenDocument workbooks: a table a sheet, its first row naming the columns."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from assay.errors import UnreadableData, shorten
from assay.sources.formats.base import Format, chosen, once

_EXACT = 2**53  # floats below it hold every integer
_Cell = int | float | str | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None


def _sheets(location: str, content: pa.Buffer) -> list[str]:
    """Names of the sheets that hold something."""
    book = _open(location, content)
    return [name for name in book.sheet_names if book.get_sheet_by_name(name).total_height]


def _parse(location: str, content: pa.Buffer, columns: Sequence[str] | None) -> pa.Table:
    book, named = _open(location, content), location.partition("#")[2]
    if not book.sheet_names:
        raise UnreadableData(location, "it has no sheet")
    rows = book.get_sheet_by_name(named or book.sheet_names[0]).to_python(skip_empty_area=True)
    if not rows:
        raise UnreadableData(location, "it is empty")
    names = [str(cell).strip() or f"column_{n}" for n, cell in enumerate(rows[0], 1)]
    once(location, names)
    body = [row for row in rows[1:] if any(cell != "" for cell in row)]
    wanted = chosen(names, columns)
    if not wanted:
        return pa.table({"row": pa.nulls(len(body))}).select([])
    return pa.table({name: _column([row[names.index(name)] for row in body]) for name in wanted})


def _column(cells: list[_Cell]) -> pa.Array:
    """Cells of one column; a workbook knows numbers of one kind only, so whole ones are integers."""
    filled = [None if cell == "" else cell for cell in cells]
    kinds = {type(cell) for cell in filled if cell is not None}
    if kinds <= {float, int}:
        numbers = [cell for cell in filled if isinstance(cell, float | int)]
        whole = numbers and all(float(number).is_integer() and abs(number) < _EXACT for number in numbers)
        floats = pa.array(filled, pa.float64() if numbers else pa.null())
        return floats.cast(pa.int64()) if whole else floats
    if kinds == {dt.date} or kinds == {bool}:
        return pa.array(filled)
    if kinds <= {dt.date, dt.datetime}:
        moments = [dt.datetime(cell.year, cell.month, cell.day) if type(cell) is dt.date else cell for cell in filled]
        return pa.array(moments, pa.timestamp("us"))
    return pa.array([None if cell is None else _text(cell) for cell in filled], pa.string())


def _text(cell: _Cell) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _open(location: str, content: pa.Buffer) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(content))
    except (CalamineError, OSError, ValueError) as error:
        raise UnreadableData(location, shorten(error, 200), remedy="save the workbook again, without a password") from error


EXCEL = Format("excel", (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), _parse, parts=_sheets)
