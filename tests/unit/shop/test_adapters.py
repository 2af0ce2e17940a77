"""Adapters against clients that answer what AWS answers when something is wrong."""

from __future__ import annotations

import email.policy
import json
import traceback
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from checkout.adapters import dynamodb, item_mapping
from checkout.adapters.aws import EventBridge, RandomIds, SesMailer, StepFunctions, SystemClock
from checkout.adapters.dynamodb import (
    ConditionFailed,
    Table,
    TransactionRefused,
    encode,
    read_cursor,
    transact,
    write_cursor,
)
from checkout.adapters.orders import DynamoOrders
from checkout.adapters.payments import SimulatedGateway
from checkout.adapters.stock import DynamoStock
from checkout.domain.errors import Contended, InvalidCursor, MailNotSent
from checkout.domain.events import Event
from checkout.domain.mail import Mail
from checkout.domain.order import FaultInjection
from tests.builders import NOW, a_record, a_reservation, an_order

MAIL = Mail("ada@example.com", "Grüße", "A long text: " + 200 * "é", "<p>Text ☕</p>", "request-1")
MACHINE = "arn:aws:states:us-east-2:000000000000:stateMachine:checkout-dev"


def aws_error(code: str, **response: Any) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}, **response}, "Operation")  # type: ignore[arg-type]


