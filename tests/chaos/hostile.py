"""Generates hostile requests: always the same ones for the same seed and the same shop.

Every kind of attack knows how the shop must refuse it. None of them may have any effect.
"""

from __future__ import annotations

import copy
import json
import random
import string
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.chaos import forgery
from tests.deployed_shop import order_of

SKU = "TEA-BREAKFAST-100"
JSON = "application/json"
INJECTIONS = (
    "' OR 1=1 --",
    '"; DROP TABLE orders; --',
    "<script>alert(1)</script>",
    "{{7*7}}${7*7}#{7*7}",
    "$(reboot)`reboot`",
    "../../../../etc/passwd",
    "%s%s%n%x",
    "attribute_exists(orderId)",
    "\u202egnp.exe",
    "A" * 3000,
    "null\x00byte",
    "line\r\nSet-Cookie: a=b",
)
QUANTITIES: tuple[Any, ...] = (
    0, -1, -99, 100, 10**9, 2**63, -(2**63), 10**400, 1.5, 1e3, "1", "", None, True, [1], {"a": 1},
)  # fmt: skip
AMOUNTS: tuple[Any, ...] = (0, -1, 1, -(10**12), 10**18, 10**30, 1.99, "1", None, True)


@dataclass(frozen=True)
class Victim:
    """What the attacker knows of somebody else, and wants."""

    token: str
    order_id: str
    key: str
    cursor: str


