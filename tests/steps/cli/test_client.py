from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from tenacity import wait_none

from assay.errors import AirflowUnreachable
from assay.steps.cli import client
from assay.steps.cli.client import USER, AirflowClient
from assay.steps.cli.home import ServerHome


class Server(HTTPServer):
    """Answers 500 as often as `failing` says, then 200."""

    failing = 0
    asked: tuple[str, ...] = ()


class Handler(BaseHTTPRequestHandler):
    def _answer(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        login = self.path == "/auth/token"
        if not login:
            server.asked += (self.command,)
        fails = not login and server.failing > 0
        server.failing -= fails
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(500 if fails else 200)
        self.end_headers()
        self.wfile.write(json.dumps({"access_token": "t", "dag_run_id": "run", "detail": "busy"}).encode())

    do_GET = do_PATCH = do_POST = _answer

    def log_message(self, *arguments: object) -> None:
        """Nothing: what was asked is counted."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(client._PATIENTLY, "wait", wait_none())
    with Server(("127.0.0.1", 0), Handler) as served:
        Thread(target=served.serve_forever, daemon=True).start()
        yield served
        served.shutdown()


@pytest.fixture
def asking(server: Server, tmp_path: Path) -> AirflowClient:
    home = ServerHome(tmp_path, server.server_port)
    home.password_file.parent.mkdir(parents=True, exist_ok=True)
    home.password_file.write_text(json.dumps({USER: "secret"}), encoding="utf-8")
    return AirflowClient(home)


def test_a_busy_server_is_asked_again_what_can_be_asked_twice(server: Server, asking: AirflowClient) -> None:
    server.failing = 3
    asking.unpause("inventory_shop")
    assert server.asked == ("PATCH",) * 4


def test_after_four_tries_the_trouble_is_told(server: Server, asking: AirflowClient) -> None:
    server.failing = 9
    with pytest.raises(AirflowUnreachable, match="PATCH /api/v2/dags/inventory_shop gave 500 .busy."):
        asking.unpause("inventory_shop")
    assert server.asked == ("PATCH",) * 4


def test_a_run_is_not_started_twice(server: Server, asking: AirflowClient) -> None:
    server.failing = 1
    with pytest.raises(AirflowUnreachable, match="gave 500"):
        asking.trigger("inventory_shop", None, {})
    assert server.asked == ("POST",)
