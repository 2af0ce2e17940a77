"""Redrives the dead-letter queues: failed compensations, notifications and events."""

from __future__ import annotations

from dataclasses import dataclass

from lab.core.progress import Progress, ignore
from lab.core.target import Target
from lab.operate.redrive import messages, orders
from lab.operate.redrive.messages import Left
from lab.operate.redrive.orders import Settled, settle

__all__ = ["Left", "RedriveReport", "Settled", "run", "settle"]


@dataclass(frozen=True)
class RedriveReport:
    """The result of a redrive.

    `orders` are those of the compensation queue. `notifications` counts the dead letters and
    undelivered notifications that were sent again, `events` the events. `strange` are unknown
    messages, which stay in the queue.
    """

    orders: tuple[Settled, ...] = ()
    notifications: int = 0
    events: int = 0
    strange: tuple[Left, ...] = ()

    @property
    def left(self) -> int:
        """The number of orders and messages that remain in their queues."""
        return sum(not order.final for order in self.orders) + len(self.strange)


def run(target: Target, on_progress: Progress | None = None) -> RedriveReport:
    """Finishes orders, then sends undelivered messages again. Duplicates do no harm.

    Raises LabError if the sweeper fails.
    """
    on_progress = on_progress or ignore
    finished = orders.finish(target, on_progress)
    notifications = messages.send_dead_letters(target, on_progress)
    delivered = messages.deliver(target, on_progress)
    return RedriveReport(
        tuple(finished),
        notifications + delivered.notifications,
        delivered.events,
        delivered.strange,
    )
