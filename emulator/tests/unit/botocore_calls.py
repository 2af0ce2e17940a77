"""Calls of a DynamoDB client to a server with a script, for `test_direct_requests.py`.

A program of its own, as it patches botocore: `python botocore_calls.py direct|untouched`.
"""

from __future__ import annotations

import http.client
import json
import logging
import os
import re
import socket
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

os.environ["BOTO_DISABLE_CRT"] = "true"

ITEM = b'{"Item": {"sku": {"S": "mug \\u00fc"}, "photo": {"B": "AAEC"}, "stock": {"N": "3"}}}'
GET: dict[str, Any] = {"TableName": "products", "Key": {"sku": {"S": "mug"}}}
QUICK = Config(retries={"total_max_attempts": 3}, read_timeout=0.3, connect_timeout=0.3)
EXCHANGES = [0]


def answer(status: str, body: bytes, *headers: str, length: bool = True) -> bytes:
    """A response with some of the headers of AWS."""
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/x-amz-json-1.0"]
    lines += ["x-amzn-RequestId: request-1", *headers]
    lines += [f"Content-Length: {len(body)}"] if length else []
    return "\r\n".join([*lines, "", ""]).encode() + body


def error(status: str, code: str, **fields: Any) -> bytes:
    body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", **fields})
    return answer(status, body.encode(), f"x-amzn-ErrorType: {code}")


OK = answer("200 OK", ITEM)
THROTTLED = error("400 Bad Request", "ProvisionedThroughputExceededException", message="slow")
BROKEN = error("500 Internal Server Error", "InternalServerError", message="again")
CANCELED = error(
    "400 Bad Request",
    "TransactionCanceledException",
    Message="no",
    CancellationReasons=[{"Code": "ConditionalCheckFailed", "Item": {"n": {"N": "1"}}}],
)
CHUNKED = answer(
    "200 OK",
    b"%x\r\n%b\r\n0\r\n\r\n" % (len(ITEM), ITEM),
    "Transfer-Encoding: chunked",
    length=False,
)
RIGHT = answer("200 OK", ITEM, f"x-amz-crc32: {zlib.crc32(ITEM)}")
WRONG = answer("200 OK", ITEM, "x-amz-crc32: 1")
HANG_UP, SILENCE = b"", None


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


def sent(request: str) -> dict[str, Any]:
    """A request without what differs each time."""
    head, _, body = request.partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    changing = {"amz-sdk-invocation-id", "x-amz-date", "user-agent", "host"}
    fixed = {name: value for name, value in headers.items() if name not in changing}
    fixed["authorization"] = re.sub(r"/\d{8}/|[0-9a-f]{64}", "", fixed["authorization"])
    return {"first": re.sub(r":\d+/", "/", first), "body": body, "names": sorted(headers), **fixed}


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
    from localstack_host.services.lambda_.zygote import direct_requests, patches

    original = direct_requests.exchange

    def counted(*arguments: Any) -> Any:
        EXCHANGES[0] += 1
        return original(*arguments)

    direct_requests.exchange = counted
    patches.send_directly()


def _cases(server: Server, session: boto3.Session) -> Iterator[dict[str, Any]]:
    """The outcome of each case, the requests, and how many of them were sent directly."""
    for name, script, prepare, event, call in CASES:
        client = prepare(session, server)
        server.script, notes = list(script), []
        before, EXCHANGES[0] = len(server.requests), 0
        with registered(client, event, notes):
            result = outcome(lambda call=call, client=client: call(client))
        requests = [sent(one) for one in server.requests[before:]]
        yield {
            "case": name,
            "seen": {"outcome": result, "requests": requests, "notes": notes},
            "direct": EXCHANGES[0],
        }


def usual(session: boto3.Session, _server: Server) -> Any:
    return session.client("dynamodb", config=QUICK)


def standard(session: boto3.Session, _server: Server) -> Any:
    retries = {"mode": "standard", "total_max_attempts": 3}
    return session.client("dynamodb", config=QUICK.merge(Config(retries=retries)))  # type: ignore[arg-type]


def adaptive(session: boto3.Session, _server: Server) -> Any:
    retries = {"mode": "adaptive", "total_max_attempts": 3}
    return session.client("dynamodb", config=QUICK.merge(Config(retries=retries)))  # type: ignore[arg-type]


def elsewhere(session: boto3.Session, _server: Server) -> Any:
    return session.client("dynamodb", config=QUICK, endpoint_url="http://127.0.0.1:9")


def through_a_proxy(session: boto3.Session, server: Server) -> Any:
    config = QUICK.merge(Config(proxies={"http": server.url}))
    return session.client("dynamodb", config=config)


def unsigned(session: boto3.Session, _server: Server) -> Any:
    return boto3.client("dynamodb", region_name="us-east-2", config=QUICK)


def other_protocol(session: boto3.Session, _server: Server) -> Any:
    return session.client("sns", config=QUICK)


def debugging(session: boto3.Session, _server: Server) -> Any:
    logging.getLogger("botocore").setLevel(logging.DEBUG)
    client = session.client("dynamodb", config=QUICK)
    client.meta.events.register_last("after-call", _stop_debugging)
    return client


