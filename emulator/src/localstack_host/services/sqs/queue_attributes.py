"""Which values a queue's attributes can have.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from localstack.services.sqs.exceptions import InvalidAttributeValue as _InvalidAttributeValue

InvalidAttributeValue: Any = _InvalidAttributeValue

# In seconds, and bytes: the least and the most.
RANGES = {
    "DelaySeconds": (0, 900),
    "KmsDataKeyReusePeriodSeconds": (60, 86_400),
    "MaximumMessageSize": (1_024, 1_048_576),
    "MessageRetentionPeriod": (60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43_200),
}
CHOICES = {
    "ContentBasedDeduplication": ("true", "false"),
    "DeduplicationScope": ("messageGroup", "queue"),
    "FifoThroughputLimit": ("perQueue", "perMessageGroupId"),
    "SqsManagedSseEnabled": ("true", "false"),
}
MOST_SOURCES = 10
UNSUPPORTED = (
    " Reason: Amazon SQS can't create the redrive allow policy,"
    " as it\u2019s in an unsupported format."
)


def check(attributes: Mapping[str, str]) -> None:
    """Raises InvalidAttributeValue for a value that an attribute cannot have."""
    for name, value in attributes.items():
        if not _is_possible(name, value):
            reason = UNSUPPORTED if name == "RedriveAllowPolicy" else ""
            raise InvalidAttributeValue(f"Invalid value for the parameter {name}.{reason}")


def allows(policy: str | None, source_arn: str) -> bool:
    """Whether a dead-letter queue with a redrive allow policy takes messages of a source queue."""
    allowed = json.loads(policy) if policy else {}
    permission = allowed.get("redrivePermission", "allowAll")
    return permission == "allowAll" or source_arn in allowed.get("sourceQueueArns", ())


def _is_possible(name: str, value: str) -> bool:
    if name in RANGES:
        least, most = RANGES[name]
        return value.isascii() and value.isdecimal() and least <= int(value) <= most
    if name in CHOICES:
        return value in CHOICES[name] or value.lower() in CHOICES[name]
    if name == "Policy":
        return value == "" or isinstance(_parsed(value), Mapping)
    return name != "RedriveAllowPolicy" or value == "" or _is_allow_policy(_parsed(value))


def _is_allow_policy(policy: Any) -> bool:
    if not isinstance(policy, Mapping):
        return False
    sources = policy.get("sourceQueueArns")
    if policy.get("redrivePermission") == "byQueue":
        return isinstance(sources, list) and 0 < len(sources) <= MOST_SOURCES
    return policy.get("redrivePermission") in {"allowAll", "denyAll"} and sources is None


def _parsed(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return None
