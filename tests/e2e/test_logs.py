"""Nothing that a customer would not like to read there is in any log or execution."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from lab.core.target import Target
from lab.shop import execution, logs, mailbox, purchase
from lab.shop.shop_client import CheckoutApi
from tests.deployed_shop import DeployedShop, at_once, order_of
from tests.waiting import eventually

TEA = ("TEA-BREAKFAST-100", 1)
NEVER = {
    "a bearer token": re.compile(r"eyJ[\w-]{8,}\.[\w-]+"),
    "an authorization header": re.compile(r"bearer +[\w-]+\.", re.IGNORECASE),
    "a payment token": re.compile(r"\btok_[a-z0-9_]+"),
}


@dataclass
class Customer:
    """Somebody whose every secret is a word that occurs nowhere else."""

    api: CheckoutApi
    token: str
    word: str = field(default_factory=lambda: uuid.uuid4().hex[:10])
    orders: list[str] = field(default_factory=list)

    def wish(self, token: str = "tok_visa", **more: Any) -> dict[str, Any]:
        address = {
            "name": f"Name {self.word}n",
            "line1": f"{self.word}s Street 1",
            "line2": f"{self.word}t",
            "city": f"City {self.word}c",
            "region": "OR",
            "postalCode": f"{self.word}p",
            "country": "US",
            "phone": f"{self.word}f",
        }
        email = f"{self.word}e@example.com"
        payment = {"token": token}
        return order_of(TEA, shippingAddress=address, email=email, payment=payment, **more)

    def send(self, body: Any, **headers: str) -> None:
        """A request that is refused, or not: all that matters is what it leaves behind."""
        wanted = {"Idempotency-Key": purchase.new_key(), **headers}
        answer = self.api.send("POST", "/checkout", json=body, headers=wanted)
        assert answer.status_code in (400, 401, 409, 422)


def order_all_ways(shop: DeployedShop, customer: Customer) -> None:
    wishes = [
        customer.wish(),
        customer.wish("tok_declined"),
        customer.wish("tok_timeout_once"),
        customer.wish(f"tok_{customer.word}"),
        customer.wish(simulate={"fail": "GenerateOrder", "times": 10}),
        customer.wish(simulate={"fail": "ValidateCart", "times": 1}),
        customer.wish(items=[{"sku": "NO-SUCH-TEA", "quantity": 1}]),
        customer.wish(items=[{"sku": TEA[0], "quantity": 99}] * 2),
    ]
    calls = [partial(shop.buy, wish, customer.api) for wish in wishes]
    customer.orders += [order["orderId"] for order in at_once(calls, workers=4)]


def send_nonsense(customer: Customer) -> None:
    wish, secret = customer.wish(), f"{customer.word}x"
    customer.send({**wish, "email": f"{secret} at example.com"})
    customer.send({**wish, "payment": {"token": f"4111 1111 1111 1111 {secret}"}})
    customer.send({**wish, "shippingAddress": {"name": secret}})
    customer.send({**wish, secret: secret})
    customer.send({**wish, "expectedTotal": {"amount": 1, "currency": "USD"}})
    customer.send([wish])
    customer.send(wish, Authorization=f"Bearer {customer.token[:-4]}{secret}")
    customer.send(wish, Authorization=f"Basic {secret}")
    customer.send(wish, **{"Idempotency-Key": ""})
    customer.api.send("GET", f"/orders/{secret}")
    customer.api.send("GET", f"/orders?cursor={secret}")


@pytest.fixture(scope="module")
def customer(shop: DeployedShop) -> Customer:
    """A customer who has ordered in every way that the shop knows, and a few that it does not."""
    api = shop.customer()
    somebody = Customer(api, api.http.headers["Authorization"].removeprefix("Bearer "))
    order_all_ways(shop, somebody)
    send_nonsense(somebody)
    for order_id in somebody.orders:
        assert mailbox.wait_for(shop.target, order_id)
    return somebody


@dataclass(frozen=True)
class Text:
    """Something that was written down, and where."""

    where: str
    text: str

    def leaks(self, secrets: list[str]) -> Iterator[str]:
        for name, pattern in NEVER.items():
            yield from (f"{self.where}: {name}: {m}" for m in pattern.findall(self.text))
        yield from (f"{self.where}: {word}" for word in secrets if word in self.text)


def all_logs(target: Target) -> list[Text]:
    client = target.client("logs")
    pages = client.get_paginator("describe_log_groups").paginate()
    groups = [group["logGroupName"] for page in pages for group in page["logGroups"]]
    return [Text(name, "\n".join(lines(client, name))) for name in groups]


def lines(client: Any, group: str) -> Iterator[str]:
    for page in client.get_paginator("filter_log_events").paginate(logGroupName=group):
        yield from (event["message"] for event in page["events"])


def history(target: Target, order_id: str) -> Text:
    """Everything that Step Functions keeps of an execution."""
    client = target.client("stepfunctions")
    arn = execution.arn_of(target, order_id)
    described = client.describe_execution(executionArn=arn)
    pages = client.get_paginator("get_execution_history").paginate(executionArn=arn)
    events = [event for page in pages for event in page["events"]]
    return Text(arn, json.dumps([described, events], default=str))


def test_the_logs_of_every_part_are_searched(shop: DeployedShop, customer: Customer) -> None:
    """Without this the next test could pass because there is nothing to read."""
    wanted = {logs.group_name(shop.target, name) for name in logs.functions()}
    placed, *_ = customer.orders

    def seen() -> bool:
        told = {text.where for text in all_logs(shop.target) if placed in text.text}
        return {g for g in wanted if not g.endswith("sweeper")} <= told

    eventually(seen, f"word of {placed} in the log of each function")
    groups = {text.where for text in all_logs(shop.target)}
    assert wanted <= groups
    assert any("states" in group for group in groups)


def test_no_log_has_a_token_a_name_or_an_address(shop: DeployedShop, customer: Customer) -> None:
    found = [leak for text in all_logs(shop.target) for leak in text.leaks([customer.word])]

    assert found == []


def test_no_execution_has_a_token_a_name_or_an_address(
    shop: DeployedShop, customer: Customer
) -> None:
    histories = [history(shop.target, order_id) for order_id in customer.orders]

    assert all(
        order_id in text.text for order_id, text in zip(customer.orders, histories, strict=True)
    )
    assert [leak for text in histories for leak in text.leaks([customer.word])] == []


@pytest.mark.parametrize(
    "secret",
    [
        "Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2ln",
        "paid with tok_visa",
        "mail to 0123456789e@example.com",
    ],
)
def test_a_leak_would_be_seen(secret: str) -> None:
    assert list(Text("here", secret).leaks(["0123456789"]))
