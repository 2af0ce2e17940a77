"""Redrives the compensation queue: orders whose compensation failed.

The sweeper finishes the orders, with its own permissions. A redrive only needs the permissions to
invoke the sweeper and to use the queue; it cannot move money or stock.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lab.core.errors import LabError
from lab.core.progress import Progress
from lab.core.target import Target
from lab.operate.redrive.queue import Message, Queue

ENDING_S = 15.0  # orders are queued shortly before their executions end
POLL_S = 0.5
IN_PROGRESS = ("running", "started")


@dataclass(frozen=True)
class Settled:
    """An order of the compensation queue.

    `outcome` is what was done (undone, published, finished; or running, started, left), `status`
    the current status of the order. `final` means that its message is deleted; otherwise `problem`
    may have the reason. `losses` is what could not be given back, as text.
    """

    order_id: str
    outcome: str
    status: str = ""
    final: bool = False
    problem: str = ""
    losses: tuple[str, ...] = ()


def finish(target: Target, on_progress: Progress) -> list[Settled]:
    """Finishes the orders of the queue. Deletes a message only if its order has ended.

    Idempotent, also while the sweeper runs. Raises LabError if the sweeper fails.
    """
    queue = Queue.of(target, "compensation")
    settled_orders: list[Settled] = []
    received: list[Message] = []
    try:
        for messages in queue.batches():
            received += messages
            settled = _settle_all(target, messages)
            final = {order.order_id for order in settled if order.final}
            queue.delete(m for m in messages if m.order_id in final)
            received = [m for m in received if m.order_id not in final]
            settled_orders += settled
            on_progress(f"{len(settled_orders)} orders checked")
    finally:
        queue.put_back(received)
    return settled_orders


def _settle_all(target: Target, messages: Sequence[Message]) -> list[Settled]:
    """Retries while executions are about to end; an order that is queued twice counts once."""
    deadline = time.monotonic() + ENDING_S
    pending = {m.order_id for m in messages if m.order_id}
    settled: dict[str, Settled] = {}
    while pending:
        settled |= {order.order_id: order for order in settle(target, sorted(pending))}
        pending = {order_id for order_id in pending if settled[order_id].outcome in IN_PROGRESS}
        if time.monotonic() > deadline:
            break
        if pending:
            time.sleep(POLL_S)
    return [*settled.values(), *(_unknown(m) for m in messages if not m.order_id)]


def _unknown(message: Message) -> Settled:
    return Settled("?", "left", problem=f"This message names no order: {message.body[:80]}")


def settle(target: Target, order_ids: Sequence[str]) -> list[Settled]:
    """Invokes the sweeper for these orders. Raises LabError if the invocation fails."""
    response = target.client("lambda").invoke(
        FunctionName=target.named("sweeper"),
        Qualifier="live",
        Payload=json.dumps({"orderIds": list(order_ids)}),
    )
    payload = response["Payload"].read().decode()
    if "FunctionError" in response:
        raise LabError(f"The sweeper failed: {payload[:300]}", "See `lab logs sweeper`.")
    return [_settled(row) for row in json.loads(payload)["orders"]]


def _settled(row: Mapping[str, Any]) -> Settled:
    return Settled(
        order_id=row["orderId"],
        outcome=row["outcome"],
        status=row.get("status", ""),
        final=row["final"],
        problem=row.get("problem", ""),
        losses=tuple(row.get("losses", ())),
    )
