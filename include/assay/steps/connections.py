"""Airflow's connections as what SQLAlchemy and fsspec want of them: secrets live nowhere else.

A connection in the environment (`AIRFLOW_CONN_<ID>`) is read without Airflow, so that `scan` needs none.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from assay.errors import ConfigError
from assay.sources.databases.dialects import dialect_of
from assay.sources.databases.spark import CONNECT_TYPES, METASTORE_TYPES

if TYPE_CHECKING:
    import sqlalchemy as sa


@dataclass(frozen=True)
class Connection:
    """What a connection says, by Airflow's own names."""

    conn_type: str
    host: str | None = None
    login: str | None = None
    password: str | None = field(default=None, repr=False)
    schema: str | None = None
    port: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


def find_connection(name: str) -> Connection:
    """The connection of that id.

    Raises:
        ConfigError: If there is none, or it can't be understood.
    """
    found = os.environ.get(f"AIRFLOW_CONN_{name.upper()}")
    if found is not None:
        return _read(name, found)
    from airflow.sdk import Connection as AirflowConnection

    try:
        known = AirflowConnection.get(name)
    except Exception as error:  # whatever Airflow's secrets backends raise
        raise _unknown(name) from error
    return Connection(known.conn_type, known.host, known.login, known.password, known.schema, known.port, known.extra_dejson)


def database_url(name: str) -> sa.URL:
    """SQLAlchemy's URL of a connection.

    Raises:
        ConfigError: If there is no such connection, or it is of no database.
    """
    import sqlalchemy as sa

    said = find_connection(name)
    dialect = dialect_of(said.conn_type)
    if dialect is None:
        raise ConfigError(f"connection {name}", f"type {said.conn_type!r}, which is no database that is known",
                          "name one such as postgres, mysql or sqlite")
    if dialect.drivername == "sqlite":
        return sa.URL.create(dialect.drivername, database=database_file(said))
    return sa.URL.create(dialect.drivername, said.login, said.password, said.host, said.port, said.schema,
                         {key: str(value) for key, value in said.extra.items() if isinstance(value, str | int)})


def database_file(said: Connection) -> str:
    """Path of a database that is a file: the connection's schema, else its host."""
    return f"/{(said.schema or said.host or '').lstrip('/')}"


def hive_place(name: str, said: Connection) -> str | None:
    """Where a connection says that Hive's catalogue is, as `HiveSource` wants it; None if it is of something else.

    Spark Connect's user and token are login and password. What its extra calls `metastore` is read by a Spark in this process:
    `thrift://host:port`, or the folder of a Derby database.

    Raises:
        ConfigError: If it names no place.
    """
    if said.conn_type not in CONNECT_TYPES | METASTORE_TYPES:
        return None
    host = (said.host or "").removeprefix("sc://")
    if metastore := said.extra.get("metastore"):
        return str(metastore)
    if said.conn_type in METASTORE_TYPES and host:
        return f"thrift://{host}:{said.port or 9083}"
    if said.conn_type in METASTORE_TYPES and said.schema:
        return database_file(said)
    if not host or host.startswith("local"):
        raise ConfigError(f"connection {name}", "no place of Hive's catalogue",
                          "name the host of a Spark Connect server, or a metastore in its extra")
    return _connect_address(said)


def spark_place(name: str | None) -> str:
    """Where Spark is, as `session_of` wants it: the Spark Connect server of a connection, or this process.

    A connection whose host begins with `local`, such as `local[2]`, is of a Spark in this process, as is none.

    Raises:
        ConfigError: If there is no such connection, or it names no Spark.
    """
    if name is None:
        return "local[*]"
    said = find_connection(name)
    host = (said.host or "").removeprefix("sc://")
    if said.conn_type not in CONNECT_TYPES or not host:
        raise ConfigError(f"connection {name}", "no Spark that could count",
                          "name the host of a Spark Connect server, or local[*]")
    if host.startswith("local"):
        return host if "[" in host else "local[*]"
    return _connect_address(said)


