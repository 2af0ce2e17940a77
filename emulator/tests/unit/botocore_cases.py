"""The calls of `botocore_calls.py`, what its server answers, and with which clients."""

from __future__ import annotations

import http.client
import json
import logging
import os
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from io import BytesIO
from typing import Any
from unittest import mock

import boto3
import botocore.auth
from boto3.dynamodb.conditions import Attr
from botocore.config import Config
from botocore.context import start_as_current_context
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from botocore.useragent import register_feature_id

ITEM = b'{"Item": {"sku": {"S": "mug \\u00fc"}, "photo": {"B": "AAEC"}, "stock": {"N": "3"}}}'
GET: dict[str, Any] = {"TableName": "products", "Key": {"sku": {"S": "mug"}}}
QUICK = Config(retries={"total_max_attempts": 3}, read_timeout=0.3, connect_timeout=0.3)


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


def usual(session: boto3.Session, _url: str) -> Any:
    return session.client("dynamodb", config=QUICK)


def standard(session: boto3.Session, _url: str) -> Any:
    retries = {"mode": "standard", "total_max_attempts": 3}
    return session.client("dynamodb", config=QUICK.merge(Config(retries=retries)))  # type: ignore[arg-type]


def adaptive(session: boto3.Session, _url: str) -> Any:
    retries = {"mode": "adaptive", "total_max_attempts": 3}
    return session.client("dynamodb", config=QUICK.merge(Config(retries=retries)))  # type: ignore[arg-type]


def elsewhere(session: boto3.Session, _url: str) -> Any:
    return session.client("dynamodb", config=QUICK, endpoint_url="http://127.0.0.1:9")


def through_a_proxy(session: boto3.Session, url: str) -> Any:
    config = QUICK.merge(Config(proxies={"http": url}))
    return session.client("dynamodb", config=config)


def unsigned(session: boto3.Session, _url: str) -> Any:
    return boto3.client("dynamodb", region_name="us-east-2", config=QUICK)


def other_protocol(session: boto3.Session, _url: str) -> Any:
    return session.client("sns", config=QUICK)


def debugging(session: boto3.Session, _url: str) -> Any:
    logging.getLogger("botocore").setLevel(logging.DEBUG)
    client = session.client("dynamodb", config=QUICK)
    client.meta.events.register_last("after-call", _stop_debugging)
    return client


