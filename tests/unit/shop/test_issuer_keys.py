"""The issuer's keys: found by their id, fetched over HTTPS, and fetched anew when they change."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from checkout.adapters.issuer_keys import KEEP_S, REREAD_S, IssuerKeys, fetch_over_https
from checkout.domain.errors import NotConfigured, WrongSetting
from checkout.key_set import MAX_LENGTH
from checkout.settings import TokenSettings
from lab.shop.token_keys import SigningKey
from tests.shop import KEY

NEXT = SigningKey(rsa.generate_private_key(65_537, 2_048))
URL = "https://issuer.example/keys"


def key_set(*keys: SigningKey) -> str:
    return json.dumps({"keys": [key.public for key in keys]})


@dataclass
class Issuer:
    """Serves its keys, or fails; counts how often, and has a clock."""

    served: str | Exception = field(default_factory=lambda: key_set(KEY))
    asked: int = 0
    now: float = 1_000.0
    wrong: list[WrongSetting] = field(default_factory=list)

    def fetch(self, url: str) -> str:
        assert url == URL
        self.asked += 1
        if isinstance(self.served, Exception):
            raise self.served
        return self.served

    def wrong_setting(self, wrong: WrongSetting) -> None:
        self.wrong.append(wrong)

    def keys(self) -> IssuerKeys:
        settings = TokenSettings("https://issuer.example", "shop", "aud", {}, URL)
        parameters = SimpleNamespace(path="/checkout/dev", tokens=lambda _fresh=False: settings)
        return IssuerKeys(parameters, self, self.fetch, lambda: self.now)  # type: ignore[arg-type]


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


def test_a_warm_function_fetches_them_once(issuer: Issuer) -> None:
    keys = issuer.keys()
    assert all(keys.find(KEY.kid) for _ in range(20))
    assert issuer.asked == 1


def test_a_new_key_is_fetched_when_it_is_first_seen(issuer: Issuer) -> None:
    keys = issuer.keys()
    keys.find(KEY.kid)
    issuer.served = key_set(NEXT)
    assert keys.find(NEXT.kid)
    assert keys.find(KEY.kid) is None


def test_made_up_ids_have_them_fetched_at_most_once_in_a_while(issuer: Issuer) -> None:
    keys = issuer.keys()
    for number in range(50):
        assert keys.find(f"made-up-{number}") is None
    assert issuer.asked == 2
    issuer.now += REREAD_S
    keys.find("made-up")
    assert issuer.asked == 3


def test_a_key_that_is_gone_is_forgotten_in_time(issuer: Issuer) -> None:
    keys = issuer.keys()
    keys.find(KEY.kid)
    issuer.served = key_set(NEXT)
    issuer.now += KEEP_S
    assert keys.find(KEY.kid) is None


FAILURES: list[str | Exception] = [
    OSError("no route"),
    "<html>",
    key_set(),
    '{"keys": [{"d": "1"}]}',
]


@pytest.mark.parametrize("failure", FAILURES, ids=str)
def test_the_last_keys_are_in_force_while_the_issuer_fails(
    issuer: Issuer, failure: str | Exception
) -> None:
    keys = issuer.keys()
    keys.find(KEY.kid)
    issuer.served = failure
    issuer.now += KEEP_S
    assert keys.find(KEY.kid)
    assert [wrong.name for wrong in issuer.wrong] == ["/checkout/dev/auth/key-set-url"]


@pytest.mark.parametrize("failure", FAILURES, ids=str)
def test_nobody_is_let_in_without_keys_and_the_next_request_tries_again(
    issuer: Issuer, failure: str | Exception
) -> None:
    keys = issuer.keys()
    issuer.served = failure
    with pytest.raises(NotConfigured):
        keys.find(KEY.kid)
    issuer.served = key_set(KEY)
    assert keys.find(KEY.kid)


class Answering(BaseHTTPRequestHandler):
    """`/keys` has some, `/moved` leads there, `/endless` does not end in time, `/large` is."""

    def do_GET(self) -> None:
        status = {"/keys": 200, "/large": 200, "/moved": 302}.get(self.path, 500)
        body = b"x" * (MAX_LENGTH + 100) if self.path == "/large" else b'{"keys": []}'
        self.send_response(status)
        self.send_header("Location", "/keys")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()


def test_what_is_at_the_url_is_read_and_not_more_than_is_needed(server: str) -> None:
    assert fetch_over_https(f"{server}/keys") == '{"keys": []}'
    assert len(fetch_over_https(f"{server}/large")) == MAX_LENGTH + 1


@pytest.mark.parametrize("path", ["/moved", "/broken"])
def test_a_redirect_or_an_error_is_no_key_set(server: str, path: str) -> None:
    with pytest.raises(OSError, match=r"HTTP Error [35]0"):
        fetch_over_https(server + path)