class Client:
    """Answers every call with the next answer, raises it if it is an error; notes all calls."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.calls: list[dict[str, Any]] = []

    def __getattr__(self, _operation: str) -> Any:
        return self._call

    def _call(self, **arguments: Any) -> Any:
        self.calls.append(arguments)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class TestEventBridge:
    def test_an_event_goes_to_the_bus(self) -> None:
        client = Client({"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]})
        EventBridge(client, "checkout-dev").publish(Event("OrderFailed", {"orderId": "ord_1"}))
        (entry,) = client.calls[0]["Entries"]
        assert (entry["EventBusName"], entry["Source"]) == ("checkout-dev", "checkout")
        assert (entry["DetailType"], json.loads(entry["Detail"])) == (
            "OrderFailed",
            {"orderId": "ord_1"},
        )

    def test_an_event_that_the_bus_did_not_take_is_an_error(self) -> None:
        """PutEvents answers 200 all the same."""
        refused = {"FailedEntryCount": 1, "Entries": [{"ErrorMessage": "too many"}]}
        with pytest.raises(Contended, match="too many"):
            EventBridge(Client(refused), "checkout-dev").publish(Event("OrderFailed"))


class TestStepFunctions:
    def test_an_execution_is_named_by_its_order(self) -> None:
        client = Client({})
        StepFunctions(client, MACHINE).start(
            "ord_1", FaultInjection("ReserveStock", 2), "request-1"
        )
        assert client.calls[0]["name"] == "ord_1"
        assert json.loads(client.calls[0]["input"]) == {
            "orderId": "ord_1",
            "simulate": {"fail": "ReserveStock", "times": 2},
            "correlationId": "request-1",
        }

    def test_the_input_has_a_switch_even_if_there_is_none(self) -> None:
        client = Client({})
        StepFunctions(client, MACHINE).start("ord_1", None, "request-1")
        assert json.loads(client.calls[0]["input"])["simulate"] is None

    def test_starting_twice_is_no_error(self) -> None:
        client = Client(aws_error("ExecutionAlreadyExists"))
        StepFunctions(client, MACHINE).start("ord_1", None, "request-1")

    def test_other_errors_are_errors(self) -> None:
        with pytest.raises(ClientError):
            StepFunctions(Client(aws_error("StateMachineDoesNotExist")), MACHINE).start(
                "x", None, "request-1"
            )
        with pytest.raises(ClientError):
            StepFunctions(Client(aws_error("AccessDenied")), MACHINE).has_ended("x")

    @pytest.mark.parametrize(
        ("answer", "ended"),
        [
            ({"status": "RUNNING"}, False),
            ({"status": "SUCCEEDED"}, True),
            ({"status": "TIMED_OUT"}, True),
            (aws_error("ExecutionDoesNotExist"), None),
        ],
    )
    def test_an_execution_runs_or_has_ended_or_never_was(
        self, answer: Any, ended: bool | None
    ) -> None:
        client = Client(answer)
        assert StepFunctions(client, MACHINE).has_ended("ord_1") is ended
        arn = "arn:aws:states:us-east-2:000000000000:execution:checkout-dev:ord_1"
        assert client.calls[0]["executionArn"] == arn


def test_a_mail_has_a_text_and_an_html_body() -> None:
    client = Client({"MessageId": "m-1"})
    assert SesMailer(client, "The Shop <shop@example.com>").send(MAIL) == "m-1"
    (call,) = client.calls
    assert (call["Source"], call["Destinations"]) == (
        "The Shop <shop@example.com>",
        ["ada@example.com"],
    )
    sent = message_from_bytes(call["RawMessage"]["Data"], policy=email.policy.default)
    assert (sent["From"], sent["To"]) == (call["Source"], "ada@example.com")
    assert sent["Subject"] == MAIL.subject
    parts = [part.get_content().rstrip() for part in sent.walk() if not part.is_multipart()]
    assert parts == [MAIL.text, MAIL.html]


def test_a_mail_has_the_correlation_id_in_its_header_and_is_in_seven_bits() -> None:
    client = Client({"MessageId": "m-1"})
    longest = "c" * 64
    SesMailer(client, "shop@example.com").send(replace(MAIL, correlation_id=longest))
    raw = client.calls[0]["RawMessage"]["Data"]
    assert message_from_bytes(raw)["X-Correlation-Id"].strip() == longest
    assert raw.isascii()


@pytest.mark.parametrize("field", ["to", "subject", "correlation_id"])
def test_a_line_feed_never_adds_a_header_to_a_mail(field: str) -> None:
    client = Client({"MessageId": "m-1"})
    bad = replace(MAIL, **{field: "x\r\nBcc: eve@example.com"})
    with pytest.raises(ValueError, match="line"):
        SesMailer(client, "shop@example.com").send(bad)
    assert client.calls == []


def test_what_the_mail_service_says_about_the_customer_goes_no_further() -> None:
    said = {"Code": "MessageRejected", "Message": "Not verified: ada@example.com"}
    refusal = aws_error("MessageRejected", Error=said)
    with pytest.raises(MailNotSent) as caught:
        SesMailer(Client(refusal), "shop@example.com").send(MAIL)
    assert caught.value.reason == "MessageRejected"
    assert "ada@" not in "".join(traceback.format_exception(caught.value))


def test_the_clock_is_in_utc_and_ids_do_not_repeat() -> None:
    assert str(SystemClock().now().tzinfo) == "UTC"
    ids = {RandomIds().order_id() for _ in range(100)}
    assert len(ids) == 100
    assert {(len(order_id), order_id[:4]) for order_id in ids} == {(36, "ord_")}


def test_times_are_stored_so_that_they_sort() -> None:
    assert item_mapping.timestamp(NOW) == "2026-11-22T12:00:00.000000Z"
    assert datetime.fromisoformat(item_mapping.timestamp(NOW)) == NOW


@pytest.fixture
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dynamodb, "time", SimpleNamespace(sleep=lambda _: None))


def canceled(*codes: str) -> ClientError:
    reasons = [{"Code": code} for code in codes]
    return aws_error("TransactionCanceledException", CancellationReasons=reasons)


@pytest.mark.usefixtures("_no_waiting")
class TestTransactions:
    def test_a_conflict_with_another_transaction_is_tried_again(self) -> None:
        client = Client(
            canceled("TransactionConflict", "None"), aws_error("TransactionInProgressException"), {}
        )
        transact(client, [{"Put": {}}])
        assert len(client.calls) == 3

    def test_conflicts_without_end_are_contended(self) -> None:
        client = Client(*[canceled("TransactionConflict")] * 8)
        with pytest.raises(Contended):
            transact(client, [])

    def test_conditions_that_do_not_hold_are_named_by_position_and_not_tried_again(self) -> None:
        client = Client(canceled("None", "ConditionalCheckFailed", "TransactionConflict"))
        with pytest.raises(TransactionRefused) as refused:
            transact(client, [])
        assert refused.value.failed == (1,)
        assert len(client.calls) == 1

    @pytest.mark.parametrize(
        "error", [canceled("ValidationError"), aws_error("ResourceNotFoundException")]
    )
    def test_what_no_retry_can_help_is_raised_at_once(self, error: ClientError) -> None:
        client = Client(error)
        with pytest.raises(ClientError):
            transact(client, [])
        assert len(client.calls) == 1


class TestWriting:
    """A condition that failed has a meaning; every other error goes through as it is."""

    def test_a_failed_condition_tells_what_stood_in_the_way(self) -> None:
        client = Client(aws_error("ConditionalCheckFailedException", Item={"sku": {"S": "TEA"}}))
        with pytest.raises(ConditionFailed) as failed:
            Table(client, "t").put_if_absent({"sku": "TEA"}, "sku")
        assert failed.value.old == {"sku": "TEA"}

    def test_other_errors_are_errors(self) -> None:
        with pytest.raises(ClientError):
            Table(Client(aws_error("AccessDenied")), "t").put_if_absent({"sku": "TEA"}, "sku")

    def test_a_charge_that_keeps_changing_is_contended(self) -> None:
        charge = {"Item": encode({"status": "AUTHORISED", "amount": 1, "currency": "USD"})}
        changed = aws_error("ConditionalCheckFailedException")
        gateway = SimulatedGateway(Table(Client(*[charge, changed] * 4), "t"), timeout_s=0)
        with pytest.raises(Contended):
            gateway.reverse("ord_1:charge")

    def test_a_reservation_that_keeps_changing_is_contended(self) -> None:
        held = {"Item": encode(item_mapping.reservation_item(a_reservation()))}
        changed = canceled("ConditionalCheckFailed")
        table = Table(Client(*[held, changed] * 6), "t")
        with pytest.raises(Contended):
            DynamoStock(table, table, table).release("ord_1", NOW)

    def test_an_order_id_that_is_taken_is_an_error_and_no_replay(self) -> None:
        table = Table(Client(canceled("None", "ConditionalCheckFailed"), {}), "t")
        with pytest.raises(TransactionRefused):
            DynamoOrders(table, table, table).place(an_order(), a_record(an_order()))


@pytest.mark.usefixtures("_no_waiting")
class TestWritingWhatIsBusy:
    """botocore tries again what is throttled, some times, and a transaction's conflict never."""

    @pytest.mark.parametrize("code", sorted(dynamodb.BUSY))
    def test_a_busy_item_is_tried_again(self, code: str) -> None:
        client = Client(aws_error(code), aws_error(code), {})
        Table(client, "orders").put_if_absent({"orderId": "ord_1"}, "orderId")
        assert len(client.calls) == 3

    def test_an_item_that_stays_busy_is_contended(self) -> None:
        client = Client(*[aws_error("TransactionConflictException")] * dynamodb.ATTEMPTS)
        with pytest.raises(Contended, match="orders"):
            Table(client, "orders").put_if_absent({"orderId": "ord_1"}, "orderId")

    def test_what_no_retry_can_help_is_raised_at_once(self) -> None:
        client = Client(aws_error("ValidationException"))
        with pytest.raises(ClientError):
            Table(client, "orders").put_if_absent({"orderId": "ord_1"}, "orderId")
        assert len(client.calls) == 1


