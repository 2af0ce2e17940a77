"""SQS's limits that LocalStack lacks.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from localstack.services.sqs.exceptions import (
    InvalidParameterValueException as _InvalidParameterValue,
)
from localstack.services.sqs.models import FifoQueue, sqs_stores

from localstack_host.services.sqs import queue_attributes

InvalidParameterValue: Any = _InvalidParameterValue
MOST_ATTRIBUTES = 10
LONGEST_DELAY_S = 900
MOST_RECEIVES = 1000
LONGEST_VISIBILITY_S = 43_200
FASTEST_MOVE = 500
LARGEST_PAGE = 1000
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
# What a batch says of an entry are the codes of the older protocol, as recorded on AWS.
OLDER_CODES = {
    "InvalidParameterValueException": "InvalidParameterValue",
    "MissingRequiredParameterException": "MissingParameter",
}


def check_attributes(check: Callable[[Any], None], attributes: Mapping[str, Any] | None) -> None:
    """Wraps the check of a message's attributes.

    Raises InvalidParameterValue for too many, and for a number that is none.
    """
    if attributes and len(attributes) > MOST_ATTRIBUTES:
        raise InvalidParameterValue(
            f"Number of message attributes [{len(attributes)}] exceeds the allowed maximum"
            f" [{MOST_ATTRIBUTES}]."
        )
    check(attributes)
    for name, attribute in (attributes or {}).items():
        if str(attribute["DataType"]).partition(".")[0] == "Number":
            _check_number(name, attribute.get("StringValue") or "")


def _check_number(name: str, value: str) -> None:
    if not value:
        raise InvalidParameterValue(
            f"Message (user) attribute '{name}' must contain a non-empty value of type 'Number'."
        )
    if not NUMBER.fullmatch(value):
        raise InvalidParameterValue(
            f"Can't cast the value of message (user) attribute '{name}' to a number."
        )


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
    """Wraps the check of a queue's attributes: nothing is stored of what is wrong.

    Raises InvalidAttributeValue, and InvalidParameterValue for a redrive policy.
    """
    check(queue, attributes)
    queue_attributes.check(attributes)
    policy = attributes.get("RedrivePolicy")
    reason = _objection(queue, policy) if policy else None
    if reason:
        raise InvalidParameterValue(
            f"Value {policy} for parameter RedrivePolicy is invalid. Reason: {reason}"
        )


def _objection(queue: Any, text: str) -> str | None:
    """Why a queue cannot have a redrive policy; None if it can."""
    policy = _object(text)
    if policy is None:
        return "Redrive policy is not a valid JSON map."
    for name in ("maxReceiveCount", "deadLetterTargetArn"):
        if name not in policy:
            return f"Redrive policy does not contain mandatory attribute: {name}."
    count = str(policy["maxReceiveCount"])
    if not (count.isdecimal() and 1 <= int(count) <= MOST_RECEIVES):
        return (
            f"Invalid value for maxReceiveCount: {count}, valid values are from 1 to"
            f" {MOST_RECEIVES} both inclusive."
        )
    return _target_objection(queue, str(policy["deadLetterTargetArn"]))


def _target_objection(queue: Any, arn: str) -> str | None:
    """Why a queue cannot have a dead-letter queue. The last of the words are ours."""
    *_, region, account, name = arn.split(":") if arn.count(":") == 5 else ("",) * 3
    dead_letters: Any = sqs_stores[account][region].queues.get(name) if account else None
    if dead_letters is None:
        return "Dead letter target does not exist."
    if isinstance(queue, FifoQueue) != isinstance(dead_letters, FifoQueue):
        return "Dead-letter queue must be same type of queue as the source."
    if not queue_attributes.allows(dead_letters.attributes.get("RedriveAllowPolicy"), queue.arn):
        return "The dead-letter queue's redrive allow policy does not allow this source queue."
    return None


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def check_receipt(count: int | None, visibility_s: int | None) -> None:
    """Raises InvalidParameterValue for what ReceiveMessage does not take."""
    if count == 0:
        raise _invalid("MaxNumberOfMessages", 0, "Must be between 1 and 10, if provided.")
    if visibility_s is not None and not 0 <= visibility_s <= LONGEST_VISIBILITY_S:
        most = f"Must be >= 0 and <= {LONGEST_VISIBILITY_S}, if provided."
        raise _invalid("VisibilityTimeout", visibility_s, most)


def check_move(per_second: int | None) -> None:
    """Raises InvalidParameterValue for a rate that no move of messages has. The words are ours."""
    if per_second is not None and not 1 <= per_second <= FASTEST_MOVE:
        most = f"Must be between 1 and {FASTEST_MOVE}, if provided."
        raise _invalid("MaxNumberOfMessagesPerSecond", per_second, most)


def check_pages(count: int | None) -> None:
    """Raises InvalidParameterValue for a size that no page of queues has."""
    if count is not None and not 1 <= count <= LARGEST_PAGE:
        raise InvalidParameterValue(
            "Value for parameter MaxResults is invalid. Reason: MaxResults must be an integer"
            f" between 1 and {LARGEST_PAGE}."
        )


def change_visibility(original: Any, queue: Any, receipt_handle: str, timeout_s: int) -> None:
    """Wraps the change of a message's visibility: it ends twelve hours after it was received.

    Raises InvalidParameterValue if that would be later.
    """
    message = queue.receipts.get(receipt_handle)
    received = message.last_received if message in queue.inflight else None
    if timeout_s < 0 or (received and time.time() - received + timeout_s > LONGEST_VISIBILITY_S):
        total = "Total VisibilityTimeout for the message is beyond the limit"
        raise _invalid("VisibilityTimeout", timeout_s, f"{total} [{LONGEST_VISIBILITY_S} seconds]")
    original(queue, receipt_handle, timeout_s)


def with_older_codes(result: Any) -> Any:
    """The result of a batch whose failed entries have AWS's codes, and are the sender's fault."""
    for entry in result.get("Failed") or ():
        entry["Code"] = OLDER_CODES.get(entry["Code"], entry["Code"])
        entry["SenderFault"] = True
    return result


def _invalid(parameter: str, value: Any, reason: str) -> Any:
    return InvalidParameterValue(
        f"Value {value} for parameter {parameter} is invalid. Reason: {reason}"
    )
