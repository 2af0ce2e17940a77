"""Measures a burst: clients place orders one after the other without waiting for them."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import batched, cycle, islice
from typing import Any

import httpx
import psutil

from lab import seed
from lab.core import process_tree, tables
from lab.core.errors import LabError
from lab.core.target import Target
from lab.measure.bench.checkouts import CUSTOMER, PRODUCTS
from lab.shop import carts, purchase
from lab.shop.shop_client import CheckoutApi

POLL_S = 2.0
TIMEOUT_S = 240.0  # since the last order ended
PAGE = 100  # of BatchGetItem
NO_RESPONSE = "none"
PAYMENT_TOKENS = ("tok_visa",)


@dataclass(frozen=True)
class Burst:
    """The result of a burst of `orders` by `clients`.

    `posted_s` is the time from the first POST to the last response, `seconds` to the end of the
    last order. `answers` counts HTTP status codes, `ended` the final statuses of the orders.
    `threads` and `memory_mb` are the emulator's maximum; None if its process is unknown.
    """

    orders: int
    clients: int
    posted_s: float
    seconds: float
    answers: dict[str, int]
    ended: dict[str, int]
    threads: int | None
    memory_mb: float | None

    @property
    def per_second(self) -> float:
        """Confirmed orders per second."""
        return round(self.ended.get("CONFIRMED", 0) / self.seconds, 2)

    @property
    def failures(self) -> int:
        """Failed orders, and requests without a response or with a 5xx status."""
        unserved = sum(n for status, n in self.answers.items() if status >= "5")
        return self.ended.get("FAILED", 0) + unserved


@dataclass
class Peak:
    """The maximum of the emulator's threads and memory."""

    threads: int = 0
    memory_mb: float = 0.0

    def sample(self, emulator: psutil.Process) -> None:
        """Takes one sample."""
        with suppress(psutil.Error):
            self.threads = max(self.threads, emulator.num_threads())
            self.memory_mb = max(self.memory_mb, round(process_tree.memory_mb(emulator), 1))


@dataclass
class Clients:
    """Clients that place the carts in turn, with shared counters of the responses."""

    target: Target
    carts: Sequence[dict[str, Any]]
    answers: Counter[str] = field(default_factory=Counter)
    order_ids: list[str] = field(default_factory=list)

    def place(self, count: int) -> None:
        """Places `count` orders, one after the other."""
        api = CheckoutApi.of(self.target, CUSTOMER)
        for cart in islice(cycle(self.carts), count):
            self._place(api, cart)

    def _place(self, api: CheckoutApi, cart: dict[str, Any]) -> None:
        headers = {"Idempotency-Key": purchase.new_key()}
        try:
            response = api.send("POST", "/checkout", json=cart, headers=headers)
        except httpx.HTTPError:
            self.answers[NO_RESPONSE] += 1
            return
        self.answers[str(response.status_code)] += 1
        if response.status_code == HTTPStatus.ACCEPTED:
            self.order_ids.append(response.json()["orderId"])


def burst(
    target: Target,
    orders: int,
    clients: int,
    pid: int | None,
    tokens: Sequence[str] = PAYMENT_TOKENS,
) -> Burst:
    """Places `orders` with `clients`, paid with `tokens`; returns when the last has ended.

    Uses the products of `checkouts.stock_up`. Raises LabError if orders do not end.
    """
    shared, began = Clients(target, [_cart(token) for token in tokens]), time.perf_counter()
    with _sampled(pid) as peak:
        with ThreadPoolExecutor(clients) as pool:
            list(pool.map(shared.place, _shares(orders, clients)))
        posted = time.perf_counter() - began
        ended = wait_for_ends(target, shared.order_ids)
        took = time.perf_counter() - began
    known = (peak.threads, peak.memory_mb) if pid else (None, None)
    answers = dict(sorted(shared.answers.items()))
    return Burst(orders, clients, round(posted, 1), round(took, 1), answers, ended, *known)


def wait_for_ends(target: Target, order_ids: Sequence[str]) -> dict[str, int]:
    """Counts the final statuses. Raises LabError if no order ends for `TIMEOUT_S` seconds."""
    database, ended = tables.resource(target), Counter[str]()
    still_open, progress = list(order_ids), time.monotonic()
    while still_open:
        before, left = len(still_open), []
        for page in batched(still_open, PAGE, strict=False):
            for order_id, status in _statuses(database, target, page):
                left += [order_id] if status == "PENDING" else []
                ended[status] += status != "PENDING"
        still_open, progress = left, time.monotonic() if len(left) < before else progress
        if time.monotonic() > progress + TIMEOUT_S:
            raise LabError(
                f"{len(left)} orders are still open, and none has ended for {TIMEOUT_S:.0f} s."
            )
        if still_open:
            time.sleep(POLL_S)
    return {status: count for status, count in sorted(ended.items()) if count}


def _statuses(database: Any, target: Target, page: Sequence[str]) -> Iterator[tuple[str, str]]:
    name = target.table("orders")
    keys = [{"orderId": order_id} for order_id in page]
    response = database.batch_get_item(RequestItems={name: {"Keys": keys, "ConsistentRead": True}})
    for item in response["Responses"][name]:
        yield item["orderId"], item["status"]


def _shares(orders: int, clients: int) -> list[int]:
    return [orders // clients + (number < orders % clients) for number in range(clients)]


def _cart(token: str) -> dict[str, Any]:
    items = [{"sku": p["sku"], "quantity": 1} for p in seed.generate(PRODUCTS).products]
    return {**carts.DEFAULTS, "items": items, "payment": {"token": token}}


@contextmanager
def _sampled(pid: int | None) -> Iterator[Peak]:
    peak, done = Peak(), threading.Event()

    def sample(emulator: psutil.Process) -> None:
        while not done.wait(POLL_S):
            peak.sample(emulator)

    if pid is None:
        yield peak
        return
    sampler = threading.Thread(target=sample, args=(psutil.Process(pid),), daemon=True)
    sampler.start()
    try:
        yield peak
    finally:
        done.set()
        sampler.join()