@dataclass(frozen=True)
class Attack:
    """A request, and the statuses that refuse it."""

    kind: str
    method: str
    path: str
    refused_with: frozenset[int]
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Attacker:
    """Makes attacks of every kind in turn, from one source of randomness."""

    def __init__(self, seed: int, token: str, victim: Victim, forger: forgery.Forger) -> None:
        self.rng = random.Random(seed)
        self.token = token
        self.victim = victim
        self.forger = forger

    def attacks(self, count: int) -> Iterator[Attack]:
        """So many attacks, as many of each kind as of any other."""
        for number in range(count):
            name, make = KINDS[number % len(KINDS)]
            yield make(self, name.replace("_", " "))

    # What all attacks are made of.

    def one_of[T](self, choices: Sequence[T]) -> T:
        return self.rng.choice(choices)

    def new_id(self) -> str:
        return uuid.UUID(int=self.rng.getrandbits(128)).hex

    def noise(self, length: int) -> str:
        return "".join(self.rng.choices(string.printable, k=length))

    def cart(self) -> dict[str, Any]:
        return copy.deepcopy(order_of((SKU, self.rng.randint(1, 3))))

    def post(
        self,
        kind: str,
        body: Any,
        statuses: set[int],
        path: str = "/checkout",
        **headers: str | None,
    ) -> Attack:
        """A POST that lacks nothing, except for what `headers` change or (None) leave out."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        usual: dict[str, str | None] = {
            "Authorization": f"Bearer {self.token}",
            "Idempotency-Key": self.new_id(),
            "Content-Type": JSON,
        }
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in (usual | named).items() if value is not None}
        return Attack(kind, "POST", path, frozenset(statuses), content, sent)

    def get(self, kind: str, path: str, statuses: set[int], token: str = "") -> Attack:
        headers = {"Authorization": f"Bearer {token or self.token}"}
        return Attack(kind, "GET", path, frozenset(statuses), headers=headers)

    # Money and quantities.

    def forged_price(self, kind: str) -> Attack:
        body = self.cart()
        name = self.one_of(["price", "unitPrice", "discount", "total", "tax", "currency"])
        place = self.one_of([body, body["items"][0], body["payment"]])
        place[name] = self.one_of([0, -1, "0.01", {"amount": 1, "currency": "USD"}])
        return self.post(kind, body, {422})

    def forged_total(self, kind: str) -> Attack:
        total = {"amount": self.one_of(AMOUNTS), "currency": self.one_of(["USD", "EUR", "XXX"])}
        return self.post(kind, {**self.cart(), "expectedTotal": total}, {409, 422})

    def impossible_quantity(self, kind: str) -> Attack:
        body = self.cart()
        body["items"][0]["quantity"] = self.one_of(QUANTITIES)
        return self.post(kind, body, {422})

    def too_much_of_something(self, kind: str) -> Attack:
        lines = [{"sku": SKU, "quantity": 1}]
        body: dict[str, Any] = self.one_of(
            [{"items": lines * 51}, {"discountCodes": ["TEN"] * 11}, {"items": []}]
        )
        return self.post(kind, {**self.cart(), **body}, {422})

    def unsellable_quote(self, kind: str) -> Attack:
        twice = [{"sku": SKU, "quantity": 99}, {"sku": SKU, "quantity": 99}]
        unknown = [{"sku": f"NO-{self.new_id()[:8]}", "quantity": 1}]
        body = {"items": self.one_of([twice, unknown])}
        return self.post(kind, body, {422}, path="/quotes", Authorization=None)

    # Other people's things.

    def somebody_elses_order(self, kind: str) -> Attack:
        return self.get(kind, f"/orders/{self.victim.order_id}", {404})

    def guessed_order(self, kind: str) -> Attack:
        guess = self.one_of([self.new_id(), "%27%20OR%201=1", "*", "%00", self.victim.key])
        return self.get(kind, f"/orders/ord_{guess}", {404})

    def somebody_elses_cursor(self, kind: str) -> Attack:
        return self.get(kind, f"/orders?cursor={self.victim.cursor}", {400})

    def somebody_elses_key(self, kind: str) -> Attack:
        """Even with the victim's own token, another body gets nothing under a used key."""
        body = {**self.cart(), "email": f"{self.new_id()[:8]}@example.com"}
        headers = {
            "Authorization": f"Bearer {self.victim.token}",
            "Idempotency_Key": self.victim.key,
        }
        return self.post(kind, body, {409}, **headers)

    # Tokens.

    def forged_token(self, kind: str) -> Attack:
        token = self.forger.token(self.rng)
        path = self.one_of(["/orders", f"/orders/{self.victim.order_id}"])
        if self.rng.random() < 0.5:
            return self.get(kind, path, {401}, token)
        return self.post(kind, self.cart(), {401}, Authorization=f"Bearer {token}")

    def no_token(self, kind: str) -> Attack:
        header = self.one_of([None, "", "Basic YTpi", "Bearer", self.token, f"Token {self.token}"])
        return self.post(kind, self.cart(), {401}, Authorization=header)

    # Malformed requests.

    def oversize(self, kind: str) -> Attack:
        body = {**self.cart(), "note": "x" * self.rng.randint(66_000, 250_000)}
        return self.post(kind, body, {413})

    def bad_json(self, kind: str) -> Attack:
        good = json.dumps(self.cart()).encode()
        content = self.one_of(
            [
                good[: self.rng.randint(1, len(good) - 1)],
                good + good,
                b"\xff" + good,
                good.replace(b'"', b"'"),
                b"[" * self.rng.randint(1000, 20_000),
                b'{"items": NaN}',
                b"9" * 5000,
                self.noise(200).encode() + b"{",
                b"[" + good + b"]",
            ]
        )
        return self.post(kind, content, {400}, path=self.one_of(["/checkout", "/quotes"]))

    def wrong_content_type(self, kind: str) -> Attack:
        media_type = self.one_of(
            ["text/plain", "text/html", "application/xml", "application/x-www-form-urlencoded", "x"]
        )
        return self.post(kind, self.cart(), {415}, Content_Type=media_type)

    def bad_key(self, kind: str) -> Attack:
        key = self.one_of([None, "", "short", "k" * 65, "with spaces in it", "k" * 3000])
        return self.post(kind, self.cart(), {400}, Idempotency_Key=key)

    def bad_parameter(self, kind: str) -> Attack:
        query = self.one_of(
            [
                "limit=0",
                "limit=101",
                "limit=-5",
                "limit=1e9",
                "limit=%00",
                "cursor=AAAA",
                "cursor=%27",
            ]
        )
        return self.get(kind, f"{self.one_of(['/orders', '/products'])}?{query}", {400})

    def unknown_call(self, kind: str) -> Attack:
        method = self.one_of(["PUT", "DELETE", "PATCH", "POST"])
        path = self.one_of(["/orders", f"/orders/{self.victim.order_id}", "/products", "/admin"])
        headers = {"Authorization": f"Bearer {self.victim.token}"}
        return Attack(kind, method, path, frozenset({403, 404}), headers=headers)

    # Contents.

    def injection(self, kind: str) -> Attack:
        """Where no free text belongs. Where it does belong, it is only text: see the other test."""
        body, text = self.cart(), self.one_of(INJECTIONS)
        place, name = self.one_of(
            [
                (body["items"][0], "sku"),
                (body["payment"], "token"),
                (body, "email"),
                (body["shippingAddress"], "country"),
                (body["shippingAddress"], "region"),
                (body, "discountCodes"),
            ]
        )
        place[name] = [text] if name == "discountCodes" else text
        return self.post(kind, body, {422})

    def control_characters(self, kind: str) -> Attack:
        body = self.cart()
        name = self.one_of(["name", "line1", "city", "postalCode"])
        body["shippingAddress"][name] = f"x{chr(self.rng.randint(0, 31))}y"
        return self.post(kind, body, {422})

    def unknown_field(self, kind: str) -> Attack:
        body = self.cart()
        name = self.one_of(
            ["__proto__", "constructor", "orderId", "customerId", "status", "$where"]
        )
        place = self.one_of([body, body["items"][0], body["payment"]])
        place[name] = self.one_of(["CONFIRMED", {"admin": True}, self.victim.order_id])
        return self.post(kind, body, {422})

    def wrong_type(self, kind: str) -> Attack:
        body = self.cart()
        body[self.one_of(list(body))] = self.one_of([None, 1, "text", [], {}, [[]], True, [{}]])
        return self.post(kind, body, {422})

    def unknown_switch(self, kind: str) -> Attack:
        switch = self.one_of([{"fail": "Everything"}, {"fail": "ValidateCart", "times": 10**6}, {}])
        return self.post(kind, {**self.cart(), "simulate": switch}, {422})


KINDS: Sequence[tuple[str, Callable[[Attacker, str], Attack]]] = [
    (make.__name__, make)
    for make in (
        Attacker.forged_price,
        Attacker.forged_total,
        Attacker.impossible_quantity,
        Attacker.too_much_of_something,
        Attacker.unsellable_quote,
        Attacker.somebody_elses_order,
        Attacker.guessed_order,
        Attacker.somebody_elses_cursor,
        Attacker.somebody_elses_key,
        Attacker.forged_token,
        Attacker.no_token,
        Attacker.oversize,
        Attacker.bad_json,
        Attacker.wrong_content_type,
        Attacker.bad_key,
        Attacker.bad_parameter,
        Attacker.unknown_call,
        Attacker.injection,
        Attacker.control_characters,
        Attacker.unknown_field,
        Attacker.wrong_type,
        Attacker.unknown_switch,
    )
]
