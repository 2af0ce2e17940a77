"""Empties the queues that wait for a person: what could not be undone, and mails not sent.

No rule of the checkout runs here. An order is finished by the sweeper, in the cloud, with the
sweeper's rights; whoever redrives needs to invoke that function and to use the queues, and can
neither move money nor stock.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lab.errors import LabError
from lab.target import Target

Say = Callable[[str], None]

BATCH = 10  # what SQS gives at once; ten orders fit well into the sweeper's 60 s
HIDDEN_S = 120  # messages in our hands are hidden for as long as one batch may take
LOOK_S = 1  # long polling asks all of SQS's servers, short polling only some
ENDING_S = 15.0  # an order is queued shortly before its execution ends
POLL_S = 0.5
UNDER_WAY = ("running", "started")


@dataclass(frozen=True)
class Settled:
    """An order of the compensation queue.

    `outcome` is what was done for it (undone, published, finished; or running, started, left) and
    `status` where it stands now. `final` means that its message is gone; else `problem` may say
    what keeps it.
    """

    order_id: str
    outcome: str
    status: str = ""
    final: bool = False
    problem: str = ""


@dataclass(frozen=True)
class RedriveReport:
    """What became of the messages: orders, and how many notifications were sent on their way."""

    orders: tuple[Settled, ...]
    notifications: int

    @property
    def left(self) -> int:
        """How many orders are still not finished."""
        return sum(not order.final for order in self.orders)


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


def run(target: Target, on_progress: Say | None = None) -> RedriveReport:
    """Finishes the orders of the compensation queue, and sends dead notifications once more.

    A message is deleted only when its order has ended. Doing it twice, or while the sweeper
    does the same, changes nothing. Raises LabError if the sweeper cannot be asked.
    """
    say = on_progress or (lambda _message: None)
    orders = _finish_orders(target, say)
    return RedriveReport(tuple(orders), _send_again(target, say))


def _finish_orders(target: Target, say: Say) -> list[Settled]:
    queue = Queue.of(target, "compensation")
    done: list[Settled] = []
    in_hand: list[Message] = []
    try:
        for messages in queue.batches():
            in_hand += messages
            settled = _settle_all(target, messages)
            final = {order.order_id for order in settled if order.final}
            queue.delete(m for m in messages if m.order_id in final)
            in_hand = [m for m in in_hand if m.order_id not in final]
            done += settled
            say(f"{len(done)} orders looked at")
    finally:
        queue.put_back(in_hand)
    return done


def _settle_all(target: Target, messages: Sequence[Message]) -> list[Settled]:
    """Asks again while an execution is about to end; an order that is queued twice counts once."""
    deadline = time.monotonic() + ENDING_S
    asked = {m.order_id for m in messages if m.order_id}
    settled: dict[str, Settled] = {}
    while asked:
        settled |= {order.order_id: order for order in settle(target, sorted(asked))}
        asked = {order_id for order_id in asked if settled[order_id].outcome in UNDER_WAY}
        if time.monotonic() > deadline:
            break
        if asked:
            time.sleep(POLL_S)
    return [*settled.values(), *(_strange(m) for m in messages if not m.order_id)]


def _strange(message: Message) -> Settled:
    return Settled("?", "left", problem=f"This message names no order: {message.body[:80]}")


def settle(target: Target, order_ids: Sequence[str]) -> list[Settled]:
    """Asks the sweeper to settle these orders now. Raises LabError if it fails as a whole."""
    answer = target.client("lambda").invoke(
        FunctionName=target.named("sweeper"),
        Qualifier="live",
        Payload=json.dumps({"orderIds": list(order_ids)}),
    )
    payload = answer["Payload"].read().decode()
    if "FunctionError" in answer:
        raise LabError(f"The sweeper failed: {payload[:300]}", "`lab logs sweeper` tells why.")
    return [_settled(row) for row in json.loads(payload)["orders"]]


def _settled(row: Mapping[str, Any]) -> Settled:
    return Settled(
        order_id=row["orderId"],
        outcome=row["outcome"],
        status=row.get("status", ""),
        final=row["final"],
        problem=row.get("problem", ""),
    )


def _send_again(target: Target, say: Say) -> int:
    """A notification is sent before it is deleted: at worst it comes twice, which does no harm."""
    dead, living = Queue.of(target, "notifications-dlq"), Queue.of(target, "notifications")
    sent = 0
    for messages in dead.batches():
        for message in messages:
            living.send(message.body)
            dead.delete([message])
            sent += 1
        say(f"{sent} notifications sent again")
    return sent
