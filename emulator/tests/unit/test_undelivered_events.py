"""Which errors EventBridge tries again, how often, and what a dead letter says of it."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from localstack_host.services import retrying
from localstack_host.services.events import metrics, undelivered

RULE = "arn:aws:events:us-east-2:000000000000:rule/rule"
EVENT = {"id": "1", "source": "s", "event-bus-name": "default"}


def refused(code: str, operation: str = "Invoke") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "No."}}, operation)


@pytest.mark.parametrize(
    ("error", "code", "retried"),
    [
        (refused("AccessDeniedException"), "NO_PERMISSIONS", False),
        (refused("AuthorizationError"), "NO_PERMISSIONS", False),
        (refused("AccessDenied", "AssumeRole"), "FAILED_TO_ASSUME_ROLE", False),
        (refused("ResourceNotFoundException"), "NO_RESOURCE", False),
        (refused("AWS.SimpleQueueService.NonExistentQueue"), "NO_RESOURCE", False),
        (refused("StateMachineDoesNotExist"), "NO_RESOURCE", False),
        (refused("ExecutionAlreadyExists"), "RESOURCE_ALREADY_EXISTS", False),
        (refused("InvalidParameterValue"), "INVALID_PARAMETER", False),
        (refused("ThrottlingException"), "THROTTLING", True),
        (refused("TooManyRequestsException"), "THROTTLING", True),
        (refused("ServiceException"), "ERROR_FROM_TARGET", True),
        (ConnectTimeoutError(endpoint_url="http://x"), "CONNECTION_FAILURE", True),
        (ConnectionRefusedError(), "CONNECTION_FAILURE", True),
        (KeyError("x"), "SDK_CLIENT_ERROR", False),
    ],
)
def test_errors_have_awss_codes(error: Exception, code: str, retried: bool) -> None:
    assert retrying.classified(error) == (code, retried)


class Target:
    """A target that fails some times, with timers that are due at once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, failing: int, **settings: Any) -> None:
        self.failing, self.taken, self.letters = failing, [], []
        self.pauses: list[float] = []
        self.counted: list[str] = []
        self.sender = SimpleNamespace(
            rule_arn=RULE,
            account_id="000000000000",
            region="us-east-2",
            target={"Arn": "target", **settings},
        )
        monkeypatch.setattr(metrics, "record", self._record)
        monkeypatch.setattr(undelivered, "timer", lambda: SimpleNamespace(after=self._after))
        monkeypatch.setattr(undelivered, "_send", self._send)

    def _record(self, _place: Any, metric: str, *_: Any) -> None:
        self.counted.append(metric)

    def _after(self, pause: float, attempt: Any) -> None:
        self.pauses.append(pause)
        attempt()

    def _send(self, queue: str, body: str, attributes: dict[str, str]) -> None:
        self.letters.append((queue, json.loads(body), attributes))

    def process(self, _sender: Any, event: Any, _trace: Any) -> None:
        event.pop("event-bus-name")
        if self.failing:
            self.failing -= 1
            raise refused("ServiceException")
        self.taken.append(event)

    def put(self) -> None:
        with pytest.raises(ClientError):  # LocalStack logs the first failure
            undelivered.deliver(self.process, self.sender, EVENT, None)


def test_a_target_that_recovers_gets_the_event_once(monkeypatch: pytest.MonkeyPatch) -> None:
    target = Target(monkeypatch, 4, DeadLetterConfig={"Arn": "queue"})
    target.put()
    assert (len(target.taken), target.letters) == (1, [])
    assert target.counted == ["Invocations"]  # retries are not counted
    assert all(2**n / 2 <= pause <= 2**n for n, pause in enumerate(target.pauses))


@pytest.mark.parametrize(
    ("policy", "condition", "attempts"),
    [
        ({"MaximumRetryAttempts": 0}, "MaximumRetryAttempts", 0),
        ({"MaximumRetryAttempts": 3}, "MaximumRetryAttempts", 3),
        ({"MaximumEventAgeInSeconds": 0}, "MaximumEventAgeInSeconds", 0),
        ({}, "MaximumRetryAttempts", 185),
    ],
)
def test_retries_end_with_the_policys_limit(
    monkeypatch: pytest.MonkeyPatch, policy: dict[str, int], condition: str, attempts: int
) -> None:
    settings = {"DeadLetterConfig": {"Arn": "queue"}, "RetryPolicy": policy}
    target = Target(monkeypatch, 1000, **settings)
    target.put()
    ((queue, event, attributes),) = target.letters
    assert (queue, event, len(target.pauses)) == ("queue", {"id": "1", "source": "s"}, attempts)
    assert attributes == {
        "RULE_ARN": RULE,
        "TARGET_ARN": "target",
        "ERROR_CODE": "ERROR_FROM_TARGET",
        "ERROR_MESSAGE": "No.",
        "EXHAUSTED_RETRY_CONDITION": condition,
        "RETRY_ATTEMPTS": str(attempts),
    }
    assert target.counted == ["Invocations", "FailedInvocations", "InvocationsSentToDlq"]


def test_without_a_dead_letter_queue_the_event_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    target = Target(monkeypatch, 1000, RetryPolicy={"MaximumRetryAttempts": 1})
    target.put()
    assert (target.taken, target.letters) == ([], [])
    assert target.counted == ["Invocations", "FailedInvocations"]
