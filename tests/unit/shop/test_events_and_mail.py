"""What the world and the customer are told."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from checkout.domain import events, mail
from checkout.domain.order import OrderStatus, Rejection, RejectionCode
from checkout.domain.pricing import AppliedCode
from checkout.domain.stock import StockLevel
from tests.builders import a_product, a_quote, a_request, an_address, an_ended_order, usd

REJECTED = Rejection(RejectionCode.OUT_OF_STOCK, "Not enough in stock: TEA")


class TestEvents:
    @pytest.mark.parametrize(
        ("status", "name"),
        [
            (OrderStatus.CONFIRMED, "OrderConfirmed"),
            (OrderStatus.REJECTED, "OrderRejected"),
            (OrderStatus.FAILED, "OrderFailed"),
        ],
    )
    def test_an_event_is_named_in_the_past_tense(self, status: OrderStatus, name: str) -> None:
        assert events.order_ended(an_ended_order(status)).type == name

    def test_an_event_has_ids_and_amounts_and_the_moment_of_the_end(self) -> None:
        event = events.order_ended(an_ended_order(OrderStatus.REJECTED, rejection=REJECTED))
        assert event.detail == {
            "orderId": "ord_1",
            "customerId": "cus_ada",
            "correlationId": "request-1",
            "status": "REJECTED",
            "at": "2026-11-22T12:01:00+00:00",
            "total": {"amount": 2599, "currency": "USD"},
            "reason": "OUT_OF_STOCK",
        }

    def test_an_order_that_was_never_priced_has_an_event_all_the_same(self) -> None:
        event = events.order_ended(an_ended_order(OrderStatus.FAILED, quote=None))
        assert "total" not in event.detail

    def test_no_event_has_personal_data(self) -> None:
        told = json.dumps(events.order_ended(an_ended_order()).detail)
        for secret in ("Ada", "Analytical", "ada@example.com", "tok_visa"):
            assert secret not in told

    def test_refunds_and_low_stock_have_events(self) -> None:
        refund = events.payment_refunded(an_ended_order(), usd(5))
        assert (refund.type, refund.detail["amount"]["amount"]) == ("PaymentRefunded", 5)
        low = events.stock_low(StockLevel("TEA", 2, 3))
        assert low == events.Event("StockLow", {"sku": "TEA", "available": 2, "threshold": 3})

    def test_every_event_has_the_id_of_the_request_that_it_comes_of(self) -> None:
        told = [
            events.order_ended(an_ended_order()),
            events.payment_refunded(an_ended_order(), usd(5)),
            events.stock_low(StockLevel("TEA", 2, 3), "request-1"),
        ]
        assert {event.detail["correlationId"] for event in told} == {"request-1"}


class TestMail:
    def test_a_mail_has_the_id_of_the_request(self) -> None:
        assert mail.about(an_ended_order()).correlation_id == "request-1"

    def test_a_confirmation_has_the_bill(self) -> None:
        sent = mail.about(an_ended_order())
        assert sent.to == "ada@example.com"
        assert sent.subject == "Your order ord_1 is confirmed"
        for part in ("Hello Ada Byron,", mail.THANKS, "2 x The TEA", "20.00 USD", "25.99 USD"):
            assert part in sent.text
            assert part in sent.html

    def test_the_rows_of_the_bill_add_up_to_the_total(self) -> None:
        line = replace(a_quote().lines[0], discount=usd(200))
        applied = (AppliedCode("TEN", "Ten percent off", usd(200)),)
        quote = a_quote(lines=(line,), discount=usd(200), total=usd(2399), applied=applied)
        sent = mail.about(an_ended_order(quote=quote))
        for row in ("2 x The TEA", "20.00 USD", "Discount (TEN)", "-2.00 USD", "Shipping"):
            assert row in sent.text
            assert row in sent.html
        *rows, total = [float(found) for found in re.findall(r"(-?[\d.]+) USD$", sent.text, re.M)]
        assert (round(sum(rows), 2), total) == (23.99, 23.99)

    def test_a_bill_without_a_discount_does_not_speak_of_one(self) -> None:
        assert "Discount" not in mail.about(an_ended_order()).text

    @pytest.mark.parametrize("code", RejectionCode)
    def test_a_rejection_says_why_and_has_no_bill(self, code: RejectionCode) -> None:
        order = an_ended_order(OrderStatus.REJECTED, rejection=Rejection(code, "internal"))
        sent = mail.about(order)
        assert mail.REASONS[code] in sent.text
        assert "25.99" not in sent.text
        assert "internal" not in sent.text

    def test_a_failure_is_called_ours(self) -> None:
        sent = mail.about(an_ended_order(OrderStatus.FAILED))
        assert mail.FAILED in sent.text
        assert "25.99" not in sent.text

    def test_what_people_and_products_are_called_is_escaped_in_html(self) -> None:
        line = a_quote().lines[0]
        evil = a_product(name="<script>tea</script>")
        order = an_ended_order(
            request=a_request(shipping_address=an_address(name='<b>Ada & "Co"</b>')),
            quote=a_quote(lines=(type(line)(**{**vars(line), "name": evil.name}),)),
        )
        sent = mail.about(order)
        assert "<b>Ada" not in sent.html
        assert "&lt;b&gt;Ada &amp; &quot;Co&quot;&lt;/b&gt;" in sent.html
        assert "<script>" not in sent.html
        assert '<b>Ada & "Co"</b>' in sent.text
