"""Empties the queues that wait for a person: what could not be undone, told or sent."""

from __future__ import annotations

from dataclasses import dataclass

from lab.core.target import Target
from lab.operate.redrive import messages, orders
from lab.operate.redrive.messages import Left
from lab.operate.redrive.orders import Say, Settled, settle

__all__ = ["Left", "RedriveReport", "Say", "Settled", "run", "settle"]


@dataclass(frozen=True)
class RedriveReport:
    """What became of the messages.

    `orders` are those of the compensation queue; `notifications` and `events` count what was sent
    on its way once more; `strange` are messages that nothing is known about, which stay.
    """

    orders: tuple[Settled, ...] = ()
    notifications: int = 0
    events: int = 0
    strange: tuple[Left, ...] = ()

    @property
    def left(self) -> int:
        """How many orders and messages are still where they were."""
        return sum(not order.final for order in self.orders) + len(self.strange)


def run(target: Target, on_progress: Say | None = None) -> RedriveReport:
    """Finishes orders, then sends what was not delivered; at worst it comes twice: no harm.

    Raises LabError if the sweeper cannot be asked.
    """
    say = on_progress or (lambda _message: None)
    finished = orders.finish(target, say)
    notifications = messages.send_notifications(target, say)
    delivered = messages.deliver(target, say)
    return RedriveReport(
        tuple(finished),
        notifications + delivered.notifications,
        delivered.events,
        delivered.strange,
    )
