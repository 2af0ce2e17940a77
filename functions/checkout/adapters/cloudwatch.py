"""What the checkout writes to CloudWatch: events that are counted, and what people must look at.

The metrics are those of checkout/metrics.py. `WrongRows` and `NotGivenBack` each have an alarm
(terraform/modules/monitoring/alarms.tf).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checkout import metrics
from checkout.adapters.rows import Logged
from checkout.domain.errors import WrongRow, WrongSetting
from checkout.domain.events import Event
from checkout.ports import Events


@dataclass(frozen=True)
class Monitor(Logged):
    """Logs at level ERROR, and counts. See `ports.Monitoring`."""

    environment: str

    def wrong_row(self, table: str, key: str, wrong: WrongRow) -> None:
        """See `ports.Monitoring`."""
        super().wrong_row(table, key, wrong)
        metrics.put(metrics.WRONG_ROWS, self.environment)

    def wrong_setting(self, wrong: WrongSetting) -> None:
        """See `ports.Monitoring`."""
        super().wrong_setting(wrong)
        metrics.put(metrics.WRONG_ROWS, self.environment)

    def not_given_back(self, order_id: str, losses: Sequence[str]) -> None:
        """See `ports.Monitoring`."""
        super().not_given_back(order_id, losses)
        metrics.put(metrics.NOT_GIVEN_BACK, self.environment, len(losses))


@dataclass(frozen=True)
class CountedEvents:
    """An event bus whose events are counted: at least once, as they are published."""

    bus: Events
    environment: str

    def publish(self, event: Event) -> None:
        """See `ports.Events`. What could not be published is not counted."""
        self.bus.publish(event)
        for metric, value, dimensions in _counted(event):
            metrics.put(metric, self.environment, value, **dimensions)


def _counted(event: Event) -> Iterator[tuple[metrics.Metric, float, dict[str, str]]]:
    detail = event.detail
    match event.type:
        case "OrderConfirmed":
            yield metrics.ORDERS_CONFIRMED, 1, {}
            yield (
                metrics.REVENUE,
                detail["total"]["amount"],
                {"currency": detail["total"]["currency"]},
            )
        case "OrderRejected":
            yield metrics.ORDERS_REJECTED, 1, {"reason": detail["reason"]}
        case "OrderFailed":
            yield metrics.ORDERS_FAILED, 1, {}
        case "PaymentRefunded":
            yield (
                metrics.REFUNDS,
                detail["amount"]["amount"],
                {"currency": detail["amount"]["currency"]},
            )
        case "StockLow":
            yield metrics.STOCK_LOW, 1, {}
