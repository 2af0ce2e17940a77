"""A web site of somebody else's, served from this machine."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

NO_REFERRER = '<meta name="referrer" content="no-referrer">'


@dataclass(frozen=True)
class Document:
    """What the site answers at one path, to any method."""

    body: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Site:
    """Serves documents at a free port, under whatever name the browser has for it."""

    def __init__(self) -> None:
        self._documents: dict[str, Document] = {}
        self._numbers = itertools.count(1)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def add(self, document: Document) -> str:
        """Serves the document from now on, at the path that is returned."""
        path = f"/{next(self._numbers)}"
        self._documents[path] = document
        return path

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        documents = self._documents

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                found = documents.get(self.path, Document(status=404))
                self.send_response(found.status)
                for name, value in found.headers.items():
                    self.send_header(name, value)
                body = found.body.encode()
                if "Content-Type" not in found.headers:
                    self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = answer  # noqa: N815

            def log_message(self, format: str, *args: Any) -> None:
                """Says nothing."""

        return Handler
