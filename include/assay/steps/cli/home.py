"""Airflow's folders inside the repository, and the settings that keep it to them.

The embedded run and the server have a database each: a scheduler would otherwise take over the embedded run's tasks.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from assay.config.settings import REPOSITORY

HOST = "127.0.0.1"


def common_settings(home: Path) -> dict[str, str]:
    """Environment of every Airflow process that assay starts in `home`."""
    include = str(REPOSITORY / "include")
    path = [include, *(p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p and p != include)]
    keys = _secrets(home)
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW_CONFIG": str(home / "airflow.cfg"),
        "PYTHONPATH": os.pathsep.join(path),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
        "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(REPOSITORY / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__ALLOWED_DESERIALIZATION_CLASSES": "airflow.* assay.*",
        "AIRFLOW__CORE__FERNET_KEY": keys["fernet_key"],
        "AIRFLOW__API__SECRET_KEY": keys["secret_key"],
        "AIRFLOW__API_AUTH__JWT_SECRET": keys["jwt_secret"],
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
        "TF_CPP_MIN_LOG_LEVEL": os.environ.get("TF_CPP_MIN_LOG_LEVEL", "2"),
    }


def _secrets(home: Path) -> dict[str, str]:
    """Random keys, made once per home and readable by their owner alone."""
    file = home / "secrets.json"
    if not file.exists():
        home.mkdir(parents=True, exist_ok=True)
        made = {"fernet_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
                "secret_key": secrets.token_urlsafe(32), "jwt_secret": secrets.token_urlsafe(48)}
        file.touch(mode=0o600)
        file.write_text(json.dumps(made), encoding="utf-8")
    loaded: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return loaded


@dataclass(frozen=True)
class ServerHome:
    """The folder and the port of an Airflow with scheduler and web page.

    Attributes:
        folder: AIRFLOW_HOME.
        port: Of the API server, on 127.0.0.1 alone.
    """

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """Where the web page is."""
        return f"http://{HOST}:{self.port}"

    @property
    def pid_file(self) -> Path:
        """What `up` started."""
        return self.folder / "processes.json"

    @property
    def password_file(self) -> Path:
        """Airflow writes the login's password here when it first starts."""
        return self.folder / "passwords.json"

    def log_file(self, component: str) -> Path:
        """What a component has to say."""
        return self.folder / "logs" / f"{component}.log"

    def settings(self) -> dict[str, str]:
        """Environment of the server's processes."""
        return common_settings(self.folder) | {
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__PARALLELISM": str(max(2, os.cpu_count() or 2)),
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "False",  # whatever the shell says: never without a login
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(self.password_file),
            # a supervisor that misses the end of its task looks again only after this many seconds
            "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
            # a night is a chain of short tasks: a scheduler that sleeps a second before each adds up
            "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
            "AIRFLOW__API__HOST": HOST,
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__API__BASE_URL": self.url,
            "AIRFLOW__API__WORKERS": "1",
        }
