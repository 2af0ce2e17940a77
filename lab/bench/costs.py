"""What a checkout would cost on AWS: what was counted, times the list prices of lab/prices.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parent.parent / "prices.json"


@dataclass(frozen=True)
class Usage:
    """What AWS would bill, in the units of lab/prices.json. The names are the keys there."""

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


@dataclass(frozen=True)
class Cost:
    """US dollars in all and for each part, with what was counted."""

    total: float
    parts: Mapping[str, float] = field(default_factory=dict)
    counted: Mapping[str, float] = field(default_factory=dict)


def prices() -> dict[str, float]:
    """The price of one unit of each part, in US dollars."""
    content: dict[str, Any] = json.loads(FILE.read_text())
    return {name: float(entry["price"]) for name, entry in content["prices"].items()}


def cost(usage: Usage, price_of: Mapping[str, float]) -> Cost:
    """What the usage costs. Raises KeyError if a part has no price."""
    counted = {name: float(value) for name, value in asdict(usage).items()}
    parts = {name: value * price_of[name] for name, value in counted.items()}
    return Cost(
        round(sum(parts.values()), 9),
        {name: round(value, 9) for name, value in parts.items()},
        {name: round(value, 6) for name, value in counted.items()},
    )
