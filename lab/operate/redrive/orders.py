"""The compensation queue: orders that could not be undone.

No rule of the checkout runs here. An order is finished by the sweeper, in the cloud, with the
sweeper's rights; whoever redrives needs to invoke that function and to use the queue, and can
neither move money nor stock.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lab.core.errors import LabError
from lab.core.target import Target
from lab.operate.redrive.queue import Message, Queue

Say = Callable[[str], None]

ENDING_S = 15.0  # an order is queued shortly before its execution ends
POLL_S = 0.5
UNDER_WAY = ("running", "started")


@dataclass(frozen=True)
class Settled:
    """An order of the compensation queue.

    `outcome` is what was done for it (undone, published, finished; or running, started, left) and
    `status` where it stands now. `final` means that its message is gone; else `problem` may say
    what keeps it. `losses` is what it held and could not give back, in words.
    """

    order_id: str
    outcome: str
    status: str = ""
    final: bool = False
    problem: str = ""
    losses: tuple[str, ...] = ()


def finish(target: Target, say: Say) -> list[Settled]:
    """Finishes the orders of the queue; a message is deleted only when its order has ended.

    Doing it twice, or while the sweeper does the same, changes nothing. Raises LabError if the
    sweeper cannot be asked.
    """
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
        losses=tuple(row.get("losses", ())),
    )
