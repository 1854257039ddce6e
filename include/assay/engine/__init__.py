"""The query engines that heavy scans are pushed down to."""

from assay.engine.duck import connect, literal, quote, scan
from assay.engine.rows import Choice, DuckRows, Rows

__all__ = ["Choice", "DuckRows", "Rows", "connect", "literal", "quote", "scan"]