def _connect_address(said: Connection) -> str:
    """The address of a Spark Connect server as Spark itself writes it."""
    options = {"user_id": said.login, "token": said.password, "use_ssl": "true" if said.extra.get("use_ssl") else None}
    given = [f"{key}={quote(value, safe='')}" for key, value in options.items() if value]
    given += [part for part in (said.schema or "").strip("/").split(";") if part]
    host = (said.host or "").removeprefix("sc://")
    address = host if ":" in host else f"{host}:{said.port or 15002}"
    return f"sc://{address}" + (f"/;{';'.join(given)}" if given else "")


def filesystem_options(name: str) -> dict[str, Any]:
    """Fsspec's options of a connection: what its extra calls `storage_options`, and login and password by its type.

    Raises:
        ConfigError: If there is no such connection.
    """
    said = find_connection(name)
    options: dict[str, Any] = dict(said.extra.get("storage_options", {}))
    names = {"aws": ("key", "secret"), "s3": ("key", "secret"), "wasb": ("account_name", "account_key"),
             "adls": ("account_name", "account_key"), "abfs": ("account_name", "account_key")}
    login, password = names.get(said.conn_type, ("username", "password"))
    options |= {key: value for key, value in ((login, said.login), (password, said.password)) if value}
    if said.conn_type in ("aws", "s3"):
        client = {key: said.extra[key] for key in ("endpoint_url", "region_name") if key in said.extra}
        options |= {"client_kwargs": client} if client else {}
    elif said.conn_type == "google_cloud_platform" and "keyfile_dict" in said.extra:
        options["token"] = said.extra["keyfile_dict"]
    elif said.conn_type in ("ftp", "sftp"):
        options |= {key: value for key, value in (("host", said.host), ("port", said.port)) if value}
    return options


def web_address(name: str) -> tuple[str, str | None]:
    """Address of a REST API and its token: host, which may bring scheme and path along, port, and the password.

    Raises:
        ConfigError: If there is no such connection, or it names no host.
    """
    said = find_connection(name)
    scheme = said.schema if said.schema in ("http", "https") else "https" if said.conn_type == "https" else "http"
    host = said.host or ""
    try:
        parts = urlsplit(host if "://" in host else f"{scheme}://{host}")
        known = parts.port or said.port
    except ValueError:
        parts, known = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(f"connection {name}", "no host of a web server", "set host, port and, for TLS, the schema https")
    place = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname  # a login beside it would stand in messages
    return f"{parts.scheme}://{place}{f':{known}' if known else ''}{parts.path.rstrip('/')}", said.password


def _read(name: str, text: str) -> Connection:
    """A connection as an environment variable writes it: JSON or a URI."""
    try:
        if text.lstrip().startswith("{"):
            said = json.loads(text)
            extra = said.get("extra") or {}
            host, login, password, schema = (said.get(key) for key in ("host", "login", "password", "schema"))
            return Connection(said["conn_type"], host, login, password, schema, int(said["port"]) if said.get("port") else None,
                              json.loads(extra) if isinstance(extra, str) else extra)
        parts = urlsplit(text)
        query = dict(parse_qsl(parts.query))
        extra = json.loads(query["__extra__"]) if "__extra__" in query else query
        plain = [unquote(part) if part else None for part in (parts.hostname, parts.username, parts.password, parts.path[1:])]
        kind = parts.scheme.replace("-", "_")  # as Airflow does: no scheme holds an underscore
        return Connection(kind, plain[0], plain[1], plain[2], plain[3], parts.port, extra)
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"AIRFLOW_CONN_{name.upper()}", "text that is no connection",
                          "write a URI or JSON as Airflow's documentation says") from error


def _unknown(name: str) -> ConfigError:
    return ConfigError(f"connection {name}", "an id that Airflow doesn't know",
                       f"add it in Airflow under Admin, Connections, or set AIRFLOW_CONN_{name.upper()}")
