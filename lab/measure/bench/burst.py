"""A burst: clients that place one order after the other and wait for none."""

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

LOOK_EVERY_S = 2.0
PATIENCE_S = 240.0  # without another order that ends
PAGE = 100  # of BatchGetItem
NO_ANSWER = "none"
PAYS = ("tok_visa",)


@dataclass(frozen=True)
class Burst:
    """What became of `orders` that `clients` placed without waiting.

    `seconds` are from the first POST to the last end, `posted_s` to the last answer. `answers`
    counts the statuses of HTTP, `ended` those of the orders. `threads` and `memory_mb` are the
    most that the emulator had; None where its process is not known.
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
        """Orders that were confirmed, until the last had ended."""
        return round(self.ended.get("CONFIRMED", 0) / self.seconds, 2)

    @property
    def failures(self) -> int:
        """Orders that failed, and requests that were not served for a reason of ours."""
        unserved = sum(n for status, n in self.answers.items() if status >= "5")
        return self.ended.get("FAILED", 0) + unserved


@dataclass
class Peak:
    """The most that the emulator needed while somebody looked."""

    threads: int = 0
    memory_mb: float = 0.0

    def look(self, emulator: psutil.Process) -> None:
        """Looks once."""
        with suppress(psutil.Error):
            self.threads = max(self.threads, emulator.num_threads())
            self.memory_mb = max(self.memory_mb, round(process_tree.memory_mb(emulator), 1))


@dataclass
class Clients:
    """They share a list of what was answered, and place these carts in turns."""

    target: Target
    carts: Sequence[dict[str, Any]]
    answers: Counter[str] = field(default_factory=Counter)
    order_ids: list[str] = field(default_factory=list)

    def place(self, count: int) -> None:
        """Places so many orders, one after the other."""
        api = CheckoutApi.of(self.target, CUSTOMER)
        for cart in islice(cycle(self.carts), count):
            self._place(api, cart)

    def _place(self, api: CheckoutApi, cart: dict[str, Any]) -> None:
        headers = {"Idempotency-Key": purchase.new_key()}
        try:
            answer = api.send("POST", "/checkout", json=cart, headers=headers)
        except httpx.HTTPError:
            self.answers[NO_ANSWER] += 1
            return
        self.answers[str(answer.status_code)] += 1
        if answer.status_code == HTTPStatus.ACCEPTED:
            self.order_ids.append(answer.json()["orderId"])


def burst(
    target: Target, orders: int, clients: int, pid: int | None, tokens: Sequence[str] = PAYS
) -> Burst:
    """Lets `clients` place `orders`, paid with `tokens`; returns when the last has ended.

    The products are those of `checkouts.stock_up`. Raises LabError if orders stay open.
    """
    crowd, began = Clients(target, [_cart(token) for token in tokens]), time.perf_counter()
    with _watched(pid) as peak:
        with ThreadPoolExecutor(clients) as pool:
            list(pool.map(crowd.place, _shares(orders, clients)))
        posted = time.perf_counter() - began
        ended = wait_for_ends(target, crowd.order_ids)
        took = time.perf_counter() - began
    known = (peak.threads, peak.memory_mb) if pid else (None, None)
    answers = dict(sorted(crowd.answers.items()))
    return Burst(orders, clients, round(posted, 1), round(took, 1), answers, ended, *known)


def wait_for_ends(target: Target, order_ids: Sequence[str]) -> dict[str, int]:
    """How the orders ended. Raises LabError if for long none of them does."""
    database, ended = tables.resource(target), Counter[str]()
    still_open, progress = list(order_ids), time.monotonic()
    while still_open:
        before, left = len(still_open), []
        for page in batched(still_open, PAGE, strict=False):
            for order_id, status in _statuses(database, target, page):
                left += [order_id] if status == "PENDING" else []
                ended[status] += status != "PENDING"
        still_open, progress = left, time.monotonic() if len(left) < before else progress
        if time.monotonic() > progress + PATIENCE_S:
            raise LabError(f"{len(left)} orders are still open, and none ends any more.")
        if still_open:
            time.sleep(LOOK_EVERY_S)
    return {status: count for status, count in sorted(ended.items()) if count}


def _statuses(database: Any, target: Target, page: Sequence[str]) -> Iterator[tuple[str, str]]:
    name = target.table("orders")
    keys = [{"orderId": order_id} for order_id in page]
    answer = database.batch_get_item(RequestItems={name: {"Keys": keys, "ConsistentRead": True}})
    for item in answer["Responses"][name]:
        yield item["orderId"], item["status"]


def _shares(orders: int, clients: int) -> list[int]:
    return [orders // clients + (number < orders % clients) for number in range(clients)]


def _cart(token: str) -> dict[str, Any]:
    items = [{"sku": p["sku"], "quantity": 1} for p in seed.generate(PRODUCTS).products]
    return {**carts.DEFAULTS, "items": items, "payment": {"token": token}}


@contextmanager
def _watched(pid: int | None) -> Iterator[Peak]:
    peak, done = Peak(), threading.Event()

    def watch(emulator: psutil.Process) -> None:
        while not done.wait(LOOK_EVERY_S):
            peak.look(emulator)

    if pid is None:
        yield peak
        return
    watcher = threading.Thread(target=watch, args=(psutil.Process(pid),), daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()
