"""Calls of clients to a server with a script, for `test_direct_calls.py`.

A program of its own, as it patches botocore:
`python -m tests.unit.botocore_calls direct|untouched`.
"""

from __future__ import annotations

import json
import os
import re
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import ClientError

from tests.unit.botocore_cases import CASES
from tests.unit.scripted_answers import OK, SILENCE

EXCHANGES = [0]
CHANGING = {"X-Amz-Date", "Host"}
SECRETS = {"key": "secret", "second": "other"}
FEATURES = re.compile(r"\bm/(\S+)")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Server:
    """Gives the answers of a script, one for each request, and keeps the requests."""

    def __init__(self) -> None:
        self.script: list[bytes | None] = []
        self.requests: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        while request := _read(connection):
            self.requests.append(request)
            given = self.script.pop(0) if self.script else OK
            if given is SILENCE:
                time.sleep(1)
            if not given:
                break
            connection.sendall(given)
            if b"Connection: close" in given or b"Content-Length" not in given:
                break
        connection.close()


def _read(connection: socket.socket) -> str:
    data = b""
    while (end := data.find(b"\r\n\r\n")) < 0:
        if not (more := connection.recv(65536)):
            return ""
        data += more
    found = re.search(rb"(?i)content-length: (\d+)", data)
    while len(data) < end + 4 + int(found[1] if found else 0):
        data += connection.recv(65536)
    return data.decode()


def sent(request: str, ids: dict[str, str]) -> dict[str, Any]:
    """A request without what differs each time; `ids` numbers the random ones."""
    head, _, body = request.partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    seen = {name.lower(): value for name, value in headers.items() if name not in CHANGING}
    is_right = "Authorization" not in headers or signature(headers, body) in seen["authorization"]
    seen["authorization"] = re.sub(r"/\d{8}/|[0-9a-f]{64}", "", seen.get("authorization", ""))
    seen["user-agent"] = FEATURES.sub(_in_order, seen["user-agent"])
    numbered = {
        name: UUID.sub(lambda found: ids.setdefault(found[0], f"id {len(ids)}"), text)
        for name, text in {"body": body, **seen}.items()
    }
    return {"first": re.sub(r":\d+/", "/", first), "names": sorted(headers), **numbered} | {
        "is signed right": is_right
    }


def _in_order(found: re.Match[str]) -> str:
    return "m/" + ",".join(sorted(found[1].split(",")))


def signature(headers: dict[str, str], body: str) -> str:
    """What botocore's signer makes of the signed headers of a request."""
    found = re.search(r"=(\w+)/\d+/([^/]+)/([^/]+)/.*Headers=([^,]+)", headers["Authorization"])
    assert found
    key, region, service, names = found.groups()
    signed = {name: headers[name] for name in headers if name.lower() in names.split(";")}
    request = AWSRequest("POST", f"http://{headers['Host']}/", headers=signed, data=body.encode())
    request.context["timestamp"] = headers["X-Amz-Date"]
    auth = SigV4Auth(ReadOnlyCredentials(key, SECRETS[key], None), service, region)
    return auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)


def outcome(call: Callable[[], Any]) -> Any:
    """The result, or what can be seen of the exception."""
    try:
        return plain(call())
    except ClientError as raised:
        return [type(raised).__mro__[1].__name__, *seen(raised), plain(raised.response)]
    except Exception as raised:
        return seen(raised)


def seen(raised: Exception) -> list[str]:
    text = re.sub(r"127.0.0.1:\d+", "", str(raised))
    return [type(raised).__module__, type(raised).__qualname__, re.sub(r"0x\w+", "", text)]


def plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=repr))


@contextmanager
def registered(client: Any, event: str, notes: list[str]) -> Iterator[None]:
    def note(**given: Any) -> None:
        notes.append(f"{given['event_name']} {sorted(given)}")
        if "http_response" in given:
            response = given["http_response"]
            notes.append(f"{response.status_code} {dict(response.headers)} {response.content}")

    client.meta.events.register(event, note)
    yield
    client.meta.events.unregister(event, note)


def main(mode: str) -> None:
    server = Server()
    os.environ["AWS_ENDPOINT_URL"] = server.url
    if mode == "direct":
        _install()
    session = boto3.Session("key", "secret", "token", region_name="us-east-2")
    sys.stdout.write(json.dumps(list(_cases(server, session))))


def _install() -> None:
    from localstack_host.services.lambda_.zygote import direct_calls, patches

    original = direct_calls.exchange

    def counted(*arguments: Any) -> Any:
        EXCHANGES[0] += 1
        return original(*arguments)

    direct_calls.exchange = counted
    patches.call_directly()


def _cases(server: Server, session: boto3.Session) -> Iterator[dict[str, Any]]:
    """The outcome of each case, the requests, and how many of them were sent directly."""
    for name, script, prepare, event, call in CASES:
        client = prepare(session, server.url)
        server.script, notes = list(script), []
        before, EXCHANGES[0] = len(server.requests), 0
        with registered(client, event, notes):
            result = outcome(lambda call=call, client=client: call(client))
        ids: dict[str, str] = {}
        requests = [sent(one, ids) for one in server.requests[before:]]
        yield {
            "case": name,
            "seen": {"outcome": result, "requests": requests, "notes": notes},
            "direct": EXCHANGES[0],
        }


if __name__ == "__main__":
    main(sys.argv[1])
