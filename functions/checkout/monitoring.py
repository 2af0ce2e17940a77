"""What people must look at, since the checkout cannot mend it: in the log, and as a metric.

Each of the two metrics has an alarm (terraform/modules/monitoring/alarms.tf).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checkout import metrics
from checkout.adapters.rows import Logged
from checkout.domain.errors import WrongRow, WrongSetting


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
