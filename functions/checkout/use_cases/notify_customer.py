"""One mail for each order that ends, however often its event arrives."""

from __future__ import annotations

from datetime import timedelta

from checkout.domain import mail
from checkout.domain.errors import Contended
from checkout.ports import Clock, Mailer, Orders

CLAIM = timedelta(seconds=30)
"""Longer than the notifier may run, so that two never send at the same time."""


def notify_customer(order_id: str, orders: Orders, mailer: Mailer, clock: Clock) -> str | None:
    """Sends the mail about the order's end and returns its message id, None if it was sent.

    Raises `MailNotSent`, or `Contended` while another delivery of the same event is sending: the
    queue then delivers this one again, in case the other one dies.
    """
    order = orders.get(order_id)
    if order.mailed_at:
        return None
    now = clock.now()
    if not orders.claim_mail(order_id, now, now + CLAIM):
        raise Contended(f"The mail about {order_id} is being sent")
    message_id = mailer.send(mail.about(order))
    orders.mark_mailed(order_id, clock.now(), message_id)
    return message_id
