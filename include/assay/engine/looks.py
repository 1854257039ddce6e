"""Looks at a part of files: rows from places spread over them, while most of what they hold stays unread."""

from __future__ import annotations

import math
from collections.abc import Sequence

from assay.engine.duck import scan

_PLACES = 8


def look(files: Sequence[str], rows: int, wanted: int) -> str:
    """SQL of a relation of about so many rows of Parquet files that have the same columns.

    Args:
        files: Of one table, at least one.
        rows: Of all files together; they are taken for equally large.
        wanted: Rows to look at.
    """
    share = min(1.0, wanted / max(rows, 1))
    if (chosen := math.ceil(share * len(files))) >= _PLACES:  # whole files
        return scan([files[place * len(files) // chosen] for place in range(chosen)], alike=True)
    parts = []
    for place in range(_PLACES):
        number, rest = divmod(place * len(files), _PLACES)
        first = rest * rows // (_PLACES * len(files))
        parts.append(f"select * exclude (file_row_number) from {scan([files[number]], alike=True, numbered=True)} "
                     f"where file_row_number between {first} and {first + wanted // _PLACES - 1}")
    return f"({' union all '.join(parts)})"
