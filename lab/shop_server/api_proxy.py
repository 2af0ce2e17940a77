"""`/api/*`: passes the storefront's requests to the API of the deployed environment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

import httpx
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lab.core import clients
from lab.core.errors import LabError
from lab.core.target import Target
from lab.shop import api_key, shop_client

FORWARDED = ("accept", "authorization", "content-type", "idempotency-key", "x-correlation-id")
RETURNED = ("content-type", "location", "retry-after", "x-correlation-id")
MAX_BODY = 1024 * 1024
PROBLEM = "application/problem+json"

Body = bytes
Change = Callable[[str, str, Mapping[str, str], Body], Body]
"""What the machine room makes of a request's body: (method, path, headers, body)."""


@dataclass
class ApiProxy:
    """Where the API is; it is looked up anew when it no longer answers as an API."""

    target: Target
    change: Change = lambda _method, _path, _headers, body: body
    _http: clients.HttpClient | None = None
    _place: tuple[str, str | None] = ("", None)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def routes(self) -> list[Route]:
        """The one route of the proxy."""
        return [Route("/api/{path:path}", self.answer, methods=["GET", "POST"])]

    def require(self) -> None:
        """Raises LabError if the environment is not deployed."""
        self._connect(anew=True)

    async def answer(self, request: Request) -> Response:
        """The API's answer, or 502 as a problem if there is none."""
        if {".", ".."} & set(request.path_params["path"].split("/")):
            detail = "A path with . or .. leads out of the API"
            return _problem(HTTPStatus.NOT_FOUND, "NOT_FOUND", detail, request.url.path)
        body = await _limited_body(request)
        if body is None:
            detail = f"The body is longer than {MAX_BODY} bytes"
            return _problem(HTTPStatus.CONTENT_TOO_LARGE, "TOO_LARGE", detail, request.url.path)
        try:
            return await run_in_threadpool(self._forward, request, body)
        except (httpx.HTTPError, LabError) as error:
            message = error.message if isinstance(error, LabError) else "The API did not answer"
            return _problem(HTTPStatus.BAD_GATEWAY, "UNAVAILABLE", message, request.url.path)

    def _forward(self, request: Request, body: bytes) -> Response:
        path = "/" + request.path_params["path"]
        headers = {n: request.headers[n] for n in FORWARDED if n in request.headers}
        body = self.change(request.method, path, headers, body)
        answer = self._send(request, path, headers, body)
        if _is_no_api(answer):
            self._connect(anew=True)
            answer = self._send(request, path, headers, body)
        kept = {name: answer.headers[name] for name in RETURNED if name in answer.headers}
        return Response(answer.content, answer.status_code, kept | {"Cache-Control": "no-store"})

    def _send(
        self, request: Request, path: str, headers: Mapping[str, str], body: bytes
    ) -> httpx.Response:
        query = request.scope["query_string"].decode("latin-1")
        url = httpx.URL(raw_path=_quoted(request, path, query))
        http = self._connect()
        merged = http.base_url.copy_with(
            raw_path=http.base_url.raw_path.rstrip(b"/") + url.raw_path
        )
        return http.request(request.method, merged, headers=headers, content=body or None)

    def _connect(self, anew: bool = False) -> clients.HttpClient:
        with self._lock:
            if self._http is None or anew:
                place = shop_client.base_url(self.target), api_key.read(self.target)
                if self._http is None or place != self._place:
                    self._http, self._place = _client(*place), place
            return self._http


def _client(base_url: str, key: str | None) -> clients.HttpClient:
    headers = {api_key.HEADER: key} if key else {}
    return clients.http(base_url, headers=headers, timeout=shop_client.TIMEOUT_S)


def _quoted(request: Request, path: str, query: str) -> bytes:
    """The path as it was sent: `%2F` in a SKU stays one."""
    raw = request.scope.get("raw_path") or path.encode()
    sent = raw.split(b"?")[0].removeprefix(b"/api")
    return sent + (b"?" + query.encode("latin-1") if query else b"")


def _is_no_api(answer: httpx.Response) -> bool:
    """Whether this is the gateway's answer about an API that is not there (any more)."""
    if answer.status_code not in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
        return False
    return not answer.headers.get("content-type", "").startswith(PROBLEM)


async def _limited_body(request: Request) -> bytes | None:
    """The body; None if it is too long."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY:
            return None
        parts.append(part)
    return b"".join(parts)


TITLES = {
    "UNAVAILABLE": "The shop did not answer",
    "TOO_LARGE": "The request is too large",
    "NOT_FOUND": "No such path",
}


def _problem(status: HTTPStatus, code: str, detail: str, instance: str) -> JSONResponse:
    content = {
        "type": "about:blank",
        "title": TITLES[code],
        "status": status.value,
        "detail": detail,
        "instance": instance,
        "code": code,
    }
    return JSONResponse(content, status.value, media_type=PROBLEM)
