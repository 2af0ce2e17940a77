"""Which failed deliveries EventBridge and its Scheduler try again, when, and for how long.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError, HTTPClientError

MOST_ATTEMPTS, MOST_AGE_S = 185, 86_400.0
LONGEST_PAUSE_S = 300.0
THROTTLING = "THROTTLING"
# By what a service's error code contains: EventBridge's code, and whether it tries again.
CODES = (
    (("AccessDenied", "AuthorizationError", "NotAuthorized"), "NO_PERMISSIONS", False),
    (("NotFound", "NonExistent", "DoesNotExist", "NoSuch"), "NO_RESOURCE", False),
    (("AlreadyExists",), "RESOURCE_ALREADY_EXISTS", False),
    (("Throttl", "TooManyRequests", "SlowDown"), THROTTLING, True),
    (("LimitExceeded",), "RESOURCE_LIMIT_EXCEEDED", True),
    (("Invalid", "Validation", "Malformed", "TooLarge"), "INVALID_PARAMETER", False),
    (("Timeout", "TimedOut"), "TIMEOUT", True),
)


def classified(error: Exception) -> tuple[str, bool]:
    """EventBridge's code of an error, and whether it tries again."""
    if isinstance(error, HTTPClientError | OSError):
        return "CONNECTION_FAILURE", True
    if not isinstance(error, ClientError):
        return "SDK_CLIENT_ERROR", False
    if error.operation_name == "AssumeRole":
        return "FAILED_TO_ASSUME_ROLE", False
    named = error.response["Error"].get("Code", "")
    for parts, code, retried in CODES:
        if any(part in named for part in parts):
            return code, retried
    return "ERROR_FROM_TARGET", True


def message(error: Exception) -> str:
    """What a dead letter says of an error."""
    if isinstance(error, ClientError):
        return error.response["Error"].get("Message") or str(error)
    return str(error) or type(error).__name__


def exhausted(policy: Mapping[str, Any] | None, retries: int, age_s: float) -> str:
    """The limit of a retry policy that has been reached; empty if none has."""
    policy = policy or {}
    if retries >= policy.get("MaximumRetryAttempts", MOST_ATTEMPTS):
        return "MaximumRetryAttempts"
    reached = age_s >= policy.get("MaximumEventAgeInSeconds", MOST_AGE_S)
    return "MaximumEventAgeInSeconds" if reached else ""


def pause_s(retries: int) -> float:
    """How long to wait after so many retries, in seconds."""
    return min(2.0**retries, LONGEST_PAUSE_S) * random.uniform(0.5, 1.0)  # noqa: S311
