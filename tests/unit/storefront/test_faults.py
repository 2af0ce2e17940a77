"""The failure switch of the machine room changes an order once, and the same way each time."""

from __future__ import annotations

import json

import pytest

from lab.shop_server.machine_room.faults import FaultSwitch

BODY = json.dumps({"items": [{"sku": "TEA", "quantity": 1}]}).encode()
FAULT = {"fail": "GenerateOrder", "how": "raise", "times": 4}
KEY = {"idempotency-key": "key-of-an-order"}


@pytest.fixture
def switch() -> FaultSwitch:
    return FaultSwitch()


def sent(switch: FaultSwitch, key: str = "key-of-an-order", body: bytes = BODY) -> object:
    return json.loads(switch.inject("POST", "/checkout", {"idempotency-key": key}, body))


def test_an_order_fails_as_the_lever_says(switch: FaultSwitch) -> None:
    switch.turn_on(FAULT)
    assert sent(switch) == {**json.loads(BODY), "simulate": FAULT}


def test_an_order_that_is_sent_again_is_the_very_same(switch: FaultSwitch) -> None:
    switch.turn_on(FAULT)
    first = sent(switch)
    switch.turn_off()
    assert sent(switch) == first
    assert sent(switch, "another-key") == json.loads(BODY)


def test_an_order_that_was_sent_before_the_lever_stays_as_it_was(switch: FaultSwitch) -> None:
    first = sent(switch)
    switch.turn_on(FAULT)
    assert sent(switch) == first


@pytest.mark.parametrize(
    ("method", "path", "headers", "body"),
    [
        ("POST", "/quotes", KEY, BODY),
        ("GET", "/checkout", KEY, BODY),
        ("POST", "/checkout", {}, BODY),
        ("POST", "/checkout", KEY, b"no JSON"),
        ("POST", "/checkout", KEY, b"[1]"),
        ("POST", "/checkout", KEY, b'{"simulate": {"fail": "ValidateCart"}}'),
    ],
)
def test_nothing_else_is_touched(
    switch: FaultSwitch, method: str, path: str, headers: dict[str, str], body: bytes
) -> None:
    switch.turn_on(FAULT)
    assert switch.inject(method, path, headers, body) == body
