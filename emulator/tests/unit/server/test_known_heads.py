"""A head that comes again on a connection is read like the first, and any other by the parser."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from typing import Any

import pytest
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from localstack_host.performance import shortcuts
from localstack_host.server import function_endpoint, known_heads
from localstack_host.server.function_endpoint import FunctionEndpoint
from localstack_host.server.incoming import Incoming
from localstack_host.server.known_heads import KNOWN, KnownHeads
from localstack_host.server.limits import LIMITS
from localstack_host.services.iam.sessions import SESSIONS
from tests.unit.server.conftest import Client, Serve

SIGNED = (
    "AWS4-HMAC-SHA256 Credential=key/20261128/us-east-2/dynamodb/aws4_request, SignedHeaders=host"
)
HEADERS = {
    "Host": "localhost",
    "X-Amz-Target": "DynamoDB_20120810.GetItem",
    "X-Amz-Date": "20261128T120000Z",
    "Authorization": f"{SIGNED}, Signature={'0' * 64}",
    "amz-sdk-invocation-id": "11111111-1111-1111-1111-111111111111",
    "X-Amzn-Trace-Id": "Root=1-67f6-1;Sampled=1",
}
AGAIN = {
    "X-Amz-Date": "20261128T120001Z",
    "Authorization": f"{SIGNED}, Signature={'ab' * 32}",
    "amz-sdk-invocation-id": "22222222-2222-2222-2222-222222222222",
    "X-Amzn-Trace-Id": "Root=1-67f6-22;Parent=3;Sampled=0",
}
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"


def message(
    body: bytes = b"{}", start: str = "POST / HTTP/1.1", length: str | None = None, **changed: str
) -> bytes:
    """A request; `changed` has headers with `_` in place of `-`, and leaves out empty ones."""
    named = {name.replace("_", "-"): value for name, value in changed.items()}
    headers = HEADERS | named | {"Content-Length": str(len(body)) if length is None else length}
    lines = [f"{name}: {value}\r\n" for name, value in headers.items() if value]
    return f"{start}\r\n{''.join(lines)}\r\n".encode("latin-1") + body


def again(body: bytes = b"{}", **changed: str) -> bytes:
    """The request as it comes again: with the changing values of its own."""
    return message(body, **({n.replace("-", "_"): v for n, v in AGAIN.items()} | changed))


class Described:
    """Answers with everything that it was given, and counts the requests with a known head."""

    def __init__(self) -> None:
        self.known = 0

    def __call__(self, environment: dict[str, Any], start: Any) -> Iterable[bytes]:
        self.known += known_heads.VARIABLE in environment
        given = dict(environment)
        body = given.pop("wsgi.input").read().decode("latin-1")
        given.pop(known_heads.VARIABLE, None)
        for passing in ("REMOTE_PORT", "SERVER_PORT", "wsgi.errors"):
            given.pop(passing)
        start("200 OK", [])
        return [json.dumps([sorted(given.items()), body], default=str).encode()]


def outcome(client: Client) -> tuple[int, bytes] | None:
    """Status and body of the next response; None if there is none any more."""
    try:
        reply = client.reply()
    except (OSError, ValueError):
        return None
    return reply.status, reply.body


# What is sent after a request that was served, each in one piece.
SECOND = {
    "the same": again(),
    "another body": again(b'{"a": 1}'),
    "an empty body": again(b""),
    "a long body": again(b"x" * 1_500),
    "a body beyond the limit": again(b"x" * 2_001),
    "a head that is longer by its trace": again(X_Amzn_Trace_Id="Root=1-" + "a" * 240),
    "a trace beyond all measure": again(X_Amzn_Trace_Id="a" * 300),
    "no trace": again(X_Amzn_Trace_Id=""),
    "a header more": again(X_More="1"),
    "a length that is too small": again(b"{}" + SMUGGLED, length="2"),
    "a length that is too large": again(length="5"),
    "no length": again(length=""),
    "a length with a sign": again(length="+2"),
    "a length with zeros": again(length="0002"),
    "a length with an underscore": again(b"x" * 10, length="1_0"),
    "a hexadecimal length": again(length="0x2"),
    "two lengths": again(length="2\r\nContent-Length: 3"),
    "chunks": again(b"2\r\n{}\r\n0\r\n\r\n", length="", Transfer_Encoding="chunked"),
    "chunks and a length": again(Transfer_Encoding="chunked"),
    "a line break in a date": again(X_Amz_Date="20261128T120001Z\r\nOrigin: http://evil.example"),
    "a line break in a trace": again(X_Amzn_Trace_Id="a\r\nOrigin: http://evil.example"),
    "an LF in a trace": again(X_Amzn_Trace_Id="a\nb"),
    "a NUL in a trace": again(X_Amzn_Trace_Id="a\x00"),
    "a trace beyond ASCII": again(X_Amzn_Trace_Id="ä"),
    "an id that is none": again(amz_sdk_invocation_id="1 2"),
    "a date that is none": again(X_Amz_Date="today"),
    "a signature in capitals": again(Authorization=f"{SIGNED}, Signature={'AB' * 32}"),
    "a signature that is too long": again(Authorization=f"{SIGNED}, Signature={'a' * 65}"),
    "a signature and more": again(Authorization=f"{SIGNED}, Signature={'a' * 64}, x"),
    "another access key": again(
        Authorization=f"{SIGNED.replace('key/', 'kez/')}, Signature={'a' * 64}"
    ),
    "another operation": again(X_Amz_Target="DynamoDB_20120810.PutItem"),
    "another host": again(Host="attacker.example"),
    "another origin": again(Origin="http://evil.example"),
    "a browser": again(Sec_Fetch_Site="cross-site"),
    "another method": again(start="PUT / HTTP/1.1"),
    "another target": again(start="POST /_aws HTTP/1.1"),
    "another version": again(start="POST / HTTP/1.0"),
    "a space before a colon": again().replace(b"Date:", b"Date :"),
    "two spaces before a value": again().replace(b"Date: ", b"Date:  "),
    "a name in other letters": again().replace(b"X-Amz-Date", b"x-amz-date"),
    "lines that end with LF": again().replace(b"\r\n", b"\n"),
    "the last request": again(Connection="close"),
    "packed": again(Content_Encoding="gzip"),
    "a client that waits": again(Expect="100-continue"),
    "a line break before": b"\r\n" + again(),
    "two at once": again() + again(),
    "another behind it": again() + SMUGGLED,
    "half of another behind it": again() + SMUGGLED[:10],
    "half a head": again()[:60],
    "half a body": again(b"{} ")[:-1],
}
MANY = [again(X_Amz_Target=f"DynamoDB_20120810.Operation{number}") for number in range(20)]


@pytest.mark.parametrize("named", SECOND)
def test_a_second_request_is_the_same_to_the_application(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    """Whatever follows it on its connection is, too."""
    outcomes = []
    for taken in (False, True):
        monkeypatch.setattr(shortcuts, "are_taken", lambda taken=taken: taken)
        place = serve(Described())
        client = place.client().send(message())
        received = [outcome(client)]
        client.send(SECOND[named])
        received.append(outcome(client))
        try:
            client.send(again(b"last"))
        except OSError:
            received.append(None)
        received += [outcome(client) for _ in range(3)]
        outcomes.append((received, place.requests))
    assert outcomes[0] == outcomes[1]
    assert outcomes[0][0][0]


def test_most_requests_of_a_connection_have_a_known_head(serve: Serve) -> None:
    application = Described()
    client = serve(application).client()
    for sent in (message(), again(), again(b"other"), again(X_Amz_Target="A.B"), again()):
        assert client.send(sent).reply().status == 200
    assert application.known == 5


def test_nothing_is_known_of_a_connection_without_shortcuts(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shortcuts, "are_taken", lambda: False)
    application = Described()
    client = serve(application).client()
    for sent in (message(), again()):
        assert client.send(sent).reply().status == 200
    assert application.known == 0


def test_what_one_connection_has_sent_is_unknown_on_another(serve: Serve) -> None:
    place = serve(Described())
    first, second = (place.client().send(message()).reply() for _ in range(2))
    assert first == second
    other = place.client().send(again(Host="attacker.example"))
    assert other.reply().status == 421


def test_a_few_heads_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    heads = KnownHeads(KNOWN)
    for sent in MANY:
        heads.add(parsed(sent), sent)
    found = [heads.request(sent, LIMITS.body_bytes) is not None for sent in MANY]
    assert found == [False] * (len(MANY) - KNOWN) + [True] * KNOWN


def test_a_head_that_is_large_is_not_remembered() -> None:
    heads, sent = KnownHeads(KNOWN), message(X_More="x" * known_heads.MOST_BYTES)
    heads.add(parsed(sent), sent)
    assert heads.request(sent, LIMITS.body_bytes) is None


def test_what_is_found_out_is_found_out_once() -> None:
    heads, sent = KnownHeads(KNOWN), message()
    heads.add(parsed(sent), sent)
    asked: list[str] = []

    def target(request: Incoming) -> bytes:
        asked.append(request.changed.get("HTTP_X_AMZ_DATE", ""))
        return request.target

    for _ in range(2):
        request = heads.request(again(), LIMITS.body_bytes)
        assert request
        assert request.known
        assert request.known.once(target, request) == b"/"
    assert asked == [AGAIN["X-Amz-Date"]]


def test_an_application_may_change_its_environment(serve: Serve) -> None:
    seen = []

    def changing(environment: dict[str, Any], start: Any) -> Iterable[bytes]:
        seen.append((environment["HTTP_HOST"], len(environment["rolo.headers"])))
        environment["HTTP_HOST"] = "changed"
        environment["rolo.headers"].clear()
        start("200 OK", [])
        return []

    client = serve(changing).client()
    for _ in range(3):
        assert client.send(message()).reply().status == 200
    assert seen == [("localhost", 7)] * 3


def parsed(sent: bytes) -> Incoming:
    """A request as the parser reads it."""
    head, _, body = sent.partition(b"\r\n\r\n")
    start, *lines = head.split(b"\r\n")
    request = Incoming(body=io.BytesIO(body), method="POST", version="1.1", keep_alive=True)
    request.target = start.split(b" ")[1]
    for line in lines:
        request.add_header(*line.split(b": ", 1))
    return request


def test_a_session_that_ends_is_refused_at_once(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend: Any = sts_backends["000000000000"]["aws"]
    arn = "arn:aws:iam::000000000000:role/r"
    session = backend.assume_role("us-east-2", "s", arn, "", 900, "")
    place = serve(FunctionEndpoint(Described()))
    monkeypatch.setattr(function_endpoint, "_listening_at", [place.port])
    signed = SIGNED.replace("key/", f"{session.access_key_id}/")
    sent = again(
        Host=f"localhost:{place.port}",
        Authorization=f"{signed}, Signature={'a' * 64}",
        X_Amz_Security_Token=session.session_token,
        x_localstack_data="kept out",
    )
    client = place.client()
    for _ in range(3):
        reply = client.send(sent).reply()
        assert (reply.status, b"kept out" in reply.body) == (200, False)
    SESSIONS.forget("000000000000", {session.access_key_id})
    monkeypatch.delitem(iam_backends["000000000000"]["aws"].access_keys, session.access_key_id)
    assert client.send(sent).reply().status == 403
