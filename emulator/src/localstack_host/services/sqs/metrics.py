"""The metrics of queues: LocalStack calls CloudWatch for each message, up to three times.

The age of the oldest message, which it has not, is put with the numbers of messages.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from localstack_host.services.cloudwatch.metric_delivery import record

NAMESPACE = "AWS/SQS"


def publish_ages(now: float) -> None:
    """Records how old the oldest message of each queue is, in seconds; 0 if it is empty."""
    from localstack.services.sqs.models import sqs_stores

    for account, region, store in sqs_stores.iter_stores():
        for queue in list(store.queues.values()):
            place = (account, region, NAMESPACE)
            age = float(int(max(now - oldest(queue, now), 0)))
            name = "ApproximateAgeOfOldestMessage"
            record(place, name, (("QueueName", queue.name),), age, "Seconds")


def oldest(queue: Any, now: float) -> float:
    """When the oldest message of a queue (LocalStack's) was sent, a Unix time; `now` if empty."""
    sent = [message.message["Attributes"]["SentTimestamp"] for message in _first(queue)]
    return min(map(int, sent)) / 1000 if sent else now


def _first(queue: Any) -> Iterator[Any]:
    """The first message of each heap, and those that somebody has received."""
    visible = getattr(queue, "visible", None)
    heaps = [visible.queue] if visible is not None else []
    heaps += [group.messages for group in list(getattr(queue, "message_groups", {}).values())]
    for heap in heaps:
        yield from heap[:1]
    yield from list(queue.inflight)
