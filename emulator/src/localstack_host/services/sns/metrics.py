"""The metrics of topics, which LocalStack has not.

https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
"""

from __future__ import annotations

from typing import Any

from localstack_host.services.cloudwatch.metric_delivery import record

NAMESPACE = "AWS/SNS"
COUNT, BYTES = "Count", "Bytes"


def published(topic_arn: str, message: Any) -> None:
    """Records a message and its size; one for several protocols is sent as its default text."""
    text = message.message_content("default")
    _record(topic_arn, "NumberOfMessagesPublished", 1.0, COUNT)
    _record(topic_arn, "PublishSize", float(len(str(text).encode())), BYTES)


def counting_filtered(original: Any) -> Any:
    """Wraps the decision on whether a subscriber gets a message: its policy may say no."""

    def should_publish(dispatcher: Any, policies: Any, message: Any, subscriber: Any) -> Any:
        wanted = original(dispatcher, policies, message, subscriber)
        if not wanted and subscriber["PendingConfirmation"] == "false":
            _record(subscriber["TopicArn"], "NumberOfNotificationsFilteredOut", 1.0, COUNT)
        return wanted

    return should_publish


def counting_deliveries(original: Any) -> Any:
    """Wraps what is called after each attempt to deliver."""

    def store_delivery_log(
        message: Any, subscriber: Any, success: bool, *more: Any, **others: Any
    ) -> None:
        kind = "Delivered" if success else "Failed"
        # Messages to telephone numbers have no topic.
        if topic_arn := subscriber.get("TopicArn"):
            _record(topic_arn, f"NumberOfNotifications{kind}", 1.0, COUNT)
        original(message, subscriber, success, *more, **others)

    return store_delivery_log


def _record(topic_arn: str, metric: str, value: float, unit: str) -> None:
    _, _, _, region, account, name = topic_arn.split(":", 5)
    record((account, region, NAMESPACE), metric, (("TopicName", name),), value, unit)
