"""Invalid orders, and the responses of the API."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from lab.lessons.lesson import Lesson

TEA = {"TEA-SENCHA-100": 1}


@dataclass(frozen=True)
class Wrong:
    """An invalid order: a text instead of a body, other items, more fields, or a used key."""

    text: str = ""
    items: Mapping[str, int] = field(default_factory=lambda: TEA)
    more: Mapping[str, Any] = field(default_factory=dict)
    used_key: bool = False


FIVE = {
    "half a sentence": Wrong(text='{"items": [{"sku": "TEA-'),
    "a quantity of 0": Wrong(items={"TEA-SENCHA-100": 0}),
    "a key that was used": Wrong(used_key=True),
    "another price": Wrong(more={"expectedTotal": {"amount": 1, "currency": "USD"}}),
    "70,000 characters": Wrong(text=json.dumps({"items": "x" * 70_000})),
}


def send(lesson: Lesson, wrong: Wrong) -> httpx.Response:
    """Sends an invalid order. If it needs a used key, places another order first."""
    key = f"wrong-{lesson.customer}"
    if wrong.used_key:
        key = f"used-{lesson.customer}"
        lesson.place(lesson.cart(TEA), key=key)
        body = lesson.cart({"TEA-SENCHA-100": 2})
    else:
        body = lesson.cart(wrong.items, **wrong.more)
    return lesson.api.send(
        "POST",
        "/checkout",
        content=wrong.text or json.dumps(body),
        headers={"Idempotency-Key": key, "Content-Type": "application/json"},
    )


def ask(lesson: Lesson, order_id: str, token: str) -> httpx.Response:
    """Requests an order with this token."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return lesson.shop_as().send("GET", f"/orders/{order_id}", headers=headers)


def answered(responses: Mapping[str, httpx.Response]) -> Iterator[dict[str, object]]:
    """A row for each response: what was sent, the status, and the problem."""
    for sent, response in responses.items():
        problem = response.json() if response.is_error else {}
        details = {name: problem.get(name, "") for name in ("code", "detail")}
        yield {"sent": sent, "status": response.status_code, **details}
