"""How many executions of the workflow there are in a second, and the processor time of one.

They are started without the API, as the comparison with another emulator starts them.
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
    """`count` executions by several clients: the seconds they took, and how many `failed`.

    `processor_s` is the time that the emulator's processes used; None where they are not known.
    """

    count: int
    seconds: float
    failed: int
    processor_s: float | None

    @property
    def per_second(self) -> float:
        """The rate of those that succeeded."""
        return round((self.count - self.failed) / self.seconds, 2)

    @property
    def processor_ms(self) -> float | None:
        """Of one execution."""
        return None if self.processor_s is None else round(1000 * self.processor_s / self.count, 1)


def execute(
    target: Target, machine: str, count: int, concurrency: int, pid: int | None
) -> Executed:
    """Runs them; the orders that they carry are placed before. `pid` is the emulator's process."""
    names = list(_place(target, count))
    clients = [target.client("stepfunctions") for _ in range(concurrency)]

    def execute_one(number: int) -> bool:
        client = clients[number % concurrency]
        text = json.dumps({"orderId": names[number], "simulate": None})
        started = client.start_execution(stateMachineArn=machine, name=names[number], input=text)
        try:
            wait_for_end(client, started["executionArn"])
        except LabError:  # it is counted: on a busy machine functions run into their time-outs
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
    """Writes new orders as checkout-api would, and gives their ids."""
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
        store.place(order, IdempotencyRecord(CUSTOMER, order_id, "", order_id, now, later))
        yield order_id


def _address() -> Address:
    given = cast(dict[str, str], carts.DEFAULTS["shippingAddress"])
    return requests.read_address(given)