@pytest.mark.usefixtures("_no_waiting")
class TestReading:
    def test_keys_that_were_left_unprocessed_are_asked_for_again(self) -> None:
        first, rest = {"sku": {"S": "A"}}, {"sku": {"S": "B"}}
        client = Client(
            {"Responses": {"t": [first]}, "UnprocessedKeys": {"t": {"Keys": [rest]}}},
            {"Responses": {"t": [rest]}, "UnprocessedKeys": {}},
        )
        found = Table(client, "t").get_many([{"sku": "A"}, {"sku": "B"}])
        assert found == [{"sku": "A"}, {"sku": "B"}]
        assert client.calls[1]["RequestItems"]["t"]["Keys"] == [rest]

    def test_keys_that_are_never_processed_are_contended(self) -> None:
        left = {"Responses": {}, "UnprocessedKeys": {"t": {"Keys": [{"sku": {"S": "A"}}]}}}
        with pytest.raises(Contended):
            Table(Client(*[left] * 8), "t").get_many([{"sku": "A"}])

    def test_a_query_goes_on_to_the_last_page(self) -> None:
        first, last = {"sku": {"S": "A"}}, {"sku": {"S": "B"}}
        client = Client({"Items": [first], "LastEvaluatedKey": first}, {"Items": [last]})
        assert list(Table(client, "t").query("c", {})) == [{"sku": "A"}, {"sku": "B"}]
        assert client.calls[1]["ExclusiveStartKey"] == first

    def test_no_keys_are_no_call(self) -> None:
        client = Client()
        assert Table(client, "t").get_many([]) == []
        assert client.calls == []

    def test_an_error_of_a_page_is_the_cursors_fault_only_if_there_is_one(self) -> None:
        invalid = aws_error("ValidationException")
        cursor = write_cursor({"sku": {"S": "A"}})
        with pytest.raises(InvalidCursor):
            Table(Client(invalid), "t").page("c", {}, 1, cursor, {"sku": None})
        with pytest.raises(ClientError):
            Table(Client(invalid), "t").page("c", {}, 1, None, {"sku": None})
        with pytest.raises(ClientError):
            Table(Client(aws_error("AccessDenied")), "t").page("c", {}, 1, cursor, {"sku": None})


KEY = {"sku": {"S": "TEA"}, "listing": {"S": "ACTIVE"}}
LIST = {"sku": None, "listing": "ACTIVE"}


class TestCursors:
    def test_a_cursor_can_be_read_back_and_fits_into_a_url(self) -> None:
        cursor = write_cursor(KEY)
        assert read_cursor(cursor, LIST) == KEY
        assert cursor.replace("-", "").replace("_", "").isalnum()

    @pytest.mark.parametrize(
        "cursor",
        [
            "x",
            "????",
            "bm90IGpzb24",
            write_cursor({"sku": {"S": "TEA"}}),
            write_cursor({**KEY, "more": {"S": "x"}}),
            write_cursor({**KEY, "sku": {"N": "7"}}),
            write_cursor({**KEY, "sku": {"S": ""}}),
            write_cursor({**KEY, "listing": {"S": "SECRET"}}),
            "W10",  # []
            "bnVsbA",  # null
            "é",
            "\ud800",
        ],
    )
    def test_a_cursor_that_we_did_not_write_is_invalid(self, cursor: str) -> None:
        with pytest.raises(InvalidCursor):
            read_cursor(cursor, LIST)
