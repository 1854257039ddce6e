"""`up` and `down`: Airflow with scheduler and web page, on this machine alone."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from typing import Any

import psutil

from assay.config import load_platform
from assay.config.settings import REPOSITORY
from assay.errors import AirflowUnreachable
from assay.steps.cli.client import USER, AirflowClient
from assay.steps.cli.home import HOST, ServerHome

# logs are read from this machine's disk: their servers would listen on every network
COMPONENTS = {"api-server": (), "scheduler": ("--skip-serve-logs",), "dag-processor": (), "triggerer": ("--skip-serve-logs",)}
START_SECONDS = 240.0
STOP_SECONDS = 20.0
_POLL_SECONDS = 0.5
_HEALTHY = {"metadatabase": "healthy", "scheduler": "healthy", "dag_processor": "healthy", "triggerer": "healthy"}


def up(home: ServerHome, platform: str) -> int:
    """Start Airflow and wait until it is healthy and knows the platform's DAG; what runs already is left alone.

    Raises:
        AssayError: If the platform is unknown, the port is taken, or a component ends or isn't healthy in time.
    """
    load_platform(platform)
    running = len(_alive(home))
    if running == len(COMPONENTS):
        _say(f"Airflow is up already at {home.url}; make down stops it")
        return 0
    if running:
        raise AirflowUnreachable(home.url, f"only {running} of {len(COMPONENTS)} components still run",
                                 f"see {home.folder / 'logs'}, then make down and make up again")
    if not _free(home.port):
        raise AirflowUnreachable(home.url, f"port {home.port} is taken by another program", "set AIRFLOW_PORT to a free one")
    first = not home.password_file.exists()
    settings = os.environ | home.settings()
    (home.folder / "logs").mkdir(parents=True, exist_ok=True)
    _say(f"starting Airflow in {_shown(home)}")
    _migrate(home, settings)
    processes = {name: _start(home, name, settings) for name in COMPONENTS}
    _remember(home, processes)
    try:
        _wait_until_healthy(home, platform, processes)
    except (AirflowUnreachable, KeyboardInterrupt):
        down(home)
        raise
    _say(f"Airflow is up at {home.url}, and inventory_{platform} is unpaused")
    if first:
        password = json.loads(home.password_file.read_text(encoding="utf-8"))[USER]
        _say(f"login {USER}, password {password} (shown this once, kept in {_shown(home)}/{home.password_file.name})")
    return 0


def down(home: ServerHome) -> int:
    """Stop the processes that `up` started, with what they started, and nothing else."""
    found = _alive(home)
    if not found:
        _say(f"no Airflow of {_shown(home)} is running")
    family = list(dict.fromkeys([member for process in found for member in [process, *_children(process)]]))
    for process in found:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    _, stubborn = psutil.wait_procs(family, timeout=STOP_SECONDS)
    for process in stubborn:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn, timeout=STOP_SECONDS)
    home.pid_file.unlink(missing_ok=True)
    if found:
        _say(f"stopped Airflow of {_shown(home)}")
    return 0


def _migrate(home: ServerHome, settings: dict[str, str]) -> None:
    """Bring the database up to date, in a process of its own, since Airflow reads its settings once."""
    log = home.log_file("migrate")
    with log.open("wb") as sink:
        done = subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], env=settings, cwd=REPOSITORY,
                              stdout=sink, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise AirflowUnreachable(home.url, "its database can't be migrated", f"see {log}")


def _start(home: ServerHome, component: str, settings: dict[str, str]) -> subprocess.Popen[bytes]:
    """A component in a session of its own, so that it outlives this command and its terminal."""
    command = [sys.executable, "-m", "airflow", component, *COMPONENTS[component]]
    with home.log_file(component).open("wb") as sink:
        return subprocess.Popen(command, env=settings, cwd=REPOSITORY, stdout=sink, stderr=subprocess.STDOUT,
                                stdin=subprocess.DEVNULL, start_new_session=True)


def _remember(home: ServerHome, processes: dict[str, subprocess.Popen[bytes]]) -> None:
    """Write down what was started: a process id alone may belong to another program later, with its start time it can't."""
    known = {name: {"pid": process.pid, "started": psutil.Process(process.pid).create_time()}
             for name, process in processes.items()}
    home.pid_file.write_text(json.dumps(known, indent=1), encoding="utf-8")


def _alive(home: ServerHome) -> list[psutil.Process]:
    """Those of the components that `up` started which still run."""
    if not home.pid_file.exists():
        return []
    known: dict[str, dict[str, Any]] = json.loads(home.pid_file.read_text(encoding="utf-8"))
    found = []
    for entry in known.values():
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(entry["pid"])
            if process.create_time() == entry["started"] and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def _children(process: psutil.Process) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        return list(process.children(recursive=True))
    return []


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _wait_until_healthy(home: ServerHome, platform: str, processes: dict[str, subprocess.Popen[bytes]]) -> None:
    client = AirflowClient(home)
    dag_id = f"inventory_{platform}"
    state = "no answer yet"
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        for name, process in processes.items():
            if process.poll() is not None:
                raise AirflowUnreachable(home.url, f"{name} ended with code {process.returncode}", f"see {home.log_file(name)}")
        try:
            health = client.health()
            state = ", ".join(f"{name} {status}" for name, status in health.items())
            if health == _HEALTHY:
                state = f"no DAG {dag_id}, see dags/manifests.py and {home.log_file('dag-processor')}"
                if client.has_dag(dag_id):
                    client.unpause(dag_id)
                    return
        except AirflowUnreachable:
            pass  # the API server is not up yet
        time.sleep(_POLL_SECONDS)
    raise AirflowUnreachable(home.url, f"not healthy after {START_SECONDS:.0f} s ({state})", f"see {home.folder / 'logs'}")


def _shown(home: ServerHome) -> str:
    inside = home.folder.is_relative_to(REPOSITORY)
    return str(home.folder.relative_to(REPOSITORY) if inside else home.folder)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
