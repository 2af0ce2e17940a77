"""Collects a batch of a queue's messages for as long as its mapping says.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html#invocation-eventsourcemapping-batching
"""

from __future__ import annotations

import math
import time
from typing import Any

LARGEST_BATCH = 6_000_000  # bytes of messages, of the 6 MB of an event
MOST_AT_ONCE = 10
LONGEST_POLL_S = 20


class WindowedClient:
    """A client of SQS whose `receive_message` waits for more messages.

    It ends when the batch is full, when an event could not hold more, or `window_s` seconds after
    the first message. LocalStack ends with the first answer that has a message.
    """

    def __init__(self, client: Any, window_s: float) -> None:
        self._client = client
        self._window_s = window_s

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def receive_message(self, **request: Any) -> dict[str, Any]:
        """The response, with the messages of the whole window."""
        response: dict[str, Any] = self._client.receive_message(**request)
        messages = response.get("Messages") or []
        most = request["sqs_override_max_message_count"]
        deadline = time.monotonic() + self._window_s
        while messages and len(messages) < most and _bytes(messages) < LARGEST_BATCH:
            left = deadline - time.monotonic()
            if left <= 0:
                break
            more = self._client.receive_message(**_for_the_rest(request, most, messages, left))
            messages += more.get("Messages") or []
        return response


def _for_the_rest(
    request: dict[str, Any], most: int, messages: list[Any], left_s: float
) -> dict[str, Any]:
    missing = most - len(messages)
    wait = max(1, min(math.floor(left_s), LONGEST_POLL_S))
    return request | {
        "MaxNumberOfMessages": min(missing, MOST_AT_ONCE),
        "WaitTimeSeconds": wait if left_s >= 1 else 0,
        "sqs_override_max_message_count": missing,
        "sqs_override_wait_time_seconds": 0,
    }


def _bytes(messages: list[dict[str, Any]]) -> int:
    return sum(len(message["Body"]) for message in messages)
