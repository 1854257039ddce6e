"""Connectors: where assets come from."""

from assay.sources.base import Connector, CountingConnector, Footer, SourcePartition, SourceTable
from assay.sources.files import FilesSource

__all__ = ["Connector", "CountingConnector", "FilesSource", "Footer", "SourcePartition", "SourceTable"]
