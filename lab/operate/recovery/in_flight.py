"""Orders whose end the customer may not have heard of when the backup was made.

Their mail was in a queue, and queues are in no backup. So such an order comes back as one whose
end was not told yet: the sweeper puts its event on the bus again, and the notifier sends the mail.
At worst it comes twice.
"""

from __future__ import annotations

from lab.operate.recovery.items import Item

OPEN = {"S": "OPEN"}
"""What keeps an order in the index that the sweeper reads."""


def is_untold(order: Item) -> bool:
    """Whether its event is out, but no mail was sent that we know of."""
    return "eventAt" in order and "mailAt" not in order


def reopened(order: Item) -> Item:
    """The order before its event was out."""
    kept = {name: value for name, value in order.items() if name != "eventAt"}
    return kept | {"openStatus": OPEN}
