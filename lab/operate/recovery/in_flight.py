"""Orders whose mail may not have been sent when the backup was made.

The mail was in a queue, and backups have no queues. Therefore such an order is restored without its
event: the sweeper publishes the event again, and the notifier sends the mail. At worst the customer
gets it twice.
"""

from __future__ import annotations

from lab.operate.recovery.items import Item

OPEN = {"S": "OPEN"}
"""The value that puts an order into the index that the sweeper reads."""


def awaits_mail(order: Item) -> bool:
    """Whether the event of the order is published, but no mail is recorded."""
    return "eventAt" in order and "mailAt" not in order


def reopened(order: Item) -> Item:
    """The order as it was before its event was published."""
    kept = {name: value for name, value in order.items() if name != "eventAt"}
    return kept | {"openStatus": OPEN}
