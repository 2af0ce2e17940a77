"""SQS's limits that LocalStack lacks.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from localstack.services.sqs.exceptions import (
    InvalidParameterValueException as _InvalidParameterValue,
)
from localstack.services.sqs.models import FifoQueue, sqs_stores

InvalidParameterValue: Any = _InvalidParameterValue
MOST_ATTRIBUTES = 10
LONGEST_DELAY_S = 900
MOST_RECEIVES = 1000


def check_attributes(check: Callable[[Any], None], attributes: Mapping[str, Any] | None) -> None:
    """Wraps the check of a message's attributes. Raises InvalidParameterValue for too many."""
    if attributes and len(attributes) > MOST_ATTRIBUTES:
        raise InvalidParameterValue(
            f"Number of message attributes [{len(attributes)}] exceeds the allowed maximum"
            f" [{MOST_ATTRIBUTES}]."
        )
    check(attributes)


def put(
    put_message: Callable[..., Any],
    queue: Any,
    message: Any,
    visibility_timeout: int | None = None,
    message_deduplication_id: str | None = None,
    message_group_id: str | None = None,
    delay_seconds: int | None = None,
) -> Any:
    """Wraps `put` of a standard queue. Raises InvalidParameterValue for a delay out of range."""
    if delay_seconds is not None and not 0 <= int(delay_seconds) <= LONGEST_DELAY_S:
        raise InvalidParameterValue(
            f"Value {delay_seconds} for parameter DelaySeconds is invalid."
            f" Reason: DelaySeconds must be >= 0 and <= {LONGEST_DELAY_S}."
        )
    given = (visibility_timeout, message_deduplication_id, message_group_id, delay_seconds)
    return put_message(queue, message, *given)


def check_queue(
    check: Callable[[Any, Any], None], queue: Any, attributes: Mapping[str, str]
) -> None:
    """Wraps the check of a queue's attributes: of a wrong redrive policy nothing is stored."""
    check(queue, attributes)
    policy = attributes.get("RedrivePolicy")
    reason = _objection(queue, policy) if policy else None
    if reason:
        raise InvalidParameterValue(
            f"Value {policy} for parameter RedrivePolicy is invalid. Reason: {reason}"
        )


def _objection(queue: Any, text: str) -> str | None:
    """Why a queue cannot have a redrive policy; None if it can, or if LocalStack says it."""
    try:
        policy = json.loads(text)
        arn, count = str(policy["deadLetterTargetArn"]), int(policy["maxReceiveCount"])
        _, _, _, region, account, name = arn.split(":")
    except (ValueError, TypeError, KeyError):
        return None if _is_object(text) else "Redrive policy is not a valid JSON map."
    if not 1 <= count <= MOST_RECEIVES:
        return (
            f"Invalid value for maxReceiveCount: {count}, valid values are from 1 to"
            f" {MOST_RECEIVES} both inclusive."
        )
    dead_letters = sqs_stores[account][region].queues.get(name)
    if dead_letters is None:
        return "Dead letter target does not exist."
    if isinstance(queue, FifoQueue) != isinstance(dead_letters, FifoQueue):
        return "Dead-letter queue must be same type of queue as the source."
    return None


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
