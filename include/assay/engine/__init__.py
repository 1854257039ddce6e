"""The query engine that heavy scans are pushed down to."""

from assay.engine.duck import connect, literal, quote

__all__ = ["connect", "literal", "quote"]
