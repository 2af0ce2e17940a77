"""Usage in the units that AWS bills, and its price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from lab.measure.cost.prices import PriceList


@dataclass(frozen=True)
class Usage:
    """The billed units, with the names of lab/measure/cost/prices.json."""

    state_transitions: float = 0
    lambda_requests: float = 0
    lambda_gb_seconds: float = 0
    read_units: float = 0
    write_units: float = 0
    events: float = 0
    notifications: float = 0
    queue_requests: float = 0
    mails: float = 0
    api_calls: float = 0
    log_gigabytes: float = 0
    transfer_gigabytes: float = 0

    def times(self, factor: float) -> Usage:
        """The usage multiplied by `factor`."""
        return Usage(**{name: value * factor for name, value in asdict(self).items()})

    def parts(self) -> dict[str, float]:
        """The units by name."""
        return {name: float(value) for name, value in asdict(self).items()}


@dataclass(frozen=True)
class Cost:
    """The price in US dollars, in total and by part, with the units."""

    total: float
    parts: Mapping[str, float] = field(default_factory=dict)
    counted: Mapping[str, float] = field(default_factory=dict)


def cost(usage: Usage, prices: PriceList) -> Cost:
    """The price of a usage at list prices. Raises LabError if a part has no price."""
    counted = usage.parts()
    parts = {name: value * prices.of(name).usd for name, value in counted.items()}
    return Cost(
        round(sum(parts.values()), 9),
        {name: round(value, 9) for name, value in parts.items()},
        {name: round(value, 6) for name, value in counted.items()},
    )
