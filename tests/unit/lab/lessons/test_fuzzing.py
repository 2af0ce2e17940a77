"""The fuzzer finds a handler that crashes, and finds nothing in one that says no."""

from __future__ import annotations

import json

from checkout_api import problems, requests
from lab.lessons import fuzzing
from lab.lessons.fuzzing import Answer


def careful(text: str) -> Answer:
    try:
        requests.read_body(text, "QuoteRequest")
    except tuple(problems.PROBLEMS) as error:
        no = problems.from_error(error, "/quotes")
        return no.status_code, json.loads(no.body or "{}")
    return fuzzing.naive(text)


def blind(_text: str) -> Answer:
    return 200, {"total": 0}


def undocumented(_text: str) -> Answer:
    return 418, {"title": "a teapot"}


def found(handler: fuzzing.Handler) -> fuzzing.Findings:
    with fuzzing.served(handler) as url:
        return fuzzing.fuzz(url, "/quotes", examples=5)


def test_a_handler_that_crashes_is_found_and_right_requests_are_served() -> None:
    findings = found(fuzzing.naive)

    assert findings.statuses.keys() == {200, 500}
    assert sum(findings.statuses.values()) == 10
    assert ("Server error", 500) in {(one.promise, one.status) for one in findings.found}


def test_a_handler_that_takes_everything_is_found() -> None:
    assert [broken.status for broken in found(blind).found] == [200]


def test_an_answer_that_was_not_promised_is_found() -> None:
    assert {broken.status for broken in found(undocumented).found} == {418}


def test_a_handler_that_keeps_to_the_document_is_left_alone() -> None:
    findings = found(careful)

    assert findings.found == ()
    assert findings.requests == 10
    assert "10 requests" in findings.text()


def test_orders_ask_for_a_token_and_the_shelf_does_not() -> None:
    asks = {f"{o.method} {o.path}": bool(o.token) for o in fuzzing.operations()}

    assert asks["GET /orders/{orderId}"]
    assert not asks["GET /products"]


def swallowing(text: str) -> Answer:
    try:
        return careful(text)
    except Exception:
        return 400, {"code": "INVALID_BODY"}


def without_a_body(text: str) -> Answer:
    status, _ = careful(text)
    return status, {}


def test_a_handler_that_says_whose_mistake_it_was_is_careful() -> None:
    assert fuzzing.not_careful(careful) == ""
    assert fuzzing.naive('{"items": [{"sku": "TEA-SENCHA-100", "quantity": 1}]}')[0] == 200


def test_a_handler_that_blames_the_client_or_says_nothing_is_not_careful() -> None:
    assert "as if the client were to blame" in fuzzing.not_careful(swallowing)
    assert "'INVALID_BODY'" in fuzzing.not_careful(without_a_body)
    assert "(500" in fuzzing.not_careful(fuzzing.naive)
