"""Refuses what other websites send to a local server, and sets the security headers.

Any page that the user visits can send requests to 127.0.0.1. Three things tell them apart: the
name under which the server was asked for (DNS rebinding brings a foreign one), the Origin of the
page that asks, and what the browser says about it (Sec-Fetch-Site).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lab.core import paths

HOSTS = ("localhost", "127.0.0.1", "[::1]")
ON_AWS = paths.TERRAFORM / "modules" / "storefront" / "headers.json"
"""What CloudFront sends with the page, and so what the lab sends."""


def security_headers() -> dict[str, str]:
    """The headers of every page: those on AWS, and that the machine room may frame the shop."""
    said: dict[str, str] = json.loads(ON_AWS.read_text("utf-8").replace("${sign_in}", ""))
    policy = f"{said['Content-Security-Policy']}; frame-src 'self'"
    return said | {"Content-Security-Policy": policy}


HEADERS = security_headers()
READING = ("GET", "HEAD")


@dataclass(frozen=True)
class Guard:
    """An ASGI middleware; `port` is the one in the browser's address bar."""

    app: ASGIApp
    port: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, refuses it with 421 or 403, or says where the shop is.

        It has one address, because a browser keeps cart and sign-in for each address apart.
        """
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        await (refusal or self.app)(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if not _is_one_of(hosts, [f"{host}:{self.port}" for host in HOSTS]):
            return PlainTextResponse(
                f"This is not the shop's address. Open http://localhost:{self.port}/\n", 421
            )
        if self._is_foreign(scope["method"], headers, hosts[0].lower()):
            return PlainTextResponse("Another website sent this request: it is refused.\n", 403)
        if hosts[0].lower() != f"localhost:{self.port}" and scope["method"] in READING:
            return RedirectResponse(f"http://localhost:{self.port}{_target(scope)}", 307)
        return None

    def _is_foreign(self, method: str, headers: Headers, host: str) -> bool:
        origins, sites = headers.getlist("origin"), headers.getlist("sec-fetch-site")
        if origins and not _is_one_of(origins, [f"http://{host}"]):
            return True
        if not sites or _is_one_of(sites, ["same-origin", "none"]):
            return False
        return not _is_link(method, headers)


def _is_one_of(values: Sequence[str], allowed: Sequence[str]) -> bool:
    """A header that is sent twice is nobody's."""
    return len(values) == 1 and values[0].lower() in allowed


def _target(scope: Scope) -> str:
    """The path and the query, as they were sent; one slash at the beginning names no host."""
    sent: bytes = scope.get("raw_path") or scope["path"].encode()
    path = sent.split(b"?")[0].lstrip(b"/").decode("latin-1")
    query: bytes = scope.get("query_string", b"")
    return f"/{path}?{query.decode('latin-1')}" if query else f"/{path}"


def _is_link(method: str, headers: Headers) -> bool:
    """A link on another site that opens a page of ours, in a tab and not in a frame."""
    opens = headers.get("sec-fetch-mode") == "navigate"
    return method in READING and opens and headers.get("sec-fetch-dest") == "document"


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
