"""Many customers at once, who come again when the shop does not answer, and who watch quietly.

All who wait share one list of the running executions: on a small machine the watching would
otherwise cost more than the shopping.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import batched
from threading import Lock
from typing import Any

import httpx

from lab.core import tables
from lab.operate import audit, redrive
from lab.seed import items
from lab.shop import execution, tokens
from lab.shop.execution import Execution
from tests.deployed_shop import DeployedShop

POLL_S = 1.0
PATIENCE_S = 240.0
TRIES = 8
SETTLE_S = 420  # mails lag behind the orders of a crowd: they go a few at a time


@dataclass
class Watch:
    """The executions that run, listed once for all who wait."""

    client: Any
    state_machine: str
    running: frozenset[str] = frozenset()
    listed_at: float = 0.0
    lock: Lock = field(default_factory=Lock)

    def is_running(self, name: str, since: float) -> bool:
        """Whether an execution that was started before `since` (monotonic) still runs."""
        with self.lock:
            if self.listed_at < max(since, time.monotonic() - POLL_S):
                self.listed_at = time.monotonic()
                self.running = frozenset(self._list())
            return name in self.running

    def _list(self) -> Iterator[str]:
        pages = self.client.get_paginator("list_executions")
        for page in pages.paginate(stateMachineArn=self.state_machine, statusFilter="RUNNING"):
            yield from (execution["name"] for execution in page["executions"])


@dataclass(frozen=True)
class Crowd:
    """Customers of a shop, who share one line to it."""

    shop: DeployedShop
    line: httpx.Client

    @classmethod
    @contextmanager
    def outside(cls, shop: DeployedShop) -> Iterator[Crowd]:
        """A crowd before the shop's door."""
        limits = httpx.Limits(max_connections=64)
        with httpx.Client(timeout=35, trust_env=False, limits=limits) as line:
            yield cls(shop, line)

    @cached_property
    def workflow(self) -> Any:
        """A client of Step Functions."""
        return self.shop.target.client("stepfunctions")

    @cached_property
    def watch(self) -> Watch:
        """What everybody who waits looks at."""
        return Watch(self.workflow, self.executions.replace(":execution:", ":stateMachine:")[:-1])

    @cached_property
    def database(self) -> Any:
        """DynamoDB, with plain Python values."""
        return tables.resource(self.shop.target)

    @cached_property
    def executions(self) -> str:
        """What the ARN of every execution begins with."""
        return execution.arn_of(self.shop.target, "")

    def table(self, name: str) -> Any:
        """A table by its short name."""
        return self.database.Table(self.shop.target.table(name))

    def sell(self, pieces: int) -> str:
        """Puts a new product on sale, in no list, and returns its SKU."""
        sku = f"CHAOS-{uuid.uuid4().hex[:12].upper()}"
        price = {"amount": 1250, "currency": "USD"}
        product = {"sku": sku, "name": sku, "description": "", "category": "chaos", "price": price}
        for stock in items.stock({"sku": sku, "initial": pieces}):
            self.table("inventory").put_item(Item=stock)
        listed = items.product(product)
        unlisted = {name: listed[name] for name in listed if not name.startswith("listing")}
        self.table("products").put_item(Item=unlisted)
        return sku

    def available(self, sku: str) -> int:
        """How many pieces are left to sell."""
        return int(
            self.table("inventory").get_item(Key={"sku": sku}, ConsistentRead=True)["Item"][
                "available"
            ]
        )

    def sign_in(self, name: str = "") -> str:
        """A customer's bearer token."""
        return tokens.mint(self.shop.target, name or f"buyer-{uuid.uuid4().hex[:12]}")

    def place(self, token: str, request: Mapping[str, Any], key: str = "") -> str:
        """Places an order and returns its id; asks again, by the same key, until there is one."""
        headers = {
            "Authorization": f"Bearer {token}",
            "Idempotency-Key": key or uuid.uuid4().hex,
        }
        for _ in range(TRIES):
            answer = self._post(request, headers)
            if answer is not None and answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                assert answer.status_code == httpx.codes.ACCEPTED, answer.text
                return str(answer.json()["orderId"])
        raise AssertionError(f"No answer in {TRIES} tries: {answer and answer.text}")

    def _post(self, request: Mapping[str, Any], headers: dict[str, str]) -> httpx.Response | None:
        try:
            return self.line.post(f"{self.shop.base_url}/checkout", json=request, headers=headers)
        except httpx.TransportError:
            return None

    def buy(self, token: str, request: Mapping[str, Any], key: str = "") -> str:
        """Places an order, waits until its execution has ended, and returns its id."""
        order_id = self.place(token, request, key)
        self.wait(order_id)
        return order_id

    def wait(self, order_id: str) -> float:
        """Waits for the end of an order's execution; returns when that was (epoch seconds)."""
        since = time.monotonic()
        while time.monotonic() < since + PATIENCE_S:
            if not self.watch.is_running(order_id, since):
                return self.ended_at(order_id)
            time.sleep(POLL_S)
        way = "\n".join(str(step) for step in self.way(order_id).steps)
        raise AssertionError(f"{order_id} still runs after {PATIENCE_S:.0f} s:\n{way}")

    def ended_at(self, order_id: str) -> float:
        """When an order's execution ended, in epoch seconds."""
        found = self.workflow.describe_execution(executionArn=self.executions + order_id)
        return float(found["stopDate"].timestamp())

    def way(self, order_id: str) -> Execution:
        """The way that an order has taken so far."""
        return next(execution.follow(self.workflow, self.executions + order_id))

    def orders(self, order_ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """The orders as the table has them."""
        name = self.shop.target.table("orders")
        found: dict[str, Mapping[str, Any]] = {}
        for page in batched(sorted(set(order_ids)), 100, strict=False):
            keys = [{"orderId": order_id} for order_id in page]
            wanted = {name: {"Keys": keys, "ConsistentRead": True}}
            answer = self.database.batch_get_item(RequestItems=wanted)
            found |= {item["orderId"]: item for item in answer["Responses"][name]}
        return found

    def settle(self, order_ids: Sequence[str]) -> None:
        """Redrives the compensation queue, and lets the sweeper settle what else is open.

        The schedule does the same for orders that are a minute old; this does not wait for it.
        """
        redriven = redrive.run(self.shop.target)
        assert redriven.left == 0, redriven
        unpublished = [i for i, item in self.orders(order_ids).items() if "eventAt" not in item]
        for page in batched(unpublished, 20, strict=False):
            settled = redrive.settle(self.shop.target, page)
            assert all(order.final for order in settled), settled

    def audit(self) -> str:
        """Checks the books, and says so; every mail has a while to arrive."""
        report = audit.run(self.shop.target, settle_s=SETTLE_S)
        broken = [
            f"{finding.title}: {row}" for finding in report.findings for row in finding.broken
        ]
        assert not broken, "\n".join(broken[:20])
        assert report.in_flight == 0
        guarantees, orders = len(report.findings), report.findings[4].checked
        return f"audit clean ({guarantees} guarantees, {orders} orders in the books)"
