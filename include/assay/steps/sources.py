"""The connector of a manifest's source."""

from __future__ import annotations

from assay.config.manifest import Database, Files
from assay.sources import Connector, FilesSource
from assay.sources.databases.duckdb_file import DuckDbSource
from assay.steps.connections import database_file, database_url, filesystem_options, find_connection, hive_place


def open_source(source: Files | Database) -> Connector:
    """The connector of one entry of `sources`.

    Raises:
        SourceUnavailable: If nothing serves its place.
        ConfigError: If it names a connection that isn't there.
    """
    if isinstance(source, Files):
        return FilesSource(source.path, filesystem_options(source.connection) if source.connection else None)
    said = find_connection(source.connection)
    if said.conn_type == "duckdb":
        return DuckDbSource(database_file(said))
    if (place := hive_place(source.connection, said)) is not None:
        from assay.sources.databases.hive import HiveSource

        return HiveSource(place, source.schemas)
    from assay.sources.databases.sql import SqlSource

    return SqlSource(database_url(source.connection), source.schemas)
