"""Requests as no library writes them: what shows that another site sent them is refused everywhere.

No browser is needed for these.
"""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest

from tests.browser.belongings import Belongings
from tests.browser.commands import (
    BY_GET,
    BY_POST,
    CREATE_QUEUE,
    CREATE_QUEUE_BY_POST,
    PREFLIGHTED,
    Command,
)
from tests.browser.conftest import REFUSALS, Watch

OWN = "Host: localhost:PORT"
# In each PORT stands for the emulator's port.
HEADS = {
    "no host": [],
    "an empty host": ["Host:"],
    "a host of the internet": ["Host: evil.example"],
    "a host of the internet at our port": ["Host: evil.example:PORT"],
    "a host that begins like ours": ["Host: localhost.evil.example:PORT"],
    "a host that ends like ours": ["Host: evillocalhost:PORT"],
    "a host that ends like LocalStack's": ["Host: evillocalhost.localstack.cloud:PORT"],
    "a subdomain of localhost": ["Host: evil.localhost:PORT"],
    "a user before the host": ["Host: localhost@evil.example"],
    "a path after the host": ["Host: localhost/evil.example"],
    "a fragment after the host": ["Host: evil.example#localhost"],
    "no port after the colon": ["Host: evil.example:"],
    "two hosts in one header": ["Host: localhost, evil.example"],
    "two hosts, ours first": [OWN, "Host: evil.example"],
    "two hosts, ours last": ["Host: evil.example", OWN],
    "our host twice": [OWN, OWN],
    "another spelling of the header": ["hOST: evil.example"],
    "an address of the network": ["Host: 192.168.0.10:PORT"],
    "an address for all": ["Host: 0.0.0.0:PORT"],
    "a foreign origin": [OWN, "Origin: http://evil.example"],
    "a foreign origin in capitals": [OWN, "ORIGIN: HTTP://EVIL.EXAMPLE"],
    "no origin": [OWN, "Origin: null"],
    "an empty origin": [OWN, "Origin:"],
    "an origin that begins like ours": [OWN, "Origin: http://localhost:PORT.evil.example"],
    "an origin with a user": [OWN, "Origin: http://localhost:PORT@evil.example"],
    "our origin at another port": [OWN, "Origin: http://localhost:1"],
    "our origin without a port": [OWN, "Origin: http://localhost"],
    "a file": [OWN, "Origin: file://"],
    "LocalStack's web application": [OWN, "Origin: https://app.localstack.cloud"],
    "two origins, ours first": [OWN, f"Origin: http://{OWN[6:]}", "Origin: http://evil.example"],
    "two origins in one header": [OWN, f"Origin: http://{OWN[6:]}, http://evil.example"],
    "another site": [OWN, "Sec-Fetch-Site: cross-site"],
    "another port": [OWN, "Sec-Fetch-Site: same-site"],
    "another site in capitals": [OWN, "SEC-FETCH-SITE: Cross-Site"],
    "another site and a typed address": [OWN, "Sec-Fetch-Site: none", "Sec-Fetch-Site: cross-site"],
    "another site that has our origin": [
        OWN,
        f"Origin: http://{OWN[6:]}",
        "Sec-Fetch-Site: cross-site",
    ],
    "a site that Sec-Fetch-Site does not know": [OWN, "Sec-Fetch-Site: evil"],
}
EVERYWHERE = {
    "a host": ["Host: evil.example:PORT"],
    "an origin": [OWN, "Origin: http://evil.example"],
    "a site": [OWN, "Sec-Fetch-Site: cross-site"],
}


def send(endpoint: str, head: list[str], command: Command) -> str:
    """All that the emulator answers on one connection."""
    port = urlsplit(endpoint).port or 80
    lines = [f"{command.method} {command.target} HTTP/1.1", *head, "Connection: close"]
    if command.body:
        lines += [f"Content-Type: {command.type}", f"Content-Length: {len(command.body)}"]
    request = "\r\n".join([*lines, "", command.body]).replace("PORT", str(port))
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request.encode())
        return _all_of(connection).decode("latin-1")


def _all_of(connection: socket.socket) -> bytes:
    received = b""
    while part := connection.recv(2**16):
        received += part
    return received


def status(answer: str) -> int:
    return int(answer.split(" ", 2)[1])


@pytest.mark.parametrize("head", HEADS)
def test_a_foreign_request_is_refused(endpoint: str, watch: Watch, mark: str, head: str) -> None:
    for command in (CREATE_QUEUE, CREATE_QUEUE_BY_POST):
        answer = send(endpoint, HEADS[head], command.about(mark))
        assert status(answer) in REFUSALS, answer
        assert "access-control-allow-" not in answer.lower()
    assert not watch.changed()


@pytest.mark.parametrize("head", EVERYWHERE)
def test_it_is_refused_on_every_path(
    endpoint: str, watch: Watch, belongings: Belongings, mark: str, head: str
) -> None:
    for command in [*BY_GET.values(), *BY_POST.values(), *PREFLIGHTED.values()]:
        answer = send(endpoint, EVERYWHERE[head], belongings.named(command.about(mark)))
        assert status(answer) in REFUSALS, f"{command.target}: {answer}"
    assert not watch.changed()


def test_a_host_in_the_target_counts_too(endpoint: str, watch: Watch, mark: str) -> None:
    target = f"http://evil.example{CREATE_QUEUE.about(mark).target}"
    assert status(send(endpoint, [OWN], Command(target))) in REFUSALS
    assert not watch.changed()


def test_the_second_request_of_a_connection_is_looked_at_too(
    endpoint: str, watch: Watch, mark: str
) -> None:
    port = urlsplit(endpoint).port or 80
    first = f"GET /_localstack/health HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"
    second = f"GET {CREATE_QUEUE.about(mark).target} HTTP/1.1\r\nHost: evil.example\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall((first + second).encode())
        answers = _all_of(connection).decode("latin-1")
    assert answers.startswith("HTTP/1.1 200 ")
    assert "HTTP/1.1 421 " in answers
    assert not watch.changed()


@pytest.mark.parametrize(
    "head",
    [
        [OWN],
        ["Host: 127.0.0.1:PORT"],
        ["Host: [::1]:PORT"],
        ["host: LOCALHOST:PORT"],
        ["Host: s3.us-east-2.localhost.localstack.cloud:PORT"],
        [OWN, f"Origin: http://{OWN[6:]}"],
        [OWN, f"Origin: http://{OWN[6:]}", "Sec-Fetch-Site: same-origin"],
    ],
    ids=lambda head: ", ".join(head),
)
def test_the_user_s_own_request_is_served(endpoint: str, head: list[str]) -> None:
    assert status(send(endpoint, head, Command("/_localstack/health"))) == 200
