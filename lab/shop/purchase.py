"""Buys a cart through the HTTP API and follows the order to its end."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lab.core.errors import LabError
from lab.core.target import Target
from lab.shop import execution
from lab.shop.execution import Execution
from lab.shop.shop_client import CheckoutApi

SETTLE_S = 10.0
FIRST_POLL_S = 0.1
SLOWEST_POLL_S = 2.0
PENDING = "PENDING"

ExecutionCallback = Callable[[Execution], None]


@dataclass(frozen=True)
class Purchase:
    """An order that has ended, and its execution."""

    order: dict[str, Any]
    execution: Execution

    @property
    def order_id(self) -> str:
        """The order's id."""
        return str(self.order["orderId"])


def new_key() -> str:
    """A new idempotency key."""
    return uuid.uuid4().hex


def buy(
    target: Target,
    request: Mapping[str, Any],
    customer: str,
    key: str = "",
    watch: ExecutionCallback | None = None,
) -> Purchase:
    """Places an order and waits for its end; `watch` is called each time the execution advances.

    Raises ApiError if the API refuses the order, LabError if the order does not end in time.
    """
    api = CheckoutApi.of(target, customer)
    order_id = str(api.checkout(request, key or new_key())["orderId"])
    arn = execution.arn_of(target, order_id)
    for progress in execution.follow(target.client("stepfunctions"), arn):
        if watch:
            watch(progress)
    return Purchase(ended_order(api, order_id), progress)


def ended_order(api: CheckoutApi, order_id: str, timeout_s: float = SETTLE_S) -> dict[str, Any]:
    """Waits until the order is no longer pending. Raises LabError after `timeout_s` seconds.

    Polls with a growing pause: each poll invokes a function, and competes with the order's steps.
    """
    deadline = time.monotonic() + timeout_s
    pause = FIRST_POLL_S
    while True:
        order = api.order(order_id)
        if order["status"] != PENDING:
            return order
        if time.monotonic() > deadline:
            raise LabError(
                f"The order {order_id} is still {PENDING} after {timeout_s:.0f} s.",
                "`lab status` shows alarms and stuck messages; `lab audit` checks the books.",
            )
        time.sleep(pause)
        pause = min(pause * 1.5, SLOWEST_POLL_S)
