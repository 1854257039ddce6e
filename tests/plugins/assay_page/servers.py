"""An API server of Airflow with the corner shop's two nights, for whoever asks it; nothing of it is a stand-in."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests.inventory import builders as b
from tests.views.nights import two_nights

from assay.contracts import schemas
from assay.steps.cli.home import ServerHome
from assay.storage import Recipe

ROOT = Path(__file__).parents[3]
SCRIPT = "<img src=x onerror=alert(1)>"  # names that a page must not fall for
ELSEWHERE = "../../etc/passwd"
DOCS = {"index.html": b'<a href="results/of_a_day.html">results</a>', "results/of_a_day.html": b"<script>alert(1)</script>met"}
USERS = ("admin", "viewer")
_START_SECONDS = 120


@dataclass
class Server:
    """A running server.

    Attributes:
        home: Its folder and port.
        storage: Folder of shared storage.
        environment: Of its process.
    """

    home: ServerHome
    storage: Path
    environment: dict[str, str]

    def client(self, user: str | None = "admin") -> httpx.Client:
        """A client that is logged in, unless there is no user."""
        headers = {}
        if user:
            login = {"username": user, "password": user}
            answer = httpx.post(f"{self.home.url}/auth/token", json=login, timeout=30, trust_env=False)
            headers = {"authorization": f"Bearer {answer.json()['access_token']}"}
        return httpx.Client(base_url=self.home.url, headers=headers, timeout=30, trust_env=False)


def _strange_names(shop: b.Shop) -> None:
    """Give two assets names that are meant to do harm, and one a column with a Chinese name."""
    renamed = {"landing.coupons": SCRIPT, "landing.campaigns": ELSEWHERE}
    for contract in (schemas.INVENTORY, schemas.ASSETS):
        rows = shop.store.read(shop.store.get(contract, b.PLATFORM, b.PARTITION)).to_pylist()
        for row in rows:
            row["asset_id"] = renamed.get(row["asset_id"], row["asset_id"])
        shop.put(contract, b.table(contract, rows))
    column = b.columns().to_pylist()[0] | {"asset_id": "landing.promotions", "column": "证券代码", "pii_type": None}
    shop.store.publish_files(schemas.DATA_DOCS, DOCS, platform=b.PLATFORM, partition=b.PARTITION, name="landing.products",
                             recipe=Recipe((), "", ""))
    shop.put(schemas.COLUMNS, b.table(schemas.COLUMNS, [*b.columns().to_pylist(), column]))


@contextmanager
def serve(folder: Path) -> Iterator[Server]:
    """The server, up and with the DAGs of its platforms in its database."""
    with pytest.MonkeyPatch.context() as patch:
        shop = two_nights(folder, patch)
        (shop.platforms / "new_shop").mkdir()
        text = (shop.platforms / b.PLATFORM / "platform.yaml").read_text().replace("Corner", "New")
        (shop.platforms / "new_shop" / "platform.yaml").write_text(text.replace(b.PLATFORM, "new_shop"))
        _strange_names(shop)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            home = ServerHome(folder / "server", probe.getsockname()[1])
        settings = os.environ | home.settings() | {
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin,viewer:viewer", "ASSAY_STORAGE": shop.store.root,
            "ASSAY_PLATFORMS": str(shop.platforms)}
    home.password_file.write_text(json.dumps({name: name for name in USERS}))
    for command in (["db", "migrate"], ["dags", "reserialize"]):
        subprocess.run([sys.executable, "-m", "airflow", *command], env=settings, cwd=ROOT, check=True, capture_output=True)
    log = folder / "api-server.log"
    with log.open("wb") as sink:
        process = subprocess.Popen([sys.executable, "-m", "airflow", "api-server"], env=settings, cwd=ROOT, stdout=sink,
                                   stderr=subprocess.STDOUT, start_new_session=True)
    try:
        _wait(home, process, log)
        yield Server(home, folder / "storage", settings)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(home: ServerHome, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()[-3000:]
        try:
            if httpx.get(f"{home.url}/api/v2/monitor/health", trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.3)
    raise AssertionError(log.read_text()[-3000:])
