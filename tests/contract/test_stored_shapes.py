"""What is in the tables, where others read it: the audit, `lab`, the indexes, and the TTL."""

from __future__ import annotations

from checkout.domain.order import OrderStatus
from tests.builders import NOW, a_product, a_quote, a_record, a_reservation, an_order, minutes
from tests.contract.worlds import DynamoWorld


def test_an_order_leaves_the_index_of_open_ones_when_its_end_is_published(
    dynamodb: DynamoWorld,
) -> None:
    order = an_order()
    dynamodb.orders.place(order, a_record(order))
    dynamodb.orders.close("ord_1", OrderStatus.FAILED, NOW, None)
    assert dynamodb.item("orders", orderId="ord_1")["openStatus"] == "OPEN"
    dynamodb.orders.mark_published("ord_1", NOW + minutes(1))
    item = dynamodb.item("orders", orderId="ord_1")
    assert "openStatus" not in item
    assert item["eventAt"] == "2026-11-22T12:01:00.000000Z"


def test_a_reservation_leaves_the_index_of_held_ones_when_it_ends(dynamodb: DynamoWorld) -> None:
    dynamodb.sell(a_product())
    for order_id in ("ord_1", "ord_2"):
        order = an_order(order_id)
        dynamodb.orders.place(order, a_record(order))
        dynamodb.stock.hold(a_reservation(order_id))
        assert dynamodb.item("reservations", orderId=order_id)["heldStatus"] == "HELD"
    dynamodb.orders.confirm("ord_1", NOW)
    dynamodb.stock.release("ord_2", NOW)
    for order_id in ("ord_1", "ord_2"):
        assert "heldStatus" not in dynamodb.item("reservations", orderId=order_id)


def test_a_tombstone_holds_nothing_and_is_in_no_index(dynamodb: DynamoWorld) -> None:
    dynamodb.stock.release("ord_1", NOW)
    item = dynamodb.item("reservations", orderId="ord_1")
    assert (item["status"], item["lines"], item["promotions"]) == ("RELEASED", [], [])
    assert "heldStatus" not in item


def test_a_payment_token_is_gone_when_the_order_has_ended(dynamodb: DynamoWorld) -> None:
    order = an_order()
    dynamodb.orders.place(order, a_record(order))
    assert dynamodb.item("orders", orderId="ord_1")["paymentToken"] == "tok_visa"
    dynamodb.orders.close("ord_1", OrderStatus.FAILED, NOW, None)
    assert "paymentToken" not in dynamodb.item("orders", orderId="ord_1")


def test_an_idempotency_record_expires_by_the_epoch_second(dynamodb: DynamoWorld) -> None:
    order = an_order()
    dynamodb.orders.place(order, a_record(order))
    item = dynamodb.item("idempotency", key="cus_ada#key-of-ord_1")
    assert item["expiresAt"] == int(NOW.timestamp()) + 24 * 3600
    assert item["orderId"] == "ord_1"


def test_money_is_stored_in_minor_units(dynamodb: DynamoWorld) -> None:
    order = an_order()
    dynamodb.orders.place(order, a_record(order))
    dynamodb.orders.save_quote("ord_1", a_quote())
    item = dynamodb.item("orders", orderId="ord_1")
    assert (item["total"], item["currency"], item["subtotal"]) == (2599, "USD", 2000)
    assert item["lines"][0]["total"] == 2000


def test_the_message_id_of_a_mail_is_kept_and_its_claim_is_not(dynamodb: DynamoWorld) -> None:
    order = an_order()
    dynamodb.orders.place(order, a_record(order))
    dynamodb.orders.claim_mail("ord_1", NOW, NOW + minutes(1))
    dynamodb.orders.mark_mailed("ord_1", NOW, "message-1")
    item = dynamodb.item("orders", orderId="ord_1")
    assert item["mailMessageId"] == "message-1"
    assert "mailLeaseUntil" not in item
