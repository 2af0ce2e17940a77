"""A client that gives up waiting, and asks again: one order, one charge, one mail."""

from __future__ import annotations

import json
import socket
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from boto3.dynamodb.conditions import Key

from lab.shop import mailbox
from tests.chaos.crowd import Crowd
from tests.deployed_shop import order_of

Request = dict[str, Any]
Headers = dict[str, str]
ATTEMPTS = 10


def gives_up_waiting(url: str, request: Request, headers: Headers) -> bool:
    """Sends everything, and waits a millisecond for the answer. Returns False if it came.

    It may, where this process has to wait for a processor before it begins to wait.
    """
    limits = httpx.Timeout(10, read=0.001)
    try:
        httpx.post(url, json=request, headers=headers, timeout=limits, trust_env=False)
    except httpx.ReadTimeout:
        return True
    return False


def hangs_up(url: str, request: Request, headers: Headers) -> bool:
    """Sends everything, and closes the connection without a look at the answer."""
    place, body = urlsplit(url), json.dumps(request).encode()
    head = {**headers, "Host": place.netloc, "Content-Length": str(len(body))}
    lines = [f"POST {place.path} HTTP/1.1", *(f"{name}: {head[name]}" for name in head), "", ""]
    with socket.create_connection((place.hostname or "", place.port or 80), timeout=10) as line:
        line.sendall("\r\n".join(lines).encode() + body)
    return True


@pytest.mark.parametrize("leave", [gives_up_waiting, hangs_up])
def test_a_client_that_gave_up_and_asks_again_has_one_order_one_charge_one_mail(
    crowd: Crowd, leave: Callable[[str, Request, Headers], bool]
) -> None:
    for _ in range(ATTEMPTS):
        buyer, key, sku = crowd.sign_in(), uuid.uuid4().hex, crowd.sell(5)
        request = order_of((sku, 1))
        headers = {
            "Authorization": f"Bearer {buyer}",
            "Idempotency-Key": key,
            "Content-Type": "application/json",
        }
        if leave(f"{crowd.shop.base_url}/checkout", request, headers):
            break
    else:
        pytest.fail(f"The answer came within a millisecond, {ATTEMPTS} times.")

    order_id = crowd.buy(buyer, request, key)

    assert _orders_of(crowd, buyer) == [order_id]
    assert crowd.available(sku) == 4
    assert _ledger(crowd, order_id) == ["AUTHORISED", "CAPTURED"]
    assert len(mailbox.wait_for(crowd.shop.target, order_id)) == 1
    crowd.audit()
    assert len(mailbox.of_order(crowd.shop.target, order_id)) == 1


def _orders_of(crowd: Crowd, buyer: str) -> list[str]:
    answer = crowd.line.get(
        f"{crowd.shop.base_url}/orders", headers={"Authorization": f"Bearer {buyer}"}
    )
    return [order["orderId"] for order in answer.json()["items"]]


def _ledger(crowd: Crowd, order_id: str) -> list[str]:
    mine = Key("paymentId").eq(f"order#{order_id}")
    return [e["entry"] for e in crowd.table("payments").query(KeyConditionExpression=mine)["Items"]]
