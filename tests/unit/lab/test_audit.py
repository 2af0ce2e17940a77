"""The audit: clean books pass, and each way to break them is found, with the row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from checkout.domain.money import Money
from checkout.domain.payment import Charge
from lab.operate import audit
from lab.operate.audit import AuditReport, Books
from tests.unit.lab.audit_books import (
    NOW,
    Data,
    a_charge,
    a_key,
    a_reservation,
    ago,
    an_entry,
    audited,
    clean_books,
    order,
    row,
    said,
)


def test_clean_books_pass_and_every_guarantee_has_looked_at_something() -> None:
    report = audited(clean_books())
    assert said(report) == []
    assert [f.number for f in report.findings] == [1, 2, 3, 4, 5, 6, 7]
    assert all(f.checked for f in report.findings)
    assert report.clean


def test_empty_books_are_clean() -> None:
    assert audited({name: [] for name in clean_books()}).settled


def test_an_order_under_way_keeps_the_books_clean_but_not_settled() -> None:
    report = audited(clean_books())
    assert (report.clean, report.in_flight, report.settled) == (True, 1, False)


def test_a_mail_that_is_still_on_its_way_is_no_mistake_yet() -> None:
    data = clean_books()
    declined = order(data, "declined")
    declined["history"][-1]["at"] = ago(10)
    del declined["mailAt"], declined["mailMessageId"]
    report = audited(data)
    assert (said(report), report.in_flight) == ([], 2)
    late = audited(data, delivery_grace_s=5)
    assert said(late) == ["7: ord_declined: ended REJECTED at 11:59:50, but its mail is not out"]


def test_an_order_under_way_may_not_have_been_charged_yet() -> None:
    data = clean_books()
    data["payments"] = [p for p in data["payments"] if "ord_open" not in p["paymentId"]]
    assert audited(data).clean


def test_a_key_may_be_used_again_after_a_day() -> None:
    data = clean_books()
    order(data, "declined").update(idempotencyKey="key-sold", createdAt=ago(100_000))
    row(data, "idempotency", orderId="ord_declined").update(orderId="ord_sold", key="ada#key-sold")
    assert said(audited(data)) == []


def test_the_report_as_data_says_whether_it_is_clean() -> None:
    assert audited(clean_books()).as_dict()["clean"] is True


Break = Callable[[Data], object]
BREAKS: dict[str, tuple[Break, str]] = {
    "less than nothing on the shelf": (
        lambda d: row(d, "inventory", sku="POT").update(initial=-1, available=-1),
        "1: POT: available is -1",
    ),
    "less than nothing in a shard": (
        lambda d: (
            row(d, "inventory", sku="HOT").update(available=10),
            row(d, "inventory", sku="HOT#1").update(available=-1),
        ),
        "1: HOT#1: available is -1",
    ),
    "a shard that lost a piece": (
        lambda d: row(d, "inventory", sku="HOT#1").update(available=4),
        "2: HOT: initial 9 is not available 8 + held 0 + sold 0: off by -1",
    ),
    "a shard that is gone": (
        lambda d: d["inventory"].pop(),
        "2: HOT: initial 9 is not available 4 + held 0 + sold 0: off by -5",
    ),
    "a piece that is gone": (
        lambda d: row(d, "inventory", sku="MUG").update(available=95),
        "2: MUG: initial 100 is not available 95 + held 2 + sold 2: off by -1",
    ),
    "a piece that came from nowhere": (
        lambda d: row(d, "inventory", sku="POT").update(available=6),
        "2: POT: initial 5 is not available 6 + held 0 + sold 0: off by +1",
    ),
    "a sold product without stock record": (
        lambda d: d["inventory"].pop(0),
        "2: MUG: held 2 and sold 2, but it has no stock record",
    ),
    "stock released for a confirmed order": (
        lambda d: row(d, "reservations", orderId="ord_sold").update(status="RELEASED"),
        "2: ord_sold: is CONFIRMED, but its reservation is RELEASED",
    ),
    "a confirmed order without a reservation": (
        lambda d: d["reservations"].pop(0),
        "2: ord_sold: is CONFIRMED, but it has no reservation",
    ),
    "stock committed for a failed order": (
        lambda d: row(d, "reservations", orderId="ord_failed").update(status="COMMITTED"),
        "2: ord_failed: is FAILED, but its reservation is COMMITTED",
    ),
    "a reservation of something else than was sold": (
        lambda d: row(d, "reservations", orderId="ord_sold").update(
            lines=[{"sku": "MUG", "quantity": 3}]
        ),
        "2: ord_sold: sold 2 of MUG, but its reservation took 3 of MUG",
    ),
    "a reservation without an order": (
        lambda d: d["reservations"].append(a_reservation("ghost", "RELEASED")),
        "2: ord_ghost: has a RELEASED reservation, but is no order",
    ),
    "a confirmed order that nobody paid": (
        lambda d: d["payments"].remove(an_entry("sold", "CAPTURED")),
        "3: ord_sold: captured 0 - refunded 0 is not its total 4199",
    ),
    "a confirmed order that was paid in part": (
        lambda d: row(d, "payments", paymentId="order#ord_sold", entry="CAPTURED").update(amount=1),
        "3: ord_sold: captured 1 - refunded 0 is not its total 4199",
    ),
    "a failed order that was not refunded": (
        lambda d: d["payments"].remove(an_entry("failed", "REFUNDED")),
        "3: ord_failed: is FAILED, but captured 4199 - refunded 0 is 4199",
    ),
    "a refund of what was never captured": (
        lambda d: d["payments"].append(an_entry("declined", "REFUNDED")),
        "3: ord_declined: is REJECTED, but captured 0 - refunded 4199 is -4199",
    ),
    "a payment in another currency": (
        lambda d: row(d, "payments", paymentId="order#ord_sold", entry="CAPTURED").update(
            currency="EUR"
        ),
        "3: ord_sold: is in USD, but was paid in EUR",
    ),
    "a ledger without an order": (
        lambda d: d["payments"].append(an_entry("ghost", "CAPTURED")),
        "3: ord_ghost: has a ledger (4199 kept), but is no order",
    ),
    "a charge at the gateway that the ledger has not": (
        lambda d: row(d, "payments", paymentId="gateway#ord_declined:charge").update(
            status="CAPTURED"
        ),
        "3: ord_declined: the gateway took 4199, but the ledger says 0",
    ),
    "a payment in the ledger that the gateway has not": (
        lambda d: d["payments"].remove(a_charge("sold", "CAPTURED")),
        "3: ord_sold: the gateway took 0, but the ledger says 4199",
    ),
    "a gateway that took another currency": (
        lambda d: row(d, "payments", paymentId="gateway#ord_sold:charge").update(currency="EUR"),
        "3: ord_sold: is in USD, but the gateway took EUR",
    ),
    "money still held for a failed order": (
        lambda d: row(d, "payments", paymentId="gateway#ord_failed:charge").update(
            status="AUTHORISED"
        ),
        "3: ord_failed: is FAILED, but the gateway still holds 4199 of the customer's",
    ),
    "a charge at the gateway without an order": (
        lambda d: d["payments"].append(a_charge("ghost", "CAPTURED")),
        "3: ord_ghost:charge: the gateway took 4199 and holds 0 for no order",
    ),
    "two orders under one key": (
        lambda d: order(d, "declined").update(idempotencyKey="key-sold", createdAt=ago(3599)),
        "4: ord_declined: has the key key-sold of ada, like ord_sold",
    ),
    "a key that stands for no order": (
        lambda d: d["idempotency"].append(a_key("ghost")),
        "4: ada#key-ghost: stands for ord_ghost, no order of this key",
    ),
    "a key that stands for somebody else's order": (
        lambda d: row(d, "idempotency", orderId="ord_sold").update(key="eve#key-sold"),
        "4: eve#key-sold: stands for ord_sold, no order of this key",
    ),
    "an order that was charged more than was agreed to": (
        lambda d: order(d, "sold").update(expectedTotal={"amount": 4198, "currency": "USD"}),
        "3: ord_sold: captured 4199, but 4198 was agreed to",
    ),
    "one whose money went back is no better": (
        lambda d: order(d, "failed").update(expectedTotal={"amount": 1, "currency": "USD"}),
        "3: ord_failed: captured 4199, but 1 was agreed to",
    ),
    "an order that was charged in another currency": (
        lambda d: order(d, "sold").update(expectedTotal={"amount": 9999, "currency": "EUR"}),
        "3: ord_sold: captured 4199 in USD, but EUR was agreed to",
    ),
    "stock that is no number": (
        lambda d: row(d, "inventory", sku="POT").update(available="plenty"),
        "1: POT: available is -1",
    ),
    "two orders with a first order's code": (
        lambda d: [r.update(firstOrder=True) for r in d["reservations"]],
        "6: ada: has 2 orders with codes that are for a first order",
    ),
    "a first order's counter that is wrong": (
        lambda d: row(d, "reservations", orderId="ord_sold").update(firstOrder=True),
        "6: #FIRST-ORDER: its counter for ada says 0, the orders 1",
    ),
    "an order that nobody finished": (
        lambda d: order(d, "open").update(createdAt=ago(901)),
        "5: ord_open: is PENDING since 2026-11-22 11:44:59",
    ),
    "an order that has no time": (
        lambda d: order(d, "open").pop("createdAt"),
        "5: ord_open: is PENDING since 1970-01-01 00:00:00",
    ),
    "a reservation that nobody gave back": (
        lambda d: row(d, "reservations", orderId="ord_open").update(
            expiresAt=int((NOW - timedelta(seconds=901)).timestamp())
        ),
        "5: ord_open: still holds 2 of MUG, expired 2026-11-22 11:44:59",
    ),
    "an unknown status": (
        lambda d: order(d, "open").update(status="SHIPPED"),
        "5: ord_open: has the unknown status 'SHIPPED'",
    ),
    "an order that went on after its end": (
        lambda d: order(d, "sold")["history"].insert(1, {"status": "FAILED", "at": ago(3599)}),
        "5: ord_sold: is CONFIRMED, but its history is PENDING → FAILED → CONFIRMED",
    ),
    "a promotion beyond its limit": (
        lambda d: (
            row(d, "promotions", code="LUCKY").update(redemptions=3),
            row(d, "reservations", orderId="ord_failed").update(status="HELD"),
        ),
        "6: LUCKY: redeemed 3 times, limit 2",
    ),
    "a promotion whose counter is wrong": (
        lambda d: row(d, "promotions", code="LUCKY").update(redemptions=1),
        "6: LUCKY: its counter says 1, its orders 2",
    ),
    "a code that is no promotion": (
        lambda d: row(d, "reservations", orderId="ord_open").update(promotions=["GHOST"]),
        "6: GHOST: redeemed 1 times, but is no promotion",
    ),
    "a customer beyond the limit": (
        lambda d: row(d, "reservations", orderId="ord_open").update(promotions=["ONCE"]),
        "6: ONCE: redeemed 2 times by ada, limit 1 for each customer",
    ),
    "a customer's counter that is wrong": (
        lambda d: row(d, "promotions", code="ONCE", scope="CUSTOMER#ada").update(redemptions=0),
        "6: ONCE: its counter for ada says 0, the orders 1",
    ),
    "a customer's counter that is missing": (
        lambda d: d["promotions"].remove(row(d, "promotions", code="LUCKY", scope="CUSTOMER#ada")),
        "6: LUCKY: its counter for ada says 0, the orders 2",
    ),
    "an end without its event": (
        lambda d: order(d, "failed").pop("eventAt"),
        "7: ord_failed: ended FAILED at 11:00:02, but its event is not out",
    ),
    "an end without its mail": (
        lambda d: order(d, "sold").pop("mailAt"),
        "7: ord_sold: ended CONFIRMED at 11:00:02, but its mail is not out",
    ),
    "a mail that nobody accepted": (
        lambda d: order(d, "sold").pop("mailMessageId"),
        "7: ord_sold: ended CONFIRMED at 11:00:02, but its mail is not out",
    ),
    "a mail before the end": (
        lambda d: order(d, "open").update(mailAt=ago(1)),
        "7: ord_open: is PENDING, but its event or its mail is out",
    ),
    "one mail for two orders": (
        lambda d: order(d, "failed").update(mailMessageId="mail-sold"),
        "7: ord_failed: shares the mail mail-sold with another order",
    ),
    "two mails for one order": (
        lambda d: d.update(mails=["ord_sold", "ord_failed", "ord_sold"]),  # type: ignore[list-item]
        "7: ord_sold: the customer got 2 mails about it",
    ),
}


@pytest.mark.parametrize(("spoil", "expected"), BREAKS.values(), ids=BREAKS)
def test_a_broken_row_is_found_and_named(spoil: Break, expected: str) -> None:
    data = clean_books()
    spoil(data)
    report = audited(data)
    assert expected in said(report)
    assert not report.clean


@pytest.mark.parametrize("agreed", [4199, 5000])
def test_an_order_that_cost_no_more_than_was_agreed_to_is_clean(agreed: int) -> None:
    data = clean_books()
    order(data, "sold")["expectedTotal"] = {"amount": agreed, "currency": "USD"}
    assert audited(data).clean


def test_what_could_not_be_given_back_is_told_and_breaks_nothing() -> None:
    data = clean_books()
    lost = "a redemption of GONE: its counter for everybody was reset or is gone"
    row(data, "reservations", orderId="ord_failed")["notGivenBack"] = [lost]
    report = audited(data)
    assert report.clean
    assert [str(row) for row in report.lost] == [f"ord_failed: could not give back {lost}"]
    assert report.as_dict()["lost"]


def test_a_first_order_with_its_counter_is_clean() -> None:
    data = clean_books()
    row(data, "reservations", orderId="ord_sold")["firstOrder"] = True
    counter = {"code": "#FIRST-ORDER", "scope": "CUSTOMER#ada", "redemptions": 1}
    data["promotions"].append(counter)
    assert audited(data).clean


def test_every_guarantee_is_broken_by_some_test() -> None:
    assert {expected[0] for _, expected in BREAKS.values()} == set("1234567")


# --- other providers


def asked(*charges: Charge | None) -> AuditReport:
    """The clean books, and a provider's; with None, of one that tells nothing."""
    data = clean_books()
    data["payments"] = [p for p in data["payments"] if p["paymentId"].startswith("order#")]
    told = None if None in charges else charges
    return audit.audit(Books(**data, charges=told), NOW)  # type: ignore[arg-type]


