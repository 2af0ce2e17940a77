"""HTTP APIs: what they ask other servers, integrations with a URL and issuers of tokens."""

from __future__ import annotations

import base64
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pytest
from joserfc.jwk import KeySet, RSAKey
from moto.cognitoidp.models import cognitoidp_backends

from localstack_host.services.apigatewayv2 import proxies
from localstack_host.services.apigatewayv2.authorizers import issuers, tokens
from localstack_host.services.apigatewayv2.errors import Refused
from tests.unit.http_api_invocations import invocation


class Endless(BaseHTTPRequestHandler):
    """Sends a response that has no end: fast, or at `/slowly` a byte at a time."""

    def do_GET(self) -> None:
        size, pause = (1, 0.05) if self.path == "/slowly" else (100_000, 0.0)
        self.send_response(200)
        self.end_headers()
        with suppress(OSError):
            while True:
                self.wfile.write(b"x" * size)
                time.sleep(pause)

    def log_message(self, *_arguments: Any) -> None:
        """Writes nothing."""


@pytest.mark.parametrize(("path", "status"), [("/", 500), ("/slowly", 503)])
def test_a_response_without_end_is_not_read_for_ever(path: str, status: int) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Endless) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        uri = f"http://127.0.0.1:{server.server_port}{path}"
        with pytest.raises(Refused) as refused:
            proxies.ask({"IntegrationUri": uri, "TimeoutInMillis": 1000}, invocation())
        server.shutdown()
    assert refused.value.status == status


class Unavailable(BaseHTTPRequestHandler):
    """Counts the requests, and answers none."""

    asked = 0

    def do_GET(self) -> None:
        type(self).asked += 1
        self.send_error(503)

    def log_message(self, *_arguments: Any) -> None:
        """Writes nothing."""


def test_an_issuer_that_fails_is_not_asked_for_every_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Unavailable) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        issuer = f"http://127.0.0.1:{server.server_port}"
        for _ in range(3):
            with pytest.raises(issuers.NoKeys):
                issuers.keys_of(issuer)
        assert Unavailable.asked == 1
        later = time.monotonic() + issuers.FAILURE_KEPT_S + 1
        monkeypatch.setattr(issuers, "time", SimpleNamespace(monotonic=lambda: later))
        with pytest.raises(issuers.NoKeys):
            issuers.keys_of(issuer)
        server.shutdown()
    assert Unavailable.asked == 2


@pytest.mark.parametrize(
    "issuer",
    [
        "https://cognito-idp.us-east-2.amazonaws.com/us-east-2_none",
        "https://cognito-idp.mars-1.amazonaws.com/mars-1_none",
        "https://issuer.example",
        "https://[",
        "",
    ],
)
def test_an_issuer_that_cannot_be_asked_has_no_keys(issuer: str) -> None:
    assert cognitoidp_backends["000000000000"]["us-east-2"]  # so that there is an account
    authorizer = {
        "IdentitySource": ["$request.header.Authorization"],
        "JwtConfiguration": {"Issuer": issuer},
    }
    with pytest.raises(Refused) as refused:
        tokens.authorize(authorizer, invocation(headers={"Authorization": "Bearer a.b.c"}))
    assert refused.value.status == 401


@pytest.mark.parametrize("head", ['{"alg":"RS256","crit":1}', '{"alg":[]}', "[" * 6000, "1"])
def test_a_token_with_a_malformed_head_is_invalid(
    head: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = KeySet([RSAKey.generate_key(2048)])
    monkeypatch.setattr(tokens, "keys_of", lambda _issuer: keys)
    written = base64.urlsafe_b64encode(head.encode()).rstrip(b"=").decode()
    authorizer = {"IdentitySource": ["$request.header.Authorization"]}
    with pytest.raises(Refused) as refused:
        tokens.authorize(authorizer, invocation(headers={"Authorization": f"{written}.e30.c2ln"}))
    assert refused.value.status == 401
