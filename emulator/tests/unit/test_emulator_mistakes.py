"""Only what a request has caused is its sender's mistake; the emulator's failures stay so."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import botocore.session
import pytest

from localstack_host.gateway.invalid_requests import client_error, refused_beforehand
from localstack_host.gateway.malformed_requests import as_client_error

SESSION = botocore.session.Session()


def sent(service: str, operation: str, **request: Any) -> Any:
    """The context of a request."""
    model = SESSION.get_service_model(service)
    return SimpleNamespace(
        internal_request_params=None,
        service=model,
        operation=model.operation_model(operation),
        protocol=model.protocol,
        service_request=request,
    )


GET_ITEM = sent("dynamodb", "GetItem", TableName="t", Key={"id": {"S": "1"}})
FAILURES = (
    OSError("No space left on device"),
    MemoryError(),
    TypeError("unsupported operand"),
    AttributeError("'NoneType' object has no attribute 'items'"),
    KeyError("something-of-the-emulator"),
    KeyError(7),
    IndexError("list index out of range"),
    RuntimeError("can't start new thread"),
    TimeoutError(),
)


@pytest.mark.parametrize("failure", FAILURES, ids=repr)
def test_a_failure_stays_a_failure(failure: Exception) -> None:
    assert as_client_error(failure, GET_ITEM) is failure


@pytest.mark.parametrize(
    ("error", "request_", "code", "said"),
    [
        (TypeError("x"), sent("sqs", "CreateQueue"), "InvalidParameterValue", "QueueName"),
        (KeyError("x"), sent("lambda", "ListFunctions", MaxItems=-1), None, "MaxItems"),
        (RecursionError(), GET_ITEM, "ValidationException", "too deeply"),
        (UnicodeError("label too long"), sent("iam", "ListRoles"), "ValidationError", "label"),
        (KeyError("nope"), sent("logs", "GetQueryResults", queryId="nope"), None, "no 'nope'"),
        (KeyError("S3Bucket"), sent("lambda", "PublishLayerVersion", LayerName="l", Content={}),
         None, "S3Bucket is missing"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_value(
    error: Exception, request_: Any, code: str | None, said: str
) -> None:
    found = client_error(error, request_)
    assert found is not None
    assert said in found[1]
    assert code in (None, found[0])


def test_what_a_function_is_sent_is_the_function_s_to_read() -> None:
    assert (
        client_error(ValueError("closed file"), sent("lambda", "Invoke", FunctionName="f")) is None
    )


@pytest.mark.parametrize(
    "request_",
    [
        sent("s3", "ListObjectsV2", Bucket="b", Delimiter=None, MaxKeys=None, Prefix=""),
        sent("lambda", "ListFunctions", Marker=None, MaxItems=50),
        sent("dynamodb", "ListTables"),
        sent("dynamodb", "DescribeTable"),  # what is missing, the service says in its own words
    ],
    ids=lambda one: str(one.operation.name),
)
def test_a_list_that_can_be_served_is_served(request_: Any) -> None:
    assert refused_beforehand(request_) is None


@pytest.mark.parametrize(
    "request_",
    [
        sent("dynamodb", "ListTables", Limit=-1),
        sent("stepfunctions", "ListStateMachines", maxResults=-1),
        sent("lambda", "ListFunctions", Marker=None, MaxItems=-1),
    ],
    ids=lambda one: str(one.operation.name),
)
def test_a_number_that_is_too_small_is_refused_whatever_there_is_to_list(request_: Any) -> None:
    found = refused_beforehand(request_)
    assert found is not None
    assert "-1" in found[1]


BAD = "a\x01b"


@pytest.mark.parametrize(
    "request_",
    [
        sent("sqs", "SendMessage", QueueUrl="q", MessageBody=BAD),
        sent("sqs", "SendMessageBatch", QueueUrl="q", Entries=[{"Id": "1", "MessageBody": BAD}]),
    ],
    ids=lambda one: str(one.operation.name),
)
def test_the_characters_of_a_message_are_for_its_queue_to_refuse(request_: Any) -> None:
    request_.protocol = "query"
    assert refused_beforehand(request_) is None


@pytest.mark.parametrize(
    "request_",
    [
        sent("iam", "CreateUser", UserName=BAD),
        sent("sqs", "SendMessageBatch", QueueUrl="q", Entries=[{"Id": BAD, "MessageBody": "m"}]),
    ],
    ids=lambda one: str(one.operation.name),
)
def test_a_character_that_the_answer_could_not_have_is_refused(request_: Any) -> None:
    request_.protocol = "query"
    found = refused_beforehand(request_)
    assert found is not None
    assert "XML does not allow" in found[1]
