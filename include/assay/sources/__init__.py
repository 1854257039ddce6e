"""Connectors: where assets come from."""

from assay.sources.base import Connector, Footer, SourcePartition, SourceTable
from assay.sources.files import FilesSource

__all__ = ["Connector", "FilesSource", "Footer", "SourcePartition", "SourceTable"]
