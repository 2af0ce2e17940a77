"""Which requests for items are answered before the chain of handlers, and when none is."""

from __future__ import annotations

import gc
import io
import json
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from localstack.aws import handlers
from localstack.aws.app import LocalstackAwsGateway
from localstack.aws.handlers.response import ResponseMetadataEnricher
from localstack.aws.spec import load_service
from localstack.runtime import events
from localstack.services.s3.cors import S3CorsHandler, s3_cors_request_handler

from localstack_host.gateway import item_requests, named_operations
from localstack_host.gateway.call_recorder import Calls
from localstack_host.gateway.item_requests import ItemRequests
from localstack_host.gateway.named_operations import Identity
from localstack_host.services.dynamodb.provider import engine
from localstack_host.services.iam.handler import PermissionCheck
from localstack_host.services.iam.usage import Usage

SCOPE = "test/20261127/us-east-2/dynamodb/aws4_request"
SIGNED = f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host;x-amz-date, Signature={'0' * 64}"
TABLE = "answered"
GET = {"TableName": TABLE, "Key": {"id": {"S": "1"}}}
USUAL = {
    "Host": "localhost:4566",
    "X-Amz-Target": "DynamoDB_20120810.GetItem",
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Date": "20261127T120000Z",
    "Authorization": SIGNED,
}
PASSED_ON = [b"passed on"]


class Served:
    """The application with the chain behind it, as in an emulator that has started services."""

    def __init__(self) -> None:
        self.gateway: Any = LocalstackAwsGateway()
        self.seen: list[bytes] = []
        self.calls: Any = Calls()
        self.permissions = PermissionCheck(Usage())
        self.application = ItemRequests(self._chain, self.gateway)
        key = (USUAL["X-Amz-Target"], SCOPE, USUAL["Content-Type"], USUAL["Host"])
        known = Identity(load_service("dynamodb"), "json", "us-east-2", "aws", "000000000000")
        named_operations.of_gateway(self.gateway)._identities[key] = known

    def _chain(self, environment: dict[str, Any], _start: Any) -> list[bytes]:
        self.seen.append(environment["wsgi.input"].read())
        return PASSED_ON

    def send(self, body: Any = GET, **changed: str) -> list[bytes]:
        sent_body = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {name: value for name, value in (USUAL | changed).items() if value}
        environment = {
            "REQUEST_METHOD": "POST",
            "RAW_URI": "/",
            "REMOTE_ADDR": "127.0.0.1",
            **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in sent.items()},
            "wsgi.input": io.BytesIO(sent_body),
            "rolo.headers": [(name.encode(), value.encode()) for name, value in sent.items()],
        }
        return list(self.application(environment, lambda *_: None))


@pytest.fixture
def served() -> Iterator[Served]:
    made = Served()
    of_s3: Any = S3CorsHandler(None)
    composed: Any = handlers
    composed.preprocess_request.append(of_s3)
    composed.serve_custom_service_request_handlers.append(made.permissions.handle)
    composed.serve_custom_service_request_handlers.append(s3_cors_request_handler)
    composed.modify_service_response.append("s3", print)
    composed.run_custom_response_handlers.append(ResponseMetadataEnricher())
    composed.run_custom_response_handlers.append(made.calls.note)
    create = {
        "TableName": TABLE,
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    engine().handle("CreateTable", json.dumps(create).encode(), "000000000000", "us-east-2")
    yield made
    for name in (
        "preprocess_request",
        "serve_custom_service_request_handlers",
        "modify_service_response",
        "run_custom_response_handlers",
    ):
        getattr(composed, name).handlers.clear()


def test_a_usual_request_is_answered_though_services_have_added_handlers(served: Served) -> None:
    assert served.send() == [b"{}"]
    assert served.seen == []


def test_a_request_is_freed_when_it_is_answered(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not when garbage is looked for: it has no cycle."""
    seen: list[weakref.ref[Any]] = []

    def allows(request: Any) -> bool:
        seen.append(weakref.ref(request))
        return True

    monkeypatch.setattr(served.permissions, "allows", allows)
    gc.disable()
    try:
        assert served.send() == [b"{}"]
        assert [each() for each in seen] == [None]
    finally:
        gc.enable()


@pytest.mark.parametrize(
    "changed",
    [
        {"X-Amz-Target": "DynamoDB_20120810.ListTables"},
        {"X-Amz-Target": "DynamoDB_20111205.GetItem"},
        {"X-Amz-Target": "AmazonSSM.GetItem"},
        {"Authorization": SIGNED.replace("test/", "other/")},
        {"Authorization": ""},
        {"Origin": "http://localhost"},
        {"Host": "attacker.example"},
        {"x-localstack-data": "{}"},
        {"Content-Encoding": "gzip"},
    ],
    ids=str,
)
def test_any_other_request_is_passed_on_whole(served: Served, changed: dict[str, str]) -> None:
    assert served.send(**changed) == PASSED_ON
    assert served.seen == [json.dumps(GET).encode()]


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'{"TableName": 1}', b'{"Key": {}}', b"\xff"], ids=str
)
def test_a_malformed_body_is_passed_on_whole(served: Served, body: bytes) -> None:
    assert served.send(body) == PASSED_ON
    assert served.seen == [body]


def test_what_is_not_allowed_is_passed_on_and_counted_by_the_chain(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served.permissions, "allows", lambda _context: False)
    assert served.send() == PASSED_ON
    assert served.permissions._usage.report() == {"used": [], "refused": []}


def _later(served: Served) -> None:
    served.gateway.request_handlers.insert(0, print)


def _custom(_served: Served) -> None:
    handlers.serve_custom_service_request_handlers.append(print)  # type: ignore[arg-type]


def _response(_served: Served) -> None:
    handlers.run_custom_response_handlers.append(print)  # type: ignore[arg-type]


def _modified(_served: Served) -> None:
    handlers.modify_service_response.append("dynamodb", print)


def _finalized(served: Served) -> None:
    served.gateway.finalizers.append(print)


@pytest.mark.parametrize("add", [_later, _custom, _response, _modified, _finalized])
def test_a_handler_that_is_added_sees_all_requests(
    served: Served, add: Callable[[Served], None]
) -> None:
    assert served.send() == [b"{}"]
    add(served)
    assert served.send() == PASSED_ON


def test_while_calls_are_recorded_the_chain_sees_them(served: Served) -> None:
    served.calls.begin(None)
    assert served.send() == PASSED_ON
    served.calls.end(None)
    assert served.send() == [b"{}"]


def test_while_the_emulator_stops_the_chain_refuses_them(served: Served) -> None:
    events.infra_stopping.set()
    try:
        assert served.send() == PASSED_ON
    finally:
        events.infra_stopping.clear()


def test_each_operation_is_the_engines_and_changes_or_reads_items() -> None:
    from embedded_dynamodb.validation.operations import ITEMS

    assert set(item_requests.TARGETS.values()) == set(ITEMS)
