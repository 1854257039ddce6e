"""Table formats: folders whose own log says which of their files are the table.

A new one is one module with one `TableFormat`, named here.
"""

from __future__ import annotations

from assay.sources.tables.base import TableFormat as TableFormat
from assay.sources.tables.delta import DELTA
from assay.sources.tables.iceberg import ICEBERG

TABLE_FORMATS = (DELTA, ICEBERG)


def format_named(name: str) -> TableFormat | None:
    """The table format of that name, or None."""
    return next((form for form in TABLE_FORMATS if form.name == name), None)
