"""A queue that a rule of the event bus fills."""

from __future__ import annotations

import json
from typing import Any


def queue_arn(client: Any, url: str) -> str:
    """The ARN of a queue."""
    attributes = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return str(attributes["Attributes"]["QueueArn"])


def policy(queue: str, rule: str) -> str:
    """A queue policy that allows EventBridge to send messages for one rule."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
