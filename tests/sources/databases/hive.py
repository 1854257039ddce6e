"""Hive's metastore service and a Spark Connect server as plain processes on loopback, both from pyspark's own jars."""

from __future__ import annotations

import importlib.util
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.sources.databases.servers import free_port

_PATIENCE = 120  # seconds until a server answers


@dataclass(frozen=True)
class Hive:
    """A running catalogue.

    Attributes:
        places: As `HiveSource` wants them: by `connect`, `thrift` and `derby`.
        warehouse: Folder of its tables.
        processes: Servers by `connect` and `thrift`.
    """

    places: Mapping[str, str]
    warehouse: Path
    processes: Mapping[str, subprocess.Popen[bytes]]

    def sql(self, *statements: str) -> None:
        """Run statements through the Spark Connect server."""
        from assay.sources.databases.spark import session_of

        for statement in statements:
            session_of(self.places["connect"]).sql(statement).collect()


@contextmanager
def hive() -> Iterator[Hive]:
    """A catalogue with an empty database."""
    found = importlib.util.find_spec("pyspark")
    if found is None or found.origin is None:
        pytest.skip("no pyspark in this environment: pip install -r requirements-spark.txt")
    if shutil.which("java") is None:
        pytest.skip("no Java on this machine: install Debian's package openjdk-17-jre-headless")
    home = Path(found.origin).parent
    metastore, connect = free_port(), free_port()
    with tempfile.TemporaryDirectory(prefix="assay-hive-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        derby, warehouse = folder / "metastore_db", folder / "warehouse"
        service = ["java", "-Dhive.async.log.enabled=false", f"-Dderby.system.home={folder}",
                   f"-Djavax.jdo.option.ConnectionURL=jdbc:derby:;databaseName={derby};create=true",
                   "-Ddatanucleus.schema.autoCreateAll=true", "-Dhive.metastore.schema.verification=false",
                   f"-Dhive.metastore.warehouse.dir={warehouse}", "-cp", f"{home}/jars/*",
                   "org.apache.hadoop.hive.metastore.HiveMetaStore", "-p", str(metastore)]
        settings = {"spark.connect.grpc.binding.address": "127.0.0.1", "spark.connect.grpc.binding.port": connect,
                    "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.ui.enabled": "false",
                    "spark.sql.catalogImplementation": "hive", "spark.sql.warehouse.dir": warehouse,
                    "spark.hadoop.hive.metastore.uris": f"thrift://127.0.0.1:{metastore}"}
        server = [f"{home}/bin/spark-submit", "--class", "org.apache.spark.sql.connect.service.SparkConnectServer",
                  "--master", "local[2]", *(part for key, value in settings.items() for part in ("--conf", f"{key}={value}")),
                  "spark-internal"]
        with _serving(service, metastore, folder) as first, _serving(server, connect, folder) as second:
            places = {"connect": f"sc://127.0.0.1:{connect}", "thrift": f"thrift://127.0.0.1:{metastore}", "derby": str(derby)}
            yield Hive(places, warehouse, {"thrift": first, "connect": second})


@contextmanager
def _serving(command: Sequence[str], port: int, folder: Path) -> Iterator[subprocess.Popen[Any]]:
    log = folder / f"{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, cwd=folder)
    until = time.monotonic() + _PATIENCE
    try:
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the server doesn't answer: {log.read_text(errors='replace')[-500:]}")
            time.sleep(0.2)
        yield process
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
