"""What schedules call, which targets are refused, and what becomes of failed invocations."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from localstack.aws.api.scheduler import ValidationException

from localstack_host.services.scheduler import invocation
from localstack_host.services.scheduler.calls import Call, NoSuchCall
from localstack_host.services.scheduler.invocation import Invocation, group_arn
from localstack_host.services.scheduler.targets import call_of
from localstack_host.services.scheduler.validation import check

REGION = "us-east-2"
PLACE = f"{REGION}:000000000000"
QUEUE = f"arn:aws:sqs:{PLACE}:orders"
TOPIC = f"arn:aws:sns:{PLACE}:news"
FUNCTION = f"arn:aws:lambda:{PLACE}:function:f"
SCHEDULE = f"arn:aws:scheduler:{PLACE}:schedule/shop/nightly"
AT = datetime(2026, 11, 28, 8, tzinfo=UTC)
SDK = "arn:aws:scheduler:::aws-sdk"
BUS = {"EventBridgeParameters": {"Source": "shop", "DetailType": "due"}}


@pytest.mark.parametrize(
    ("target", "name", "request_sent"),
    [
        (
            {"Arn": FUNCTION},
            "lambda:invoke",
            {"FunctionName": FUNCTION, "InvocationType": "Event", "Payload": "{}"},
        ),
        (
            {"Arn": f"{QUEUE}.fifo", "SqsParameters": {"MessageGroupId": "g"}},
            "sqs:sendMessage",
            {
                "MessageBody": "{}",
                "QueueUrl": f"https://sqs.{REGION}.amazonaws.com/000000000000/orders.fifo",
                "MessageGroupId": "g",
            },
        ),
        ({"Arn": TOPIC}, "sns:publish", {"TopicArn": TOPIC, "Message": "{}"}),
        (
            {"Arn": f"arn:aws:events:{PLACE}:event-bus/b", **BUS},
            "eventbridge:putEvents",
            {
                "Entries": [
                    {
                        "EventBusName": f"arn:aws:events:{PLACE}:event-bus/b",
                        "Source": "shop",
                        "DetailType": "due",
                        "Detail": "{}",
                    }
                ]
            },
        ),
        (
            {
                "Arn": f"arn:aws:kinesis:{PLACE}:stream/s",
                "KinesisParameters": {"PartitionKey": "k"},
            },
            "kinesis:putRecord",
            {"StreamName": "s", "PartitionKey": "k", "Data": "{}"},
        ),
        ({"Arn": f"{SDK}:sqs:purgeQueue"}, "sqs:purgeQueue", {}),
    ],
)
def test_a_target_is_a_call(
    target: dict[str, Any], name: str, request_sent: dict[str, Any]
) -> None:
    call = call_of(target, "{}")
    assert (call.arn, call.request) == (f"{SDK}:{name}", request_sent)


class Clients:
    """A factory of clients that note what they are called with."""

    def __init__(self, **response: Any) -> None:
        self.response, self.calls = response, []

    def get_client(self, service: str) -> Any:
        def called(operation: str) -> Any:
            return lambda **request: (
                self.calls.append((service, operation, request)) or (self.response)
            )

        return SimpleNamespace(
            **{
                name: called(name)
                for name in ("start_execution", "invoke", "put_record", "update_item", "put_events")
            }
        )


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (
            Call("sfn", "startExecution", {"StateMachineArn": "m", "Input": {"order": 1}}),
            ("stepfunctions", "start_execution", {"stateMachineArn": "m", "input": '{"order": 1}'}),
        ),
        (
            Call("lambda", "invoke", {"FunctionName": "f", "Payload": '{"a": 1}'}),
            ("lambda", "invoke", {"FunctionName": "f", "Payload": b'{"a": 1}'}),
        ),
        (
            Call("kinesis", "putRecord", {"Data": {"a": 1}}),
            ("kinesis", "put_record", {"Data": b'{"a": 1}'}),
        ),
        (
            Call("dynamodb", "updateItem", {"Key": {"id": {"S": "1"}}}),
            ("dynamodb", "update_item", {"Key": {"id": {"S": "1"}}}),
        ),
    ],
)
def test_a_call_has_the_names_and_types_of_its_service(call: Call, expected: Any) -> None:
    clients = Clients()
    call.send(clients)
    assert clients.calls == [expected]


@pytest.mark.parametrize("name", ["nobody:doIt", "sqs:doIt"])
def test_a_call_that_there_is_not_fails(name: str) -> None:
    service, _, action = name.partition(":")
    with pytest.raises(NoSuchCall):
        Call(service, action, {}).send(Clients())


def request(target: dict[str, Any], **more: Any) -> dict[str, Any]:
    whole = {
        "Name": "nightly",
        "ScheduleExpression": "rate(1 hour)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"RoleArn": "role", **target},
    }
    return whole | more


NOW = datetime.now(UTC)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (request({"Arn": "queue"}), "Provided Arn is not in correct format."),
        (request({"Arn": f"arn:aws:s3:{PLACE}:b"}), "s3 is not a supported service for a target."),
        (
            request({"Arn": f"arn:aws:scheduler:{PLACE}:aws-sdk:sqs:sendMessage"}),
            "scheduler is not a supported service for a target.",
        ),
        (
            request({"Arn": FUNCTION.replace(REGION, "eu-west-1")}),
            f"The target ARN provided does not match the current region {REGION}.",
        ),
        (request({"Arn": FUNCTION, "Input": "{"}), "JSON syntax error in input for the target."),
        (
            request({"Arn": f"{SDK}:sqs:sendMessage", "Input": "{"}),
            "JSON syntax error in input for the target.",
        ),
        (
            request({"Arn": f"{SDK}:sqs:sendMessage"}),
            "You must provide an input to set this target for your schedule.",
        ),
        (
            request({"Arn": f"{SDK}:sqs:getQueueUrl", "Input": "{}"}),
            "getQueueUrl API is not supported.",
        ),
        (request({"Arn": FUNCTION, **BUS}), "Parameters EventBridgeParameters not supported"),
        (request({"Arn": f"{QUEUE}.fifo"}), "Parameters SqsParameters must be specified."),
        (
            request({"Arn": QUEUE, "SqsParameters": {"MessageGroupId": "g"}}),
            "Parameters MessageGroupId not valid for the target.",
        ),
        (
            request({"Arn": f"arn:aws:events:{PLACE}:event-bus/b"}),
            "Parameters EventBridgeParameters must be specified.",
        ),
        (
            request({"Arn": QUEUE}, FlexibleTimeWindow={"Mode": "FLEXIBLE"}),
            "MaximumWindowInMinutes must be provided when FlexibleTimeWindowMode is set to",
        ),
        (
            request(
                {"Arn": QUEUE}, FlexibleTimeWindow={"Mode": "OFF", "MaximumWindowInMinutes": 1}
            ),
            "MaximumWindowInMinutes must not be provided when FlexibleTimeWindowMode is set",
        ),
        (
            request({"Arn": QUEUE}, StartDate=NOW + timedelta(hours=1), EndDate=NOW),
            "The StartDate you specify must come before the EndDate.",
        ),
        (
            request({"Arn": QUEUE}, StartDate=NOW - timedelta(hours=1)),
            "The StartDate you specify cannot be earlier than 5 minutes ago.",
        ),
        (
            request({"Arn": QUEUE}, Name="n" * 65),
            "Member must have length less than or equal to 64",
        ),
    ],
)
def test_what_is_no_schedule_is_refused_in_awss_words(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationException) as refused:
        check(wrong, REGION)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    "right",
    [
        request({"Arn": QUEUE, "Input": "not JSON"}),
        request({"Arn": FUNCTION}),
        request({"Arn": f"{SDK}:sqs:sendMessage", "Input": "{}"}),
        request({"Arn": QUEUE}, ScheduleExpression="at(2000-01-01T00:00:00)", StartDate=AT),
        request({"Arn": QUEUE}, ScheduleExpressionTimezone="Europe/Berlin"),
    ],
)
def test_what_aws_takes_is_taken(right: dict[str, Any]) -> None:
    check(right, REGION)


def test_a_schedule_may_have_begun_some_minutes_ago() -> None:
    check(request({"Arn": QUEUE}, StartDate=datetime.now(UTC) - timedelta(minutes=4)), REGION)


class Failing:
    """A target that fails with an error some times; timers are due at once."""

    refusal: Exception | None = None  # of the dead-letter queue

    def __init__(self, monkeypatch: pytest.MonkeyPatch, code: str, times: int, **more: Any) -> None:
        self.error = ClientError({"Error": {"Code": code, "Message": "No."}}, "Publish")
        self.left, self.counted, self.letters, self.ended = times, [], [], 0
        monkeypatch.setattr(invocation, "counted", lambda _, *names: self.counted.extend(names))
        monkeypatch.setattr(invocation, "timer", lambda: SimpleNamespace(after=self._after))
        monkeypatch.setattr(invocation, "connect", lambda *_: self)
        monkeypatch.setattr(Call, "send", self._send)
        self.sqs = SimpleNamespace(send_message=self._receive)
        target = {"Arn": TOPIC, "RoleArn": "role", **more}
        target |= {"Input": "<aws.scheduler.attempt-number>", "DeadLetterConfig": {"Arn": QUEUE}}
        Invocation(SCHEDULE, target, AT, time.monotonic(), self._end).attempt()

    def _after(self, _pause: float, attempt: Any) -> None:
        attempt()

    def _end(self) -> None:
        self.ended += 1

    def _send(self, _connect: Any) -> None:
        if self.left:
            self.left -= 1
            raise self.error

    def _receive(self, **letter: Any) -> None:
        if self.refusal:
            raise self.refusal
        self.letters.append(letter)

    def attributes(self) -> dict[str, str]:
        (letter,) = self.letters
        return {name: value["StringValue"] for name, value in letter["MessageAttributes"].items()}


def test_a_target_that_recovers_is_called_again(monkeypatch: pytest.MonkeyPatch) -> None:
    target = Failing(monkeypatch, "ServiceUnavailable", 2)
    attempts = ["InvocationAttemptCount", "TargetErrorCount"] * 2
    assert target.counted == [*attempts, "InvocationAttemptCount"]
    assert (target.letters, target.ended) == ([], 1)


@pytest.mark.parametrize(
    ("code", "policy", "condition", "retries"),
    [
        ("ServiceUnavailable", {"MaximumRetryAttempts": 3}, "MaximumRetryAttempts", "3"),
        ("ThrottlingException", {"MaximumRetryAttempts": 0}, "MaximumRetryAttempts", "0"),
        ("AccessDeniedException", {}, None, "0"),
        ("ResourceNotFoundException", {}, None, "0"),
        ("ValidationException", {}, None, "0"),
    ],
)
def test_a_dead_letter_says_why_and_after_how_many_retries(
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    policy: dict[str, int],
    condition: str | None,
    retries: str,
) -> None:
    target = Failing(monkeypatch, code, 1000, RetryPolicy=policy)
    attributes = target.attributes()
    assert attributes["ERROR_CODE"] == code
    assert attributes.get("EXHAUSTED_RETRY_CONDITION") == condition
    assert attributes["RETRY_ATTEMPTS"] == retries
    assert attributes["SCHEDULED_TIME"] == "2026-11-28T08:00:00Z"
    # The body is the request of the last attempt.
    assert json.loads(target.letters[0]["MessageBody"])["Message"] == str(int(retries) + 1)
    assert target.counted[-2:] == ["InvocationDroppedCount", "InvocationsSentToDeadLetterCount"]
    assert ("TargetErrorThrottledCount" in target.counted) == (code == "ThrottlingException")
    assert target.ended == 1


def test_a_queue_that_takes_no_dead_letters_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "AWS.SimpleQueueService.NonExistentQueue"
    refusal = ClientError({"Error": {"Code": code, "Message": "No."}}, "SendMessage")
    monkeypatch.setattr(Failing, "refusal", refusal)
    name = "InvocationsFailedToBeSentToDeadLetterCount"
    target = Failing(monkeypatch, "AccessDenied", 1)
    assert target.counted[-2:] == [name, f"{name}_{code}"]


def test_roles_are_assumed_for_the_group() -> None:
    assert group_arn(SCHEDULE) == f"arn:aws:scheduler:{PLACE}:schedule-group/shop"
