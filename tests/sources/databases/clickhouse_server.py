"""ClickHouse's engine behind the part of its HTTP interface that drivers speak: `python clickhouse_server.py PORT FOLDER`."""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl, urlsplit

from chdb.session import Session


class Handler(BaseHTTPRequestHandler):
    """Runs the statement of a request and answers with its rows."""

    engine: Session

    def do_POST(self) -> None:
        given = dict(parse_qsl(urlsplit(self.path).query))
        statement = given.get("query", "") + self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        named = {key.removeprefix("param_"): value for key, value in given.items() if key.startswith("param_")}
        try:
            self._answer(200, self.engine.query(statement, "TabSeparated", params=named).bytes())
        except RuntimeError as error:
            self._answer(500, str(error).encode())

    do_GET = do_POST

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("X-ClickHouse-Timezone", "UTC")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    Handler.engine = Session(sys.argv[2])
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
