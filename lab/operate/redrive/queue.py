"""A queue that is emptied by hand: what cannot be dealt with goes back where it was."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from lab.core.target import Target

BATCH = 10  # what SQS gives at once; ten orders fit well into the sweeper's 60 s
HIDDEN_S = 120  # messages in our hands are hidden for as long as one batch may take
LOOK_S = 1  # long polling asks all of SQS's servers, short polling only some


@dataclass(frozen=True)
class Message:
    """A message in our hands: its receipt, and its body."""

    receipt: str
    body: str

    @property
    def order_id(self) -> str:
        """The order that the workflow put into the queue; empty if this is no such message."""
        try:
            return str(json.loads(self.body)["orderId"])
        except (ValueError, KeyError, TypeError):
            return ""


@dataclass(frozen=True)
class Queue:
    """A queue, emptied batch by batch."""

    client: Any
    url: str

    @classmethod
    def of(cls, target: Target, name: str) -> Queue:
        """The environment's queue of this short name."""
        client = target.client("sqs")
        return cls(client, client.get_queue_url(QueueName=target.named(name))["QueueUrl"])

    def batches(self) -> Iterator[list[Message]]:
        """What waits, up to ten at a time. What is not deleted is hidden for two minutes."""
        while messages := self._receive():
            yield messages

    def _receive(self) -> list[Message]:
        answer = self.client.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=BATCH,
            VisibilityTimeout=HIDDEN_S,
            WaitTimeSeconds=LOOK_S,
        )
        return [Message(m["ReceiptHandle"], m["Body"]) for m in answer.get("Messages", [])]

    def delete(self, messages: Iterable[Message]) -> None:
        """Takes messages off the queue for good."""
        for message in messages:
            self.client.delete_message(QueueUrl=self.url, ReceiptHandle=message.receipt)

    def put_back(self, messages: Iterable[Message]) -> None:
        """Lets others see the messages again, at once."""
        for message in messages:
            self.client.change_message_visibility(
                QueueUrl=self.url, ReceiptHandle=message.receipt, VisibilityTimeout=0
            )

    def send(self, body: str) -> None:
        """Adds a message."""
        self.client.send_message(QueueUrl=self.url, MessageBody=body)
