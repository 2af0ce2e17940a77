"""The lab's emulator and MiniStack at the same work, in turns, so that both see the same machine.

What is the same: the zip, the handlers and their variables, the workflow's definition, tables,
settings, products, the client, the number of clients, and how often they ask for the end. Both
emulators have their own defaults otherwise; so the lab's checks IAM if `lab up` does. Both have
done everything once before anything counts.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import cast

import psutil

from checkout.adapters import documents
from checkout.adapters.aws import RandomIds
from checkout.adapters.dynamodb import Table
from checkout.adapters.orders import DynamoOrders
from checkout.domain import order as orders
from checkout.domain.cart import CartLine
from checkout.domain.order import Address, OrderRequest
from checkout.ports import IdempotencyRecord
from lab import carts, seed
from lab.bench import bare, lambdas, memory, ministack
from lab.bench.checkouts import CUSTOMER, PRODUCTS, wait_for_end
from lab.bench.numbers import Times
from lab.bench.report import Comparison, Side
from lab.bench.stage import own_emulator
from lab.emulator import family
from lab.errors import LabError
from lab.target import Target

ROUNDS = 6
WARM_PER_ROUND = 40
COLD_PER_ROUND = 2
WARM_UP = 8

Say = Callable[[str], None]


@dataclass
class Contestant:
    """An emulator with the bare workflow, and what it has done so far (in seconds)."""

    name: str
    target: Target
    pid: int
    machine: str
    probe: lambdas.Probe
    cold: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)
    executing: list[float] = field(default_factory=list)
    working: list[float] = field(default_factory=list)
    failed: int = 0

    def forget(self) -> None:
        """Drops what it did while it warmed up."""
        self.cold, self.warm, self.executing, self.working = [], [], [], []
        self.failed = 0

    def side(self, executions: int) -> Side:
        """What it did in all rounds."""
        return Side(
            self.name,
            Times.of(self.cold),
            Times.of(self.warm),
            round((executions - self.failed) / sum(self.executing), 2),
            round(1000 * sum(self.working) / executions, 1),
            self.failed,
            memory.occupied_mb(self.pid),
        )


def compare(
    source: Target, package: bytes, executions: int, concurrency: int, say: Say
) -> Comparison:
    """Lets both work. `executions` are spread over the rounds.

    Raises LabError if one of them cannot do it.
    """
    per_round = max(1, executions // ROUNDS)
    with ExitStack() as stack:
        both = _contestants(stack, source, package, say)
        for contestant in both:
            say(f"warming up {contestant.name}")
            _round(contestant, WARM_UP, concurrency)
            contestant.forget()
        for number in range(ROUNDS):
            say(f"round {number + 1} of {ROUNDS}")
            for contestant in both if number % 2 else reversed(both):
                _round(contestant, per_round, concurrency)
        ours, theirs = (contestant.side(per_round * ROUNDS) for contestant in both)
    return Comparison(ours, theirs, per_round * ROUNDS, concurrency)


def _contestants(
    stack: ExitStack, source: Target, package: bytes, say: Say
) -> tuple[Contestant, Contestant]:
    theirs, their_pid = stack.enter_context(ministack.running(say))
    ours, emulator = stack.enter_context(own_emulator("bare", say))
    return (
        _contestant("lab", source, ours, emulator.pid, package, say),
        _contestant(f"ministack {ministack.VERSION}", source, theirs, their_pid, package, say),
    )


def _contestant(
    name: str, source: Target, target: Target, pid: int, package: bytes, say: Say
) -> Contestant:
    say(f"setting up {name}")
    machine = bare.build(source, target, package)
    probe = lambdas.Probe(target, target.named("checkout-api"))
    return Contestant(name, target, pid, machine, probe)


def _round(contestant: Contestant, executions: int, concurrency: int) -> None:
    for _ in range(COLD_PER_ROUND):
        contestant.cold += lambdas.cold(contestant.probe, 1)
    contestant.warm += lambdas.warm(contestant.probe, WARM_PER_ROUND)
    _execute(contestant, executions, concurrency)


def _execute(contestant: Contestant, count: int, concurrency: int) -> None:
    """Notes how long `count` executions take; the orders that they carry are placed before."""
    names = list(_place(contestant.target, count))
    clients = [contestant.target.client("stepfunctions") for _ in range(concurrency)]

    def execute(number: int) -> bool:
        client = clients[number % concurrency]
        text = json.dumps({"orderId": names[number], "simulate": None})
        started = client.start_execution(
            stateMachineArn=contestant.machine, name=names[number], input=text
        )
        try:
            wait_for_end(client, started["executionArn"])
        except LabError:  # it is counted: on a busy machine functions run into their time-outs
            return False
        return True

    began, used = time.perf_counter(), family.processor_s(psutil.Process(contestant.pid))
    with ThreadPoolExecutor(concurrency) as pool:
        contestant.failed += list(pool.map(execute, range(count))).count(False)
    contestant.executing.append(time.perf_counter() - began)
    contestant.working.append(family.processor_s(psutil.Process(contestant.pid)) - used)


def _place(target: Target, count: int) -> Iterator[str]:
    """Writes new orders as checkout-api would, and gives their ids."""
    client = target.client("dynamodb")
    names = ("orders", "idempotency", "reservations")
    store = DynamoOrders(*(Table(client, target.table(name)) for name in names))
    lines = tuple(CartLine(p["sku"], 1) for p in seed.generate(PRODUCTS).products)
    request = OrderRequest(lines, (), "tok_visa", _address(), str(carts.USUAL["email"]))
    for _ in range(count):
        now, order_id = datetime.now(UTC), RandomIds().order_id()
        order = orders.place(order_id, CUSTOMER, order_id, request, now, None)
        later = now + timedelta(days=1)
        store.place(order, IdempotencyRecord(CUSTOMER, order_id, "", order_id, now, later))
        yield order_id


def _address() -> Address:
    given = cast(dict[str, str], carts.USUAL["shippingAddress"])
    return documents.address(given)
