"""Measures the rate of executions of the workflow, and the processor time of one.

Starts executions directly, without the REST API, so that other emulators can be compared.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

import psutil

from checkout.adapters.aws import RandomIds
from checkout.adapters.dynamodb import Table
from checkout.adapters.orders import DynamoOrders
from checkout.domain.cart import CartLine
from checkout.domain.order import Address, OrderRequest, new_order
from checkout.ports import IdempotencyRecord
from checkout_api import requests
from lab import seed
from lab.core import process_tree
from lab.core.errors import LabError
from lab.core.target import Target
from lab.measure.bench.checkouts import CUSTOMER, PRODUCTS, wait_for_end
from lab.shop import carts


@dataclass(frozen=True)
class Executed:
    """The result of `count` executions.

    `processor_s` is the processor time of the emulator's processes; None if they are unknown.
    """

    count: int
    seconds: float
    failed: int
    processor_s: float | None

    @property
    def per_second(self) -> float:
        """Successful executions per second."""
        return round((self.count - self.failed) / self.seconds, 2)

    @property
    def processor_ms(self) -> float | None:
        """Processor time of one execution, in milliseconds."""
        return None if self.processor_s is None else round(1000 * self.processor_s / self.count, 1)


def execute(
    target: Target, machine: str, count: int, concurrency: int, pid: int | None
) -> Executed:
    """Places `count` orders, then runs their executions. `pid` is the emulator's process."""
    names = list(_place(target, count))
    clients = [target.client("stepfunctions") for _ in range(concurrency)]

    def execute_one(number: int) -> bool:
        client = clients[number % concurrency]
        text = json.dumps({"orderId": names[number], "simulate": None})
        started = client.start_execution(stateMachineArn=machine, name=names[number], input=text)
        try:
            wait_for_end(client, started["executionArn"])
        except LabError:  # Counted, not raised: on a busy machine functions time out.
            return False
        return True

    began, used = time.perf_counter(), _processor_s(pid)
    with ThreadPoolExecutor(concurrency) as pool:
        failed = list(pool.map(execute_one, range(count))).count(False)
    took, used_then = time.perf_counter() - began, _processor_s(pid)
    working = None if used is None or used_then is None else used_then - used
    return Executed(count, took, failed, working)


def machine_of(target: Target) -> str:
    """The ARN of a deployed environment's state machine."""
    account = target.client("sts").get_caller_identity()["Account"]
    return f"arn:aws:states:{target.region}:{account}:stateMachine:{target.prefix}"


def _processor_s(pid: int | None) -> float | None:
    return None if pid is None else process_tree.processor_s(psutil.Process(pid))


def _place(target: Target, count: int) -> Iterator[str]:
    """Writes new orders as checkout-api does, and yields their ids."""
    client = target.client("dynamodb")
    names = ("orders", "idempotency", "reservations")
    tables = [Table(client, target.table(name)) for name in names]
    store = DynamoOrders(tables[0], tables[1], tables[2])
    lines = tuple(CartLine(p["sku"], 1) for p in seed.generate(PRODUCTS).products)
    request = OrderRequest(lines, (), "tok_visa", _address(), str(carts.DEFAULTS["email"]))
    for _ in range(count):
        now, order_id = datetime.now(UTC), RandomIds().order_id()
        order = new_order(order_id, CUSTOMER, order_id, request, now, None)
        later = now + timedelta(days=1)
        store.place(
            order, IdempotencyRecord(CUSTOMER, order_id, "", order_id, now, later, order_id)
        )
        yield order_id


def _address() -> Address:
    address = cast(dict[str, str], carts.DEFAULTS["shippingAddress"])
    return requests.read_address(address)
