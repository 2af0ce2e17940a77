"""One id for each customer's request, in everything that comes of it."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError

import notifier.handler
import sweeper.handler
from checkout.adapters import item_mapping
from checkout.adapters.rows import Row
from checkout.domain import correlation
from checkout.domain.errors import WrongRow
from checkout.domain.order import OrderStatus
from checkout.task_runner import Task
from checkout_api.handler import CORRELATION_ID
from tests import asl
from tests.builders import an_order
from tests.shop import Shop
from tests.unit.shop.api import DOCUMENT, a_checkout, call, post_checkout, send, signed_in
from tests.unit.shop.test_edges import CONTEXT, about, deliver
from tests.unit.shop.test_workflow_tasks import an_event, step

pytestmark = pytest.mark.usefixtures("open_shop")

SENT = "2f1c9a7e-0b7d-4c0e-9a55-6f0f6f6f6f6f"
HOSTILE = [
    "short",
    "c" * 65,
    "c" * 10_000,
    "request 12345",
    "request-1\r\nSet-Cookie: a=b",
    "request-1\n",
    "<script>alert(1)</script>",
    '{"level": "ERROR"}',
    "${jndi:ldap://x}",
    "gr\u00fc\u00dfe-123",
    "\x00\x01\x02\x03\x04\x05\x06\x07",
    "",
]

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Lines:
    """The structured log lines since it was last called; all functions log to one handler here."""
    written = io.StringIO()
    monkeypatch.setattr(notifier.handler.logger.registered_handler, "stream", written)

    def read() -> list[dict[str, Any]]:
        parsed = [json.loads(line) for line in written.getvalue().splitlines()]
        written.truncate(0)
        written.seek(0)
        return parsed

    return read


class TestTheApi:
    def test_the_id_that_was_sent_is_answered_stored_and_handed_to_the_workflow(
        self, shop: Shop, lines: Lines
    ) -> None:
        answer = send("POST", "/checkout", a_checkout(), _headers(SENT))
        assert answer["multiValueHeaders"][CORRELATION_ID] == [SENT]
        (order,) = shop.memory.orders.values()
        assert order.correlation_id == SENT
        assert shop.workflow.correlated == {order.order_id: SENT}
        assert {line["correlation_id"] for line in lines()} == {SENT}

    def test_a_header_has_the_same_name_in_any_case_and_no_white_space(self) -> None:
        headers = {CORRELATION_ID.lower(): f" {SENT}\t"}
        assert call("GET", "/health", headers=headers).headers[CORRELATION_ID] == SENT

    @pytest.mark.parametrize("sent", HOSTILE, ids=lambda sent: repr(sent[:12]))
    def test_what_is_no_id_is_ignored_and_never_repeated(self, sent: str, lines: Lines) -> None:
        answer = send("POST", "/checkout", a_checkout(), _headers(sent))
        order_id = json.loads(answer["body"])["orderId"]
        assert answer["multiValueHeaders"][CORRELATION_ID] == [order_id]
        assert {line["correlation_id"] for line in lines()} == {order_id}

    @pytest.mark.parametrize("sent", [sent for sent in HOSTILE if sent])
    def test_nor_is_it_repeated_where_there_is_no_order(self, sent: str) -> None:
        answer = send("GET", "/health", headers={CORRELATION_ID: sent})
        assert answer["multiValueHeaders"][CORRELATION_ID] == ["request-1"]

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [("GET", "/health", 200), ("GET", "/nowhere", 404), ("GET", "/orders", 401)],
    )
    def test_every_answer_has_an_id_errors_too(self, method: str, path: str, status: int) -> None:
        answer = call(method, path, headers={CORRELATION_ID: SENT})
        assert (answer.status, answer.headers[CORRELATION_ID]) == (status, SENT)

    def test_a_mistake_of_ours_has_an_id(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shop, "catalogue", None)
        answer = call("GET", "/products", headers={CORRELATION_ID: SENT})
        assert (answer.status, answer.headers[CORRELATION_ID]) == (500, SENT)

    def test_a_repetition_is_answered_with_the_id_of_the_first_request(self, lines: Lines) -> None:
        first = post_checkout()
        lines()
        again = send("POST", "/checkout", a_checkout(), _headers("another-request"))
        assert json.loads(again["body"]) == first.body
        assert again["multiValueHeaders"][CORRELATION_ID] == [first.headers[CORRELATION_ID]]
        assert [line["correlation_id"] for line in lines()] == [first.body["orderId"]]

    def test_the_document_names_the_header_in_the_request_and_in_the_answer(self) -> None:
        operation = DOCUMENT["paths"]["/checkout"]["post"]
        named = {parameter["name"]: parameter for parameter in operation["parameters"]}
        assert not named[CORRELATION_ID]["required"]
        schema = operation["responses"]["202"]["headers"][CORRELATION_ID]["schema"]
        assert re.compile(schema["pattern"].strip("^$")) == correlation.FORM


class TestTheWorkflow:
    def test_every_state_that_a_function_serves_gets_the_executions_input(self) -> None:
        for name in asl.FUNCTIONS:
            payload = asl.STATES[name]["Parameters"]["Payload"]
            assert payload["input.$"] == "$$.Execution.Input", name

    def test_a_task_logs_the_id_of_the_execution(self, shop: Shop, lines: Lines) -> None:
        shop.place()
        step("ValidateCart", input={"orderId": "ord_1", "correlationId": SENT})
        assert {line["correlation_id"] for line in lines()} == {SENT}

    @pytest.mark.parametrize("given", [{}, {"input": None}, {"input": {"orderId": "ord_1"}}])
    def test_an_execution_of_an_older_version_is_correlated_by_its_order(
        self, given: dict[str, Any]
    ) -> None:
        assert Task.parse(an_event("ValidateCart", **given)).correlation_id == "ord_1"

    def test_an_alert_of_low_stock_has_the_id_of_the_order_that_took_it(self, shop: Shop) -> None:
        shop.sell(shop.memory.products["TEA"], available=2, low=3)
        shop.place()
        for task in ("ValidateCart", "ReserveStock"):
            step(task, input={"correlationId": SENT})
        (event,) = shop.events.published
        assert (event.type, event.detail["correlationId"]) == ("StockLow", SENT)


class TestTheEdges:
    def test_the_notifier_logs_the_id_of_the_event_and_mails_that_of_the_order(
        self, shop: Shop, lines: Lines
    ) -> None:
        shop.confirmed()
        assert deliver(about("ord_1", correlationId=SENT)) == []
        (line,) = lines()
        assert (line["correlation_id"], line["order_id"]) == (SENT, "ord_1")
        assert shop.mailer.sent[0].correlation_id == "request-1"

    def test_an_old_event_is_correlated_by_its_order(self, shop: Shop, lines: Lines) -> None:
        shop.confirmed()
        deliver(about("ord_1"))
        assert [line["correlation_id"] for line in lines()] == ["ord_1"]

    def test_a_message_that_cannot_be_read_has_no_id_of_another(
        self, shop: Shop, lines: Lines
    ) -> None:
        shop.confirmed()
        assert deliver(about("ord_1", correlationId=SENT), "not JSON") == ["m1"]
        mailed, failed = lines()
        assert mailed["correlation_id"] == SENT
        assert "correlation_id" not in failed
        assert failed["sqs_message_id"] == "m1"

    def test_a_failed_mail_is_logged_with_its_id(self, shop: Shop, lines: Lines) -> None:
        shop.confirmed()
        shop.mailer.outages = 1
        with pytest.raises(BatchProcessingError):
            deliver(about("ord_1", correlationId=SENT))
        (line,) = lines()
        assert (line["message"], line["correlation_id"]) == ("not mailed", SENT)

    @pytest.mark.parametrize("event", [{}, {"orderIds": ["ord_1"]}], ids=["schedule", "by hand"])
    def test_the_sweeper_logs_what_it_did_for_an_order_with_its_id(
        self, shop: Shop, caplog: pytest.LogCaptureFixture, event: dict[str, Any]
    ) -> None:
        shop.place()
        shop.workflow.start("ord_1", None, "request-1")
        shop.workflow.ended.add("ord_1")
        shop.clock.advance(minutes=2)
        sweeper.handler.handle(event, CONTEXT)
        (settled,) = [vars(record) for record in caplog.records if record.msg == "settled"]
        assert (settled["order_id"], settled["correlation_id"]) == ("ord_1", "request-1")
        assert settled["outcome"] == "undone"
        assert shop.orders.get("ord_1").status is OrderStatus.FAILED

    def test_an_order_that_the_sweeper_starts_keeps_its_id(self, shop: Shop) -> None:
        shop.place()
        shop.sweeper().settle("ord_1")
        assert shop.workflow.correlated == {"ord_1": "request-1"}


class TestStorage:
    def test_an_order_that_is_correlated_by_its_own_id_is_no_larger(self) -> None:
        assert "correlationId" not in item_mapping.order_item(an_order(correlation_id="ord_1"))
        assert item_mapping.order_item(an_order(correlation_id=SENT))["correlationId"] == SENT

    def test_an_order_from_before_there_was_an_id_is_correlated_by_its_own(self) -> None:
        item = item_mapping.order_item(an_order())
        del item["correlationId"]
        assert item_mapping.order(item).correlation_id == "ord_1"

    @pytest.mark.parametrize("stored", [value for value in HOSTILE if value])
    def test_a_stored_id_that_is_none_is_a_wrong_row(self, stored: str) -> None:
        with pytest.raises(WrongRow, match="correlationId"):
            Row({"correlationId": stored}).correlation_id("ord_1")


def _headers(sent: str) -> dict[str, str]:
    return signed_in(**{"Idempotency-Key": "a-key-of-ada", CORRELATION_ID: sent})
