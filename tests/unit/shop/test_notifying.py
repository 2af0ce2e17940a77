"""One mail for each order that ends, however often its event arrives."""

from __future__ import annotations

import pytest

from checkout.domain.errors import Contended, OrderNotFound
from checkout.use_cases.notify_customer import CLAIM, notify_customer
from tests.fake_services import Down
from tests.shop import Shop


def notify(shop: Shop) -> str | None:
    return notify_customer("ord_1", shop.orders, shop.mailer, shop.clock)


@pytest.fixture(autouse=True)
def _confirmed_order(shop: Shop) -> None:
    shop.confirmed()


def test_the_customer_gets_a_mail_and_the_order_remembers_it(shop: Shop) -> None:
    assert notify(shop) == "message-1"
    assert shop.mailer.sent[0].subject == "Your order ord_1 is confirmed"
    assert shop.orders.get("ord_1").mailed_at == shop.clock.now()


def test_the_same_event_again_sends_nothing(shop: Shop) -> None:
    notify(shop)
    shop.clock.advance(hours=1)
    assert notify(shop) is None
    assert len(shop.mailer.sent) == 1


def test_while_another_delivery_is_sending_this_one_is_to_come_again(shop: Shop) -> None:
    shop.orders.claim_mail("ord_1", shop.clock.now(), shop.clock.now() + CLAIM)
    with pytest.raises(Contended):
        notify(shop)
    assert shop.mailer.sent == []


def test_a_delivery_that_died_while_sending_is_made_up_for(shop: Shop) -> None:
    shop.mailer.outages = 1
    with pytest.raises(Down):
        notify(shop)
    with pytest.raises(Contended):
        notify(shop)
    shop.clock.advance(seconds=CLAIM.total_seconds() + 1)
    assert notify(shop) == "message-1"


def test_an_event_about_an_unknown_order_is_an_error(shop: Shop) -> None:
    with pytest.raises(OrderNotFound):
        notify_customer("ord_0", shop.orders, shop.mailer, shop.clock)