def _stop_debugging(**_given: Any) -> None:
    for name in ("botocore", "urllib3"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    http.client.HTTPConnection.debuglevel = 0


def debugging_urllib3(session: boto3.Session, server: Server) -> Any:
    logging.getLogger("urllib3").setLevel(logging.DEBUG)
    client = usual(session, server)
    client.meta.events.register_last("after-call", _stop_debugging)
    return client


def printing(session: boto3.Session, server: Server) -> Any:
    http.client.HTTPConnection.debuglevel = -1
    client = usual(session, server)
    client.meta.events.register_last("after-call", _stop_debugging)
    return client


def replaced(session: boto3.Session, server: Server) -> Any:
    client = usual(session, server)
    original = client._endpoint._send
    client._endpoint._send = lambda request: original(request)
    return client


def replace_session(client: Any) -> Any:
    """Two calls, the second with a session of somebody's own, which refuses it."""
    client.get_item(**GET)
    client._endpoint.http_session = Refusing()
    return client.get_item(**GET)


class Refusing:
    def send(self, _request: Any) -> Any:
        raise OSError("refused")


def get(client: Any) -> Any:
    return client.get_item(**GET)


def twice(client: Any) -> Any:
    return [client.get_item(**GET), time.sleep(0.05), client.get_item(**GET)]


def transact(client: Any) -> Any:
    return client.transact_write_items(
        TransactItems=[{"Put": {"TableName": "t", "Item": {}}}], ClientRequestToken="once"
    )


def put_binary(client: Any) -> Any:
    return client.put_item(
        TableName="products", Item={"photo": {"B": b"\x00\xff"}, "ü": {"S": "ü"}}
    )


def wrong_parameter(client: Any) -> Any:
    return client.get_item(TableName="products", Key="mug")


def topics(client: Any) -> Any:
    return client.list_topics()


AFTER, SOMEBODY = "after-call.dynamodb", "provide-client-params.nobody"
CLOSING = answer("200 OK", ITEM, "Connection: close")
CASES: list[tuple[str, list[bytes | None], Any, str, Any]] = [
    ("a success", [], usual, SOMEBODY, get),
    ("two on one connection", [], usual, SOMEBODY, twice),
    ("a connection that is closed afterwards", [CLOSING], usual, SOMEBODY, twice),
    ("chunks", [CHUNKED], usual, SOMEBODY, twice),
    ("a right checksum", [RIGHT], usual, SOMEBODY, get),
    ("a wrong checksum", [WRONG, RIGHT], usual, SOMEBODY, get),
    ("an error", [CANCELED], usual, SOMEBODY, transact),
    ("throttled once", [THROTTLED], usual, SOMEBODY, get),
    ("broken once", [BROKEN], usual, SOMEBODY, get),
    ("broken until it gives up", [BROKEN] * 5, usual, SOMEBODY, get),
    ("broken, with standard retries", [BROKEN] * 5, standard, SOMEBODY, get),
    ("throttled, with adaptive retries", [THROTTLED], adaptive, SOMEBODY, get),
    ("hung up once", [HANG_UP], usual, SOMEBODY, get),
    ("hung up always", [HANG_UP] * 5, usual, SOMEBODY, get),
    ("silence once", [SILENCE], usual, SOMEBODY, get),
    ("silence always", [SILENCE] * 5, usual, SOMEBODY, get),
    ("another protocol than HTTP", [b"SSH-2.0\r\n\r\n"] * 5, usual, SOMEBODY, get),
    ("no JSON", [answer("200 OK", b"no")] * 5, usual, SOMEBODY, get),
    ("an empty body", [answer("200 OK", b"")], usual, SOMEBODY, get),
    ("another success", [answer("201 Created", ITEM)], usual, SOMEBODY, get),
    ("binary", [answer("200 OK", b"{}")], usual, SOMEBODY, put_binary),
    ("a wrong parameter", [], usual, SOMEBODY, wrong_parameter),
    ("a handler after the call", [], usual, AFTER, get),
    ("a handler after an error", [CANCELED], usual, AFTER, transact),
    *(
        (f"a handler of {event}", [BROKEN], usual, f"{event}.dynamodb", get)
        for event in ("before-call", "request-created", "before-sign", "before-send")
    ),
    *(
        (f"a handler of {event}", [BROKEN], usual, f"{event}.dynamodb", get)
        for event in ("response-received", "before-parse", "needs-retry", "choose-signer")
    ),
    ("no credentials", [], unsigned, SOMEBODY, get),
    ("another endpoint", [], elsewhere, SOMEBODY, get),
    ("a proxy", [], through_a_proxy, SOMEBODY, get),
    ("another protocol than JSON", [], other_protocol, SOMEBODY, topics),
    ("a method that is replaced", [BROKEN], replaced, SOMEBODY, get),
    ("a session that is replaced later", [], usual, SOMEBODY, replace_session),
    ("debug messages of urllib3", [], debugging_urllib3, SOMEBODY, get),
    ("a debug message of HTTP", [], printing, SOMEBODY, get),
    ("no content", [answer("204 No Content", b"", length=False)], usual, SOMEBODY, get),
    ("a success with standard retries", [], standard, SOMEBODY, get),
    ("continue", [b"HTTP/1.1 100 Continue\r\n\r\n" + OK], usual, SOMEBODY, get),
    ("debug messages", [], debugging, SOMEBODY, get),
]

if __name__ == "__main__":
    main(sys.argv[1])
