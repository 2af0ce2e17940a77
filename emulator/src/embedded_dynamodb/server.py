"""A server of its own, on loopback: HTTP in, the engine, HTTP out."""

import logging
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

from embedded_dynamodb.engine import Answer, Engine
from embedded_dynamodb.operations import STREAM_OPERATIONS

logger = logging.getLogger(__name__)

MAX_BODY = 16 * 1024 * 1024
_JSON_TYPES = ("application/x-amz-json-1.0", "application/json")
_NOT_FOUND = b"<UnknownOperationException/>\n"
DEFAULT_REGION = "us-east-1"
DEFAULT_ACCOUNT = "000000000000"
_DYNAMODB, _STREAMS = "DynamoDB_20120810", "DynamoDBStreams_20120810"
_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/[^/]*/([a-z0-9-]+)/")
_ACCOUNT = re.compile(r"[0-9]{12}")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_TIMEOUT = 60.0
_CHUNK = 64 * 1024
# AWS deletes within days, this server within seconds.
SWEEP_INTERVAL = 10.0


def is_local(name: str | None) -> bool:
    """Whether a host name can only be this machine's own.

    A page of another site can reach a service on loopback through a name that leads there: so
    only names that are always this machine are taken.
    """
    return name is not None and (name in _LOOPBACK or name.endswith(".localhost"))


def caller(authorization: str | None) -> tuple[str, str]:
    """Account and region of a signed request; an access key of twelve digits is an account."""
    match = _CREDENTIAL.search(authorization or "")
    if match is None:
        return DEFAULT_ACCOUNT, DEFAULT_REGION
    key, region = match.groups()
    return (key if _ACCOUNT.fullmatch(key) else DEFAULT_ACCOUNT), region


def operation_of(target: str) -> str:
    """The operation that X-Amz-Target names; empty if its service has none of that name."""
    service, _, operation = target.partition(".")
    wanted = _STREAMS if operation in STREAM_OPERATIONS else _DYNAMODB
    return operation if service == wanted else ""


class Handler(BaseHTTPRequestHandler):
    """One connection, which is kept open."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = _TIMEOUT
    server: "Server"

    def do_POST(self) -> None:
        """An operation of the API."""
        refused = self._refusal()
        length = self._length()
        if refused is not None or length is None:
            self.close_connection = True
            status, reason = refused or (411, "A request has a Content-Length.")
            self._plain(status, reason)
            return
        if length > MAX_BODY:
            self.close_connection = True
            self._plain(413, f"A request has at most {MAX_BODY} bytes, this one has {length}.")
            self._discard(length)
            return
        body = self.rfile.read(length)
        kind = self.headers.get("Content-Type", "").partition(";")[0].strip()
        if kind not in _JSON_TYPES:
            if body:
                self._not_found()
                return
            # AWS looks at the type of a body only if there is one.
            kind = "application/json"
        operation = operation_of(self.headers.get("X-Amz-Target", ""))
        account, region = caller(self.headers.get("Authorization"))
        self._answer(self.server.engine.handle(operation, body, account, region), kind)

    def do_PUT(self) -> None:
        """Nothing: operations are posted."""
        refused = self._refusal()
        # A body that nobody reads would be taken for the next request.
        self.close_connection = True
        if refused is not None:
            self._plain(*refused)
        else:
            self._not_found()

    do_DELETE = do_PATCH = do_OPTIONS = do_PUT  # noqa: N815 - the names that the base class calls

    def do_GET(self) -> None:
        """DynamoDB's health check."""
        refused = self._refusal()
        if refused is not None:
            self._plain(*refused)
        else:
            self._said(200, f"healthy: dynamodb.{DEFAULT_REGION}.amazonaws.com ".encode())

    def _refusal(self) -> tuple[int, str] | None:
        host = urlsplit(f"//{self.headers.get('Host', '')}")
        if not is_local(host.hostname):
            return 403, f"This service answers on loopback only, not as {host.hostname}."
        origin = self.headers.get("Origin")
        if origin is not None and not is_local(urlsplit(origin).hostname):
            return 403, f"Pages of {origin} may not call this service."
        return None

    def _length(self) -> int | None:
        text = self.headers.get("Content-Length", "")
        return int(text) if text.isascii() and text.isdigit() else None

    def _discard(self, length: int) -> None:
        """Reads what is left of a body: a client that still sends would not see the answer."""
        left = min(length, 4 * MAX_BODY)
        while left > 0 and (chunk := self.rfile.read(min(left, _CHUNK))):
            left -= len(chunk)

    def _answer(self, answer: Answer, kind: str) -> None:
        self.send_response_only(answer.status)
        for name, value in (answer.headers | {"Content-Type": kind}).items():
            self.send_header(name, value)
        self._end(answer.body)

    def _not_found(self) -> None:
        self._said(404, _NOT_FOUND)

    def _said(self, status: int, body: bytes) -> None:
        """What AWS's front door says itself: it has an id and a checksum, and no type."""
        self.send_response_only(status)
        self.send_header("x-amzn-RequestId", self.server.engine.new_request_id())
        self.send_header("x-amz-crc32", str(crc32(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self._end(body)

    def _plain(self, status: int, text: str) -> None:
        self.send_response_only(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        if self.close_connection:
            self.send_header("Connection", "close")
        self._end(text.encode())

    def _end(self, body: bytes) -> None:
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Requests are not logged: `Engine.on_request` tells of them."""


class Server(ThreadingHTTPServer):
    """Serves one engine; a thread for each connection."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, port: int, engine: Engine | None = None, *, sweep_interval: float = SWEEP_INTERVAL
    ) -> None:
        self.engine = engine or Engine()
        self._closed = threading.Event()
        self._sweeper = threading.Thread(
            target=self._sweep, args=(sweep_interval,), name="time-to-live", daemon=True
        )
        # It closes itself when the port is taken, before the sweeper runs.
        super().__init__(("127.0.0.1", port), Handler)
        self._sweeper.start()

    def server_close(self) -> None:
        """Stops listening and sweeping."""
        self._closed.set()
        if self._sweeper.is_alive():
            self._sweeper.join()
        super().server_close()

    def _sweep(self, interval: float) -> None:
        while not self._closed.wait(interval):
            try:
                self.engine.expire()
            except Exception:
                logger.exception("Expired items could not be deleted; it is tried again")

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that goes away before its answer is no fault."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)
