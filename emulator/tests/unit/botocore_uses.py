"""What `botocore_cases.py` does with a client."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from unittest import mock

from boto3.dynamodb.conditions import Attr
from botocore.context import start_as_current_context
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from botocore.useragent import register_feature_id

GET: dict[str, Any] = {"TableName": "products", "Key": {"sku": {"S": "mug"}}}


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