def usd(amount: int) -> Money:
    return Money(amount, "USD")


SOLD = Charge("ord_sold:charge", captured=usd(4199))
FAILED = Charge("ord_failed:charge", captured=usd(4199), refunded=usd(4199))


def test_a_provider_that_agrees_breaks_nothing() -> None:
    report = asked(SOLD, FAILED)
    assert (said(report), report.notes) == ([], ())


@pytest.mark.parametrize(
    ("charges", "broken"),
    [
        ((FAILED,), "3: ord_sold: the gateway took 0, but the ledger says 4199"),
        ((SOLD, replace(FAILED, refunded=usd(4000))), "3: ord_failed: the gateway took 199, but"),
        ((replace(SOLD, captured=Money(4199, "EUR")), FAILED), "3: ord_sold: is in USD, but the"),
        ((SOLD, FAILED, Charge("ord_x:charge", captured=usd(1))), "3: ord_x:charge: the gateway"),
        (
            (SOLD, replace(FAILED, authorised=usd(5))),
            "3: ord_failed: is FAILED, but the gateway st",
        ),
    ],
)
def test_a_provider_that_does_not_agree_is_told_of(charges: tuple[Charge], broken: str) -> None:
    (found,) = said(asked(*charges))
    assert found.startswith(broken)


def test_without_the_providers_books_the_report_says_so() -> None:
    report = asked(None)
    assert said(report) == []
    assert report.notes == (
        "Money was compared with the ledger only: the payment provider's charges are unknown.",
    )
