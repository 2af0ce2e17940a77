"""Hostile requests: each is refused as it should be, and none leaves a trace in the books."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
import pytest

from lab.core.target import Target
from lab.shop import purchase, tokens
from tests.chaos.conftest import Tell
from tests.chaos.crowd import Crowd
from tests.chaos.forgery import Forger
from tests.chaos.hostile import INJECTIONS, Attack, Attacker, Victim
from tests.deployed_shop import ADDRESS, DeployedShop, at_once, order_of
from tests.exhaustive import all_but

SEED = 20261122
REQUESTS = (300, 2_000)
THREADS = 8
TRIES, PAUSE_S = 100, 0.3
TEA = ("TEA-BREAKFAST-100", 1)
TABLES = (
    "products",
    "inventory",
    "promotions",
    "reservations",
    "payments",
    "orders",
    "idempotency",
)


@dataclass(frozen=True)
class Refusal:
    """An attack and what the shop answered."""

    attack: Attack
    status: int
    text: str

    @property
    def is_wrong(self) -> bool:
        return self.status not in self.attack.refused_with

    def __str__(self) -> str:
        sent = (self.attack.content or b"")[:300]
        call = f"{self.attack.method} {self.attack.path[:100]}"
        return f"{self.attack.kind}: {call} {sent!r} got {self.status} {self.text[:200]}"


def a_victim(shop: DeployedShop) -> Victim:
    """Somebody with two orders, so that the list of orders has a second page."""
    customer, key = shop.customer(), purchase.new_key()
    token = customer.http.headers["Authorization"].removeprefix("Bearer ")
    placed = customer.checkout(order_of(TEA), key)
    shop.ended(customer, placed["orderId"])
    shop.buy(order_of(TEA), customer)
    return Victim(token, placed["orderId"], key, customer.orders(limit=1)["nextCursor"])


def attacks(shop: DeployedShop, count: int) -> list[Attack]:
    victim = a_victim(shop)
    forger = Forger(victim.token, tokens.Issuer.of(shop.target).key)
    mallory = tokens.mint(shop.target, "mallory")
    return list(Attacker(SEED, mallory, victim, forger).attacks(count))


class Sender:
    """Sends attacks from several threads, each with a connection of its own."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.local = threading.local()

    def send(self, attack: Attack) -> Refusal:
        """Sends it until the stage lets it through: so many are more than its limit at once."""
        http, headers = self._client(), dict(attack.headers)
        for _ in range(TRIES):
            answer = http.request(
                attack.method, attack.path, content=attack.content, headers=headers
            )
            if answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
                break
            time.sleep(PAUSE_S)
        return Refusal(attack, answer.status_code, answer.text)

    def send_all(self, attacks: Iterable[Attack]) -> list[Refusal]:
        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(self.send, attacks))

    def _client(self) -> httpx.Client:
        if not hasattr(self.local, "http"):
            trusting = self.base_url.startswith("https:")
            self.local.http = httpx.Client(base_url=self.base_url, timeout=60, trust_env=trusting)
        http: httpx.Client = self.local.http
        return http


def books(target: Target) -> dict[str, str]:
    """Every table, as one number that any change of any item changes."""
    return {name: digest(target, name) for name in TABLES}


def digest(target: Target, table: str) -> str:
    pages = target.client("dynamodb").get_paginator("scan")
    items = [
        item for page in pages.paginate(TableName=target.table(table)) for item in page["Items"]
    ]
    rows = sorted(json.dumps(item, sort_keys=True, default=str) for item in items)
    return f"{len(rows)} items, {hashlib.sha256(''.join(rows).encode()).hexdigest()}"


def table_of(refusals: list[Refusal], seconds: float) -> str:
    """How many of which kind got which status."""
    statuses = Counter(refusal.status for refusal in refusals)
    kinds = Counter((refusal.attack.kind, refusal.status) for refusal in refusals)
    rows = [f"  {kind:<24} {status}  {count:>5}" for (kind, status), count in sorted(kinds.items())]
    sums = [f"  {status}  {count:>5}" for status, count in sorted(statuses.items())]
    head = f"{len(refusals)} hostile requests in {seconds:.0f} s, seed {SEED}"
    return "\n".join([head, *rows, "By status", *sums])


@pytest.mark.parametrize("count", all_but(lambda count: count == min(REQUESTS), REQUESTS))
def test_hostile_requests_are_refused_and_change_nothing(
    crowd: Crowd, count: int, tell: Tell
) -> None:
    sent = attacks(crowd.shop, count)
    crowd.audit()
    before, started = books(crowd.shop.target), time.monotonic()

    refusals = Sender(crowd.shop.base_url).send_all(sent)

    seconds = time.monotonic() - started
    assert len(refusals) == count
    assert [str(refusal) for refusal in refusals if refusal.is_wrong][:10] == []
    assert books(crowd.shop.target) == before
    tell(f"{table_of(refusals, seconds)}\n{crowd.audit()}")


FREE_TEXTS = [text for text in INJECTIONS if text.isprintable() and len(text) < 100]


def test_an_injection_where_free_text_belongs_is_only_text(crowd: Crowd) -> None:
    """The customer may be called anything, and pays what everybody pays."""
    shop = crowd.shop
    price = shop.stranger().quote({"items": order_of(TEA)["items"], "region": "OR"})["total"]

    orders = at_once([partial(shop.buy, ordered_by(text)) for text in FREE_TEXTS], workers=4)

    paid = [(order["status"], order["total"], order["payment"]["captured"]) for order in orders]
    assert paid == [("CONFIRMED", price, price)] * len(FREE_TEXTS)
    crowd.audit()


def ordered_by(text: str) -> dict[str, Any]:
    address = {**ADDRESS, "name": text, "line1": text, "line2": text, "city": text}
    return order_of(TEA, shippingAddress=address)
