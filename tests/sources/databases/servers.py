"""Database servers as plain processes on loopback, for as long as a test module runs; absent ones are skipped."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

_PATIENCE = 60  # seconds until a server answers


@contextmanager
def postgres() -> Iterator[sa.URL]:
    """A PostgreSQL server with an empty database."""
    folders = [*sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True), os.environ.get("PATH", "")]
    found = shutil.which("initdb", path=os.pathsep.join(folders))
    if found is None:
        pytest.skip("no PostgreSQL on this machine: install Debian's package postgresql")
    programs, port = Path(found).resolve().parent, free_port()
    url = sa.URL.create("postgresql+psycopg", "assay", host="127.0.0.1", port=port, database="postgres")
    with _folder() as (folder, user):
        subprocess.run([programs / "initdb", "-D", folder / "data", "-A", "trust", "-U", "assay", "-E", "UTF8", "--no-locale"],
                       check=True, stdout=subprocess.DEVNULL, user=user)
        server = [programs / "postgres", "-D", folder / "data", "-p", port, "-k", folder, "-c", "listen_addresses=127.0.0.1"]
        yield from _serving(server, user, url, folder)


@contextmanager
def mariadb() -> Iterator[sa.URL]:
    """A MariaDB server with an empty database."""
    path = os.pathsep.join(["/usr/sbin", os.environ.get("PATH", "")])
    install, daemon = shutil.which("mariadb-install-db", path=path), shutil.which("mariadbd", path=path)
    if install is None or daemon is None:
        pytest.skip("no MariaDB on this machine: install Debian's package mariadb-server")
    port = free_port()
    with _folder() as (folder, user):
        data, init = folder / "data", folder / "init.sql"
        subprocess.run([install, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal",
                        "--skip-test-db"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=user)
        init.write_text("CREATE DATABASE shop CHARACTER SET utf8mb4;\nCREATE USER 'assay'@'127.0.0.1' IDENTIFIED BY 'geheim';\n"
                        "GRANT ALL ON *.* TO 'assay'@'127.0.0.1';\n")
        init.chmod(0o644)
        server = [daemon, "--no-defaults", f"--datadir={data}", f"--port={port}", f"--socket={folder / 'socket'}",
                  "--bind-address=127.0.0.1", "--skip-name-resolve", f"--init-file={init}"]
        yield from _serving(server, user, sa.URL.create("mysql+pymysql", "assay", "geheim", "127.0.0.1", port, "shop"), folder)


@contextmanager
def clickhouse() -> Iterator[sa.URL]:
    """ClickHouse's engine with an empty database, behind a small server of the HTTP interface."""
    for package in ("chdb", "clickhouse_connect"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"no {package} in this environment: pip install -r requirements-services.txt")
    port = free_port()
    url = sa.URL.create("clickhousedb", "ada", "geheim", "127.0.0.1", port, "default")
    with tempfile.TemporaryDirectory(prefix="assay-server-", ignore_cleanup_errors=True) as name:
        server = [sys.executable, Path(__file__).with_name("clickhouse_server.py"), port, Path(name) / "data"]
        yield from _serving(server, None, url, Path(name))


def _serving(command: list[object], user: str | None, url: sa.URL, folder: Path) -> Iterator[sa.URL]:
    """Run a server, wait until it answers, and stop it in the end."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([str(part) for part in command], stdout=log, stderr=log, user=user, cwd=folder)
    try:
        _wait(url, process, folder / "log")
        yield url
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _wait(url: sa.URL, process: subprocess.Popen[bytes], log: Path) -> None:
    engine, until = sa.create_engine(url, poolclass=sa.NullPool), time.monotonic() + _PATIENCE
    while True:
        try:
            engine.connect().close()
        except sa.exc.OperationalError:
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the server doesn't answer: {log.read_text(errors='replace')[-500:]}") from None
            time.sleep(0.2)
        else:
            return


@contextmanager
def _folder() -> Iterator[tuple[Path, str | None]]:
    """A folder for a server, and the user that it runs as where this one is root, as whom servers refuse to run."""
    with tempfile.TemporaryDirectory(prefix="assay-server-", ignore_cleanup_errors=True) as name:
        if os.getuid() != 0:
            yield Path(name), None
            return
        entry = pwd.getpwnam("nobody")
        os.chown(name, entry.pw_uid, entry.pw_gid)
        yield Path(name), entry.pw_name


def free_port() -> int:
    """A port of loopback that nobody listens to."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port
