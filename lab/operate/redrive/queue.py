"""A queue that is processed by hand: unprocessed messages become visible again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from lab.core.target import Target

BATCH = 10  # SQS's maximum; the sweeper handles ten orders well within its 60 s
VISIBILITY_TIMEOUT_S = 120  # as long as one batch may take
WAIT_TIME_S = 1  # long polling queries all SQS servers, short polling only some


@dataclass(frozen=True)
class Message:
    """A received message: its receipt handle and body."""

    receipt: str
    body: str

    @property
    def order_id(self) -> str:
        """The order id in the message; empty if there is none."""
        try:
            return str(json.loads(self.body)["orderId"])
        except (ValueError, KeyError, TypeError):
            return ""


@dataclass(frozen=True)
class Queue:
    """A queue that is processed in batches."""

    client: Any
    url: str

    @classmethod
    def of(cls, target: Target, name: str) -> Queue:
        """The environment's queue with this short name."""
        client = target.client("sqs")
        return cls(client, client.get_queue_url(QueueName=target.named(name))["QueueUrl"])

    @classmethod
    def by_arn(cls, client: Any, arn: str) -> Queue:
        """The queue with this ARN."""
        return cls(client, client.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"])

    def batches(self) -> Iterator[list[Message]]:
        """Yields messages, up to ten at a time. Those not deleted stay hidden for two minutes."""
        while messages := self._receive():
            yield messages

    def _receive(self) -> list[Message]:
        response = self.client.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=BATCH,
            VisibilityTimeout=VISIBILITY_TIMEOUT_S,
            WaitTimeSeconds=WAIT_TIME_S,
        )
        return [Message(m["ReceiptHandle"], m["Body"]) for m in response.get("Messages", [])]

    def delete(self, messages: Iterable[Message]) -> None:
        """Deletes messages."""
        for message in messages:
            self.client.delete_message(QueueUrl=self.url, ReceiptHandle=message.receipt)

    def put_back(self, messages: Iterable[Message]) -> None:
        """Makes messages visible to other consumers immediately."""
        for message in messages:
            self.client.change_message_visibility(
                QueueUrl=self.url, ReceiptHandle=message.receipt, VisibilityTimeout=0
            )

    def send(self, body: str) -> None:
        """Sends a message."""
        self.client.send_message(QueueUrl=self.url, MessageBody=body)

    def dead_letter_queue(self) -> Queue | None:
        """The queue that SQS moves failed messages to, from the redrive policy."""
        response = self.client.get_queue_attributes(
            QueueUrl=self.url, AttributeNames=["RedrivePolicy"]
        )
        policy = json.loads(response.get("Attributes", {}).get("RedrivePolicy", "{}"))
        arn = policy.get("deadLetterTargetArn")
        return Queue.by_arn(self.client, arn) if arn else None


def with_dead_letters(target: Target) -> Iterator[tuple[Queue, Queue]]:
    """Yields every queue of the environment that has a dead-letter queue, and the latter.

    A dead-letter queue must belong to one queue: a message does not name the queue it came from.
    """
    client = target.client("sqs")
    pages = client.get_paginator("list_queues").paginate(QueueNamePrefix=f"{target.prefix}-")
    for url in (url for page in pages for url in page.get("QueueUrls", ())):
        queue = Queue(client, url)
        if dead_letters := queue.dead_letter_queue():
            yield queue, dead_letters
