"""Telling of incidents through real notifiers, to servers on this machine."""

from __future__ import annotations

import json
import shutil
import socket
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml
from aiosmtpd.controller import Controller

from assay.config import find_platforms
from assay.contracts.refs import ArtifactRef, Night
from assay.contracts.schemas import INCIDENTS, NOTIFICATIONS
from assay.errors import NotSent
from assay.steps.notify import notify
from assay.storage import Recipe, open_store

DAY = "2017-02-06"
ROW = {"asset_id": "landing.promotions", "partition": DAY, "opened": DAY, "status": "opened", "severity": "critical",
       "owner": None, "confirmed": True, "findings": 1, "affected_share": 1.0, "at_stake": 52.5, "unit": "USD/week",
       "reason": "{{ 7 * 7 }} of <b> rows fail & more",
       "reasons": ["{{ 7 * 7 }} of <b> rows fail & more"]}


class Web:
    """What was posted to a server, and with what it answers."""

    def __init__(self) -> None:
        self.posted: list[dict[str, Any]] = []
        self.status = 200


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """A server behind the connections `hook` and `chat`."""
    seen = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))) | {"path": self.path})
            self.send_response(seen.status)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("AIRFLOW_CONN_HOOK", json.dumps({"conn_type": "http", "host": f"{address}/told"}))
    monkeypatch.setenv("AIRFLOW_CONN_CHAT", json.dumps(
        {"conn_type": "slackwebhook", "host": f"{address}/services", "password": "T000/B000/secret"}))
    yield seen
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Messages that a mail server behind the connection `mail` was given."""
    got: list[Any] = []

    class Handler:
        async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
            got.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
            return "250 OK"

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(Handler(), hostname="127.0.0.1", port=port)
    controller.start()
    monkeypatch.setenv("AIRFLOW_CONN_MAIL", json.dumps({
        "conn_type": "smtp", "host": "127.0.0.1", "port": port,
        "extra": {"from_email": "assay@example.com", "disable_ssl": True, "disable_tls": True}}))
    yield got
    controller.stop()


@pytest.fixture
def night(small_environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Publishes incidents of a day, names whom to tell in the manifest, and tells them: the rows of `notifications`."""
    monkeypatch.setenv("ASSAY_STORAGE", (tmp_path / "storage").as_uri())
    folder = tmp_path / "platforms" / "small_journey"
    shutil.copytree(find_platforms()["small_journey"].parent, folder)
    monkeypatch.setenv("ASSAY_PLATFORMS", str(folder.parent))

    def run(rows: list[dict], entries: list[dict], day: str = DAY) -> list[dict] | None:
        manifest = yaml.safe_load((folder / "platform.yaml").read_text(encoding="utf-8"))
        (folder / "platform.yaml").write_text(yaml.safe_dump(manifest | {"notify": entries}), encoding="utf-8")
        store = open_store()
        store.publish(INCIDENTS, pa.Table.from_pylist(rows, schema=INCIDENTS.schema), platform="small_journey", partition=day,
                      recipe=Recipe((), str(rows), ""))
        ref = notify(Night("small_journey", day, (), False, "", ArtifactRef("discovered", "", 0, ""), ()))
        return None if ref is None else store.read(ref).to_pylist()

    return run


def test_mail_slack_and_webhook_each_get_one_message_once(night, web, mail):
    to = ["ann@example.com", "bob@example.com"]
    entries = [{"connection": "mail", "to": to}, {"connection": "chat"}, {"connection": "hook"}]
    rows = [ROW, ROW | {"asset_id": "landing.coupons", "severity": "warning"}]
    told = night(rows, entries)
    assert {(row["asset_id"], row["connection"]) for row in told} == {
        (asset, way) for asset in ("landing.promotions", "landing.coupons") for way in ("mail", "chat", "hook")}
    [(addresses, message)] = mail
    assert addresses == to and message["From"] == "assay@example.com"
    assert "2 incidents; 105 USD/week at stake" in message["Subject"]
    body = message.get_body().get_content()
    assert "{{ 7 * 7 }} of &lt;b&gt; rows" in body  # neither a template nor markup
    slack, hook = sorted(web.posted, key=lambda post: post["path"])
    assert slack["path"] == "/services/T000/B000/secret" and "of &lt;b&gt; rows fail &amp; more" in slack["text"]
    assert hook["path"] == "/told"
    assert [row["asset_id"] for row in hook["incidents"]] == ["landing.promotions", "landing.coupons"]
    assert night(rows, entries) == told and night([row | {"status": "open"} for row in rows], entries, "2017-02-07") == []
    assert len(mail) == 1 and len(web.posted) == 2


def test_the_end_of_an_incident_is_told_to_those_who_know_of_it(night, web):
    night([ROW], [{"connection": "hook"}])
    over = [ROW | {"status": "resolved", "partition": "2017-02-07", "at_stake": 0.0}]
    assert night(over, [{"connection": "hook"}, {"connection": "chat"}], "2017-02-07") == [
        {"asset_id": "landing.promotions", "opened": DAY, "resolved": True, "connection": "hook"}]
    assert web.posted[-1]["title"].endswith("1 resolved") and len(web.posted) == 2


def test_whoever_cannot_be_reached_is_told_later_and_harms_nobody(night, web, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_GONE", json.dumps({"conn_type": "http", "host": "http://127.0.0.1:9/secret-address"}))
    entries = [{"connection": "gone"}, {"connection": "nowhere"}, {"connection": "hook"}]
    with pytest.raises(NotSent, match="gone: .*nowhere") as raised:
        night([ROW], entries)
    assert "secret-address" not in str(raised.value) and len(web.posted) == 1
    monkeypatch.setenv("AIRFLOW_CONN_GONE", json.dumps({"conn_type": "http", "host": "http://127.0.0.1:9/x"}))
    web.status = 500
    with pytest.raises(NotSent):
        night([ROW], [{"connection": "chat"}, {"connection": "hook"}])
    web.status = 200
    told = night([ROW], [{"connection": "chat"}, {"connection": "hook"}])
    assert sorted(row["connection"] for row in told) == ["chat", "hook"]
    assert len([post for post in web.posted if post["path"] == "/told"]) == 1


def test_nobody_hears_of_a_night_that_is_filled_in(night, web):
    night([], [{"connection": "hook"}], "2017-03-01")
    assert night([ROW], [{"connection": "hook"}]) is None and web.posted == []
    open_store().get(INCIDENTS, "small_journey", DAY)
    assert open_store().partitions(NOTIFICATIONS, "small_journey") == ["2017-03-01"]


def test_connections_that_cannot_tell_anybody_are_one_sentence(night, web, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_BASE", "postgres://host/db")
    with pytest.raises(NotSent, match="type 'postgres'"):
        night([ROW], [{"connection": "base"}])
    monkeypatch.setenv("AIRFLOW_CONN_POST", json.dumps({"conn_type": "smtp", "host": "127.0.0.1"}))
    with pytest.raises(NotSent, match="no address"):
        night([ROW], [{"connection": "post"}])
