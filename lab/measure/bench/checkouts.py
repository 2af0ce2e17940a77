"""Measures the duration and the rate of checkouts."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lab import seed
from lab.core.errors import LabError
from lab.core.target import Target
from lab.shop import carts, execution, purchase
from lab.shop.shop_client import CheckoutApi

CUSTOMER = "bench"
PRODUCTS = 2
POLL_S = 0.2
TIMEOUT_S = 60.0
RUNNING = "RUNNING"


@dataclass(frozen=True)
class Purchase:
    """A confirmed order; `seconds` is the time from the POST to its confirmation."""

    order_id: str
    seconds: float


class Shopper:
    """A customer who always buys the same two products."""

    def __init__(self, target: Target) -> None:
        self._api = CheckoutApi.of(target, CUSTOMER)
        self._workflows = target.client("stepfunctions")
        self._tables = target.client("dynamodb")
        self._orders = target.table("orders")
        self._arn = execution.arn_of(target, "")
        items = [{"sku": p["sku"], "quantity": 1} for p in seed.generate(PRODUCTS).products]
        self.cart = {**carts.DEFAULTS, "items": items}

    def buy(self) -> Purchase:
        """Places an order and waits for the end of its workflow.

        Reads the time of confirmation from the order's history: polling for it would take
        processor time from what is measured.
        """
        posted = time.time()
        order_id = self.place()
        self.wait(order_id)
        return Purchase(order_id, self._confirmed_at(order_id) - posted)

    def place(self) -> str:
        """Places an order and returns its id."""
        return str(self._api.checkout(self.cart, purchase.new_key())["orderId"])

    def wait(self, order_id: str) -> None:
        """Waits until the workflow of an order has ended."""
        wait_for_end(self._workflows, self._arn + order_id)

    def _confirmed_at(self, order_id: str) -> float:
        """The epoch seconds of the confirmation. Raises LabError if there is none."""
        key = {"orderId": {"S": order_id}}
        item = self._tables.get_item(TableName=self._orders, Key=key, ConsistentRead=True)["Item"]
        last = item["history"]["L"][-1]["M"]
        if last["status"]["S"] != "CONFIRMED":
            raise LabError(f"The order {order_id} ended {last['status']['S']}: see lab orders.")
        return datetime.fromisoformat(last["at"]["S"]).timestamp()


def wait_for_end(workflows: Any, arn: str, timeout_s: float = TIMEOUT_S) -> None:
    """Waits until an execution has succeeded. Raises LabError if it fails or takes too long."""
    deadline = time.monotonic() + timeout_s
    while (status := workflows.describe_execution(executionArn=arn)["status"]) == RUNNING:
        if time.monotonic() > deadline:
            raise LabError(f"{arn} has not ended after {timeout_s:.0f} s.")
        time.sleep(POLL_S)
    if status != "SUCCEEDED":
        raise LabError(f"{arn} ended {status}.", "See `lab logs order-generator`.")


def stock_up(target: Target) -> None:
    """Seeds the products that the bench buys, with more stock than it ever sells."""
    seed.load(target, catalogue=seed.generate(PRODUCTS))


def one_after_the_other(target: Target, count: int) -> list[Purchase]:
    """`count` checkouts of one client."""
    shopper = Shopper(target)
    return [shopper.buy() for _ in range(count)]


def per_second(target: Target, count: int, concurrency: int) -> float:
    """The rate of `count` checkouts by `concurrency` clients, from first POST to last end."""
    shoppers = [Shopper(target) for _ in range(concurrency)]

    def buy(number: int) -> None:
        shopper = shoppers[number % concurrency]
        shopper.wait(shopper.place())

    began = time.perf_counter()
    with ThreadPoolExecutor(concurrency) as pool:
        list(pool.map(buy, range(count)))
    return count / (time.perf_counter() - began)
