"""A small HTTP server that answers as a catalogue's REST API is documented, page by page, on this machine alone."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "eyJ-zq.secret_token"
Query = dict[str, list[str]]
Answer = tuple[int, Any]
Answering = Callable[[str, Query], Answer]


@contextmanager
def serving(answer: Answering) -> Iterator[tuple[str, list[tuple[str, Query]]]]:
    """Address of a server, and the list of what it is asked for; without the token it gives 401."""
    asked: list[tuple[str, Query]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            path, query = unquote(parts.path), parse_qs(parts.query)
            asked.append((path, query))
            allowed = self.headers.get("Authorization") == f"Bearer {TOKEN}"
            status, body = answer(path, query) if allowed else (401, {"message": "Unauthorized"})
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def datahub(entities: list[dict[str, Any]], size: int = 2) -> Answering:
    """GET /openapi/v3/entity/dataset: pages that are told by `scrollId`."""

    def answer(path: str, query: Query) -> Answer:
        if path != "/openapi/v3/entity/dataset":
            return 404, {"error": "Not Found"}
        start = int(query.get("scrollId", ["0"])[0])
        page = entities[start:start + size]
        return 200, {"entities": page} | ({"scrollId": str(start + size)} if start + size < len(entities) else {})

    return answer


def openmetadata(tables: list[dict[str, Any]], lineages: dict[str, dict[str, Any]], size: int = 2, *,
                 old: bool = False) -> Answering:
    """GET /api/v1/tables, pages that are told by `after`, and /api/v1/lineage/table/<id>; an old one knows no `owners`."""

    def answer(path: str, query: Query) -> Answer:
        if path == "/api/v1/tables":
            if old and "owners" in query["fields"][0].split(","):
                return 400, {"code": 400, "message": "Invalid field name owners"}
            start = int(query.get("after", ["0"])[0])
            after = {"after": str(start + size)} if start + size < len(tables) else {}
            return 200, {"data": tables[start:start + size], "paging": {"total": len(tables)} | after}
        table = next((table for table in tables if path == f"/api/v1/lineage/table/{table['id']}"), None)
        if table is None:
            return 404, {"code": 404, "message": "not found"}
        plain = {"entity": {"id": table["id"], "type": "table", "fullyQualifiedName": table["fullyQualifiedName"]},
                 "nodes": [], "upstreamEdges": [], "downstreamEdges": []}
        return 200, lineages.get(table["id"], plain)

    return answer
