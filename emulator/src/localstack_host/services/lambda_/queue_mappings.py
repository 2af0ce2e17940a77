"""Checks an event source mapping of a queue against the queue and the function.

LocalStack accepts a queue whose messages come back while the function still has them.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localstack.aws.api.lambda_ import InvalidParameterValueException


def require_queue(mapping: Mapping[str, Any], timeout_s: int) -> None:
    """Raises AWS's error if the queue of a mapping does not fit; `timeout_s` is the function's."""
    _, _, service, region, account, name = mapping["EventSourceArn"].split(":", 5)
    if service != "sqs":
        return
    if name.endswith(".fifo") and mapping.get("MaximumBatchingWindowInSeconds"):
        _refuse("Batching window is not supported for FIFO queues")
    visible_s = _visibility_timeout(account, region, name)
    if visible_s is not None and visible_s < timeout_s:
        _refuse(
            f"Queue visibility timeout: {visible_s} seconds is less than"
            f" Function timeout: {timeout_s} seconds"
        )


def _visibility_timeout(account: str, region: str, name: str) -> int | None:
    from localstack.services.sqs.models import sqs_stores

    queue: Any = sqs_stores[account][region].queues.get(name)
    return int(queue.attributes["VisibilityTimeout"]) if queue else None


def _refuse(message: str) -> None:
    raise InvalidParameterValueException(message, Type="User")