def _stop_debugging(**_given: Any) -> None:
    for name in ("botocore", "urllib3"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    http.client.HTTPConnection.debuglevel = 0


def debugging_urllib3(session: boto3.Session, url: str) -> Any:
    logging.getLogger("urllib3").setLevel(logging.DEBUG)
    client = usual(session, url)
    client.meta.events.register_last("after-call", _stop_debugging)
    return client


def printing(session: boto3.Session, url: str) -> Any:
    http.client.HTTPConnection.debuglevel = -1
    client = usual(session, url)
    client.meta.events.register_last("after-call", _stop_debugging)
    return client


def replaced(session: boto3.Session, url: str) -> Any:
    client = usual(session, url)
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


def of(service: str, **settings: Any) -> Callable[[boto3.Session, str], Any]:
    """Makes clients of a service."""
    config = QUICK.merge(Config(**settings))
    return lambda session, _url: session.client(service, config=config)  # type: ignore[call-overload]


def table(session: boto3.Session, _url: str) -> Any:
    """The client of a table, with a way to the table itself."""
    made = session.resource("dynamodb", config=QUICK).Table("products")
    made.meta.client.table = made
    return made.meta.client


def changed_class(session: boto3.Session, url: str) -> Any:
    """A client whose next request is signed by a method that somebody has replaced."""
    original = botocore.auth.SigV4Auth.add_auth

    def add_auth(auth: Any, request: Any) -> None:
        patched.stop()
        request.headers["X-Extra"] = "1"
        original(auth, request)

    patched = mock.patch.object(botocore.auth.SigV4Auth, "add_auth", add_auth)
    patched.start()
    return usual(session, url)


def put(client: Any) -> Any:
    photo = client.table.put_item(
        Item={"sku": "mug", "price": Decimal("1.50"), "tags": {"a"}, "photo": b"\x00"},
        ConditionExpression=Attr("sku").not_exists(),
    )
    return [photo, client.table.get_item(Key={"sku": "mug"})["Item"]["stock"]]


def transact_without_token(client: Any) -> Any:
    return client.transact_write_items(TransactItems=[{"Put": {"TableName": "t", "Item": {}}}])


def transact_items(client: Any) -> Any:
    """A resource's client has a handler that copies the parameters."""
    item = {"Put": {"TableName": "t", "Item": {"sku": "mug", "price": 1}}}
    return client.transact_write_items(TransactItems=[item])


def pages(client: Any) -> Any:
    return list(client.get_paginator("scan").paginate(TableName="products"))


def wait(client: Any) -> Any:
    return client.get_waiter("table_exists").wait(
        TableName="products", WaiterConfig={"Delay": 0, "MaxAttempts": 2}
    )


def with_feature(client: Any) -> Any:
    with start_as_current_context():
        register_feature_id("S3_TRANSFER")
        return [client.get_item(**GET), client.get_item(**GET)]


def rotate(client: Any) -> Any:
    """Calls with other keys: written over the old ones, as a new object, and with an account."""
    got, signer = [client.get_item(**GET)], client._request_signer
    signer._credentials.access_key = "second"
    signer._credentials.secret_key, signer._credentials.token = "other", None
    got.append(client.get_item(**GET))
    signer._credentials = Credentials("key", "secret", "token", account_id="111122223333")
    return [*got, client.get_item(**GET)]


def without_keys(client: Any) -> Any:
    client._request_signer._credentials = None
    return client.get_item(**GET)


def register_later(client: Any) -> Any:
    seen: list[Any] = []

    def see(params: Any, **_given: Any) -> None:
        seen.append(sorted(params))

    client.get_item(**GET)
    client.meta.events.register("before-call.dynamodb.GetItem", see)
    client.get_item(**GET)
    client.meta.events.unregister("before-call.dynamodb.GetItem", see)
    return [client.get_item(**GET), seen]


def change_parameters(client: Any) -> Any:
    def change(params: Any, **_given: Any) -> Any:
        return {**params, "TableName": "other"}

    client.meta.events.register("provide-client-params.dynamodb.GetItem", change)
    return client.get_item(**GET)


def stubbed(client: Any) -> Any:
    with Stubber(client) as stubber:
        stubber.add_response("get_item", {"Item": {}}, GET)
        stubber.add_client_error("get_item", "Throttled")
        return [client.get_item(**GET), outcome_of(lambda: client.get_item(**GET))]


def outcome_of(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except ClientError as error:
        return [str(error), error.response]


def in_threads(client: Any) -> Any:
    """The same outcome in each thread, whatever the others receive."""
    with ThreadPoolExecutor(8) as pool:
        got = pool.map(lambda _number: outcome_of(lambda: client.get_item(**GET)), range(24))
    return sorted(map(repr, got))


def traced(client: Any) -> Any:
    """With the variables that Lambda sets, and a trace as strange as it may be."""
    traces = {"AWS_LAMBDA_FUNCTION_NAME": "f", "_X_AMZN_TRACE_ID": "Root=1-a;Sampled=1"}
    with mock.patch.dict(os.environ, traces):
        got = [client.get_item(**GET)]
        os.environ["_X_AMZN_TRACE_ID"] = "Root=ü \r\n{}"
        got.append(client.get_item(**GET))
        del os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        return [*got, client.get_item(**GET)]


class Text(str, Enum):  # noqa: UP042 - JSON has it as a string
    MUG = "mug"


def strange(*parameters: Any) -> Callable[[Any], Any]:
    """Calls with parameters that are rare or wrong: each is serialized or refused by itself."""

    def call(client: Any) -> Any:
        got = []
        for each in parameters:
            try:
                got.append(client.put_item(TableName="products", Item={"a": each}))
            except Exception as error:
                got.append([type(error).__qualname__, str(error).partition(" at 0x")[0]])
        return got

    return call


def send_message(client: Any) -> Any:
    return client.send_message(
        QueueUrl="http://queues/1/q",
        MessageBody="ü",
        MessageAttributes={"a": {"DataType": "Binary", "BinaryValue": b"\xff"}},
    )


def put_events(client: Any) -> Any:
    entry = {"Time": datetime(2026, 11, 27, 1, 2, 3, tzinfo=UTC), "Source": "s", "Detail": "{}"}
    return [client.put_events(Entries=[entry]), client.put_events(Entries=[{"Source": "s"}])]


def put_global_events(client: Any) -> Any:
    return client.put_events(Entries=[{"Source": "s"}], EndpointId="abcde.veo")


def describe(client: Any) -> Any:
    return [
        client.describe_execution(executionArn="arn:aws:states:us-east-2:1:execution:m:e"),
        client.start_sync_execution(stateMachineArn="arn:aws:states:us-east-2:1:stateMachine:m"),
    ]


def read_settings(client: Any) -> Any:
    return client.get_parameters_by_path(Path="/shop", WithDecryption=True)


def delete_message(client: Any) -> Any:
    return client.delete_message(QueueUrl="http://queues/1/q", ReceiptHandle="h")


def reply(text: str) -> bytes:
    return answer("200 OK", text.encode())


AFTER, SOMEBODY = "after-call.dynamodb", "provide-client-params.nobody"
MISSING = error("400 Bad Request", "ResourceNotFoundException", message="none")
NO_QUEUE = answer(
    "400 Bad Request",
    b'{"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "none"}',
    "x-amzn-query-error: AWS.SimpleQueueService.NonExistentQueue;Sender",
)
STRANGE = (
    '{"Item": {"a": {"S": null, "N": "1"}, "b": {"__type": "x", "BOOL": true}, "c": {"B": "AA=="},'
    ' "d": {"L": [{"NULL": true}]}, "e": {"M": {"f": {"NS": ["1"]}}}, "g": {"BS": ["AA=="]}},'
    ' "New": 1, "ConsumedCapacity": {"CapacityUnits": 0.5, "TableName": null}}'
)
RARE = (
    {"S": Text.MUG},
    {"L": ({"S": "a"}, {"S": "b"})},
    {"B": "text"},
    {"B": bytearray(b"\x00")},
    {"B": BytesIO(b"\x00")},
    {"BS": [b"\x00", "text"]},
    {"M": {"": {"NULL": True}}},
    {"S": "\ud800"},
)
WRONG_VALUES = (
    {"S": 1},
    {"N": Decimal(1)},
    {"BOOL": 1},
    {"NEW": "a"},
    {"S": "a", "N": "1"},
    {},
    None,
    {"L": "a"},
    {"M": {1: {"S": "a"}}},
    {"B": 1},
)
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
    ("a table of a resource", [BROKEN], table, SOMEBODY, put),
    ("a token that is added", [BROKEN], usual, SOMEBODY, transact_without_token),
    ("a token that is added to a copy", [BROKEN, HANG_UP], table, SOMEBODY, transact_items),
    (
        "no right to retry",
        [BROKEN],
        of("dynamodb", retries={"total_max_attempts": 1}),
        SOMEBODY,
        get,
    ),
    (
        "pages",
        [reply('{"Items": [{}], "LastEvaluatedKey": {"a": {"S": "b"}}}')],
        usual,
        SOMEBODY,
        pages,
    ),
    ("a waiter", [MISSING, reply('{"Table": {"TableStatus": "ACTIVE"}}')], usual, SOMEBODY, wait),
    ("a feature of the caller", [], usual, SOMEBODY, with_feature),
    ("other keys", [], usual, SOMEBODY, rotate),
    ("keys that are removed", [], usual, SOMEBODY, without_keys),
    ("a handler for some time", [], usual, SOMEBODY, register_later),
    ("a handler that changes parameters", [], usual, SOMEBODY, change_parameters),
    ("a stub", [], usual, SOMEBODY, stubbed),
    ("a method of a class that is replaced", [], changed_class, SOMEBODY, get),
    ("threads", [], usual, SOMEBODY, in_threads),
    ("a trace", [], usual, SOMEBODY, traced),
    (
        "parameters that are not validated",
        [],
        of("dynamodb", parameter_validation=False),
        SOMEBODY,
        get,
    ),
    ("rare parameters", [], usual, SOMEBODY, strange(*RARE)),
    ("wrong parameters", [], usual, SOMEBODY, strange(*WRONG_VALUES)),
    ("nulls and new members", [reply(STRANGE)], usual, SOMEBODY, get),
    (
        "a value with two types",
        [reply('{"Item": {"a": {"S": "b", "N": "1"}}}')],
        usual,
        SOMEBODY,
        get,
    ),
    ("a value of a new type", [reply('{"Item": {"a": {"NEW": "b"}}}')], usual, SOMEBODY, get),
    ("a value without a type", [reply('{"Item": {"a": {}}}')], usual, SOMEBODY, get),
    ("a list for an item", [reply('{"Item": [1]}')], usual, SOMEBODY, get),
    ("no object", [reply("[]")], usual, SOMEBODY, get),
    ("null", [reply("null")], usual, SOMEBODY, get),
    ("no UTF-8", [answer("200 OK", b'{"Item": "\xff"}')], usual, SOMEBODY, get),
    ("a header twice", [answer("200 OK", ITEM, "X-A: 1", "x-a: 2")], usual, SOMEBODY, get),
    ("a queue", [reply('{"MessageId": "1"}')], of("sqs"), SOMEBODY, send_message),
    ("a queue that is missing", [NO_QUEUE], of("sqs"), SOMEBODY, send_message),
    ("events", [reply('{"FailedEntryCount": 0}')], of("events"), SOMEBODY, put_events),
    ("events elsewhere", [], of("events"), SOMEBODY, put_global_events),
    (
        "times",
        [reply('{"startDate": 1.5, "status": "RUNNING"}')],
        of("stepfunctions"),
        SOMEBODY,
        describe,
    ),
    ("settings", [reply('{"Parameters": [{"Version": 1}]}')], of("ssm"), SOMEBODY, read_settings),
    ("nothing", [answer("200 OK", b"")], of("sqs"), SOMEBODY, delete_message),
]
