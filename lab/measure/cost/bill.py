"""The monthly costs of an environment: of its orders, fixed costs, and storage.

Uses list prices of the first tier, without the free tier, which is reported separately.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from lab.core.errors import LabError
from lab.measure.cost import prices
from lab.measure.cost.counted import Counted, Structure
from lab.measure.cost.prices import PriceList

HOURS = 730
"""Hours of a month in AWS's calculator."""
DAYS = 365 / 12
SWEEPS = HOURS * 60
"""The sweeper runs every minute."""
POLLS = 5 * 3 * 60 * HOURS
"""Lambda polls an idle queue with five connections that each wait up to 20 seconds.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
"""
OTHER_ALARMS = 6
"""Two each about the API, the workflow and wrong rows; a test compares the stored plans."""
REJECTING = 3
"""Functions whose alarm about errors has a second metric, which is billed: what they reject."""
METRICS_OF_A_TABLE = 2
"""Refused reads and writes, of a table and of each of its indexes."""
FIREWALL_RULES = 4
"""Rules and managed groups of rules in modules/web-firewall; a test compares the stored plans."""
MONTHS_KEPT = 12
"""The assumed age of the shop: old orders are never deleted."""

ORDERS, HOURLY, FIXED, KEPT = "orders", "hourly", "fixed", "kept"
Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """One line of the bill: units of a price in a month."""

    kind: str
    what: str
    price: str
    units: float
    usd: float


@dataclass(frozen=True)
class Bill:
    """The monthly bill of an environment, in US dollars."""

    environment: str
    orders_per_month: int
    lines: tuple[Line, ...]
    free_usd: float

    def total(self, *kinds: str) -> float:
        """The sum of the lines of these kinds, or of all lines."""
        return sum(line.usd for line in self.lines if not kinds or line.kind in kinds)

    @property
    def per_order(self) -> float:
        """The price of one more order, without storage."""
        return self.total(ORDERS) / self.orders_per_month

    def as_dict(self) -> dict[str, Any]:
        """The values for JSON."""
        return {
            "environment": self.environment,
            "orders_per_month": self.orders_per_month,
            "per_order_usd": self.per_order,
            "per_month_usd": self.total(),
            "orders_usd": self.total(ORDERS),
            "hourly_usd": self.total(HOURLY),
            "fixed_usd": self.total(FIXED),
            "kept_usd": self.total(KEPT),
            "free_tier_usd": self.free_usd,
            "lines": [asdict(line) for line in self.lines],
        }


def of(environment: str, settings: Settings, counted: Counted, orders: int) -> Bill:
    """The bill of an environment with these settings (its tfvars) for `orders` a month.

    Raises LabError for fewer than one order, and for a setting without a price.
    """
    if orders < 1:
        raise LabError(f"{orders} orders a month cannot be billed.", "Use 1 or more.", code=2)
    price_list = prices.load()
    units = [
        *((ORDERS, *line) for line in _of_orders(settings, counted, orders)),
        *((FIXED, *line) for line in _fixed(settings, counted)),
        *((HOURLY, *line) for line in _by_the_hour(counted, orders)),
        *((KEPT, *line) for line in _kept(settings, counted, orders)),
    ]
    lines = tuple(
        Line(kind, what, price, amount, amount * price_list.of(price).usd)
        for kind, what, price, amount in units
        if amount
    )
    return Bill(environment, orders, lines, free(lines, price_list))


Unit = tuple[str, str, float]
LABELS = {
    "state_transitions": "steps of the workflow",
    "lambda_requests": "invocations",
    "lambda_gb_seconds": "function time",
    "lambda_arm_gb_seconds": "function time",
    "read_units": "reads",
    "write_units": "writes",
    "events": "events",
    "notifications": "notifications",
    "queue_requests": "queue requests",
    "mails": "mails",
    "api_calls": "API calls",
    "log_gigabytes": "logs taken in",
    "transfer_gigabytes": "answers sent out",
    "traces": "traces",
    "web_acl_requests": "firewall: requests",
    "data_events": "calls in the audit trail",
}


def function_time(settings: Settings) -> str:
    """The name of the price of function time on the environment's architecture."""
    return "lambda_arm_gb_seconds" if settings.get("architecture") == "arm64" else GB_SECONDS


GB_SECONDS = "lambda_gb_seconds"


def gb_seconds(settings: Settings, counted: Counted) -> float:
    """GB-seconds of an order with the environment's memory sizes, at the counted durations."""
    memory = settings.get("memory_mb") or {}
    return sum(
        use.billed_ms / 1e3 * float(memory.get(use.name, use.memory_mb)) / 1024
        for use in counted.functions
    )


def _of_orders(settings: Settings, counted: Counted, orders: int) -> Iterator[Unit]:
    parts = counted.checkout.parts() | {GB_SECONDS: gb_seconds(settings, counted)}
    for name, amount in parts.items():
        price = function_time(settings) if name == GB_SECONDS else name
        yield LABELS[price], price, amount * orders
    if settings.get("tracing"):
        yield LABELS["traces"], "traces", orders
    if settings.get("firewall"):
        yield LABELS["web_acl_requests"], "web_acl_requests", parts["api_calls"] * orders
    if settings.get("audit_trail_days"):
        yield LABELS["data_events"], "data_events", counted.data_events.order * orders


def _by_the_hour(counted: Counted, orders: int) -> Iterator[Unit]:
    """Metrics of the shop: CloudWatch bills each only for the hours in which it was sent.

    Orders are taken to come one by one, each in an hour of its own while there are enough.
    """
    hours = min(HOURS, orders)
    yield "metrics of the shop", "metrics", counted.structure.business_metrics * hours / HOURS


def _fixed(settings: Settings, counted: Counted) -> Iterator[Unit]:
    yield from _sweeper(settings, counted)
    yield "asking the idle queue", "queue_requests", POLLS
    structure = counted.structure
    yield "alarms, by their metrics", "alarms", alarm_metrics(settings, structure)
    yield "composite alarms", "composite_alarms", structure.composite_alarms
    yield "dashboards", "dashboards", structure.dashboards
    of_what = "everything" if settings.get("own_encryption_key") else "the topics"
    yield f"encryption key of {of_what}", "keys", 1
    if settings.get("firewall"):
        yield "firewall", "web_acls", 1
        yield "firewall: rules", "web_acl_rules", FIREWALL_RULES
    if cache := settings.get("api_cache"):
        size = f"{float(cache['size_gb']):g}"
        yield f"API cache of {size} GB", f"cache_hours_{size}", HOURS


def _sweeper(settings: Settings, counted: Counted) -> Iterator[Unit]:
    """The monthly usage of the sweeper, which does not depend on orders."""
    for name, amount in counted.sweep.parts().items():
        price = function_time(settings) if name == GB_SECONDS else name
        yield f"sweeper: {LABELS[price]}", price, amount * SWEEPS
    if settings.get("tracing"):
        yield "sweeper: traces", "traces", SWEEPS
    if settings.get("audit_trail_days"):
        yield "sweeper: audit trail", "data_events", counted.data_events.sweep * SWEEPS


def alarm_metrics(settings: Settings, structure: Structure) -> int:
    """The metrics of all alarms with these thresholds: an alarm is billed for each of its metrics.

    `modules/monitoring` makes no alarm where a threshold is 0; the others are always there.
    """
    thresholds = settings.get("alarm_thresholds") or {}
    tables = METRICS_OF_A_TABLE * (structure.tables + structure.indexes)
    on = {
        "function_throttles": structure.functions,
        "function_time_percent": structure.functions,
        "table_throttles": tables,
        "minutes_without_orders": 1,
    }
    always = structure.functions + REJECTING + structure.watched_queues + OTHER_ALARMS
    return always + sum(count for name, count in on.items() if thresholds.get(name))


def _kept(settings: Settings, counted: Counted, orders: int) -> Iterator[Unit]:
    """The storage after MONTHS_KEPT months at this load."""
    a_month = counted.stored_bytes * orders / 1e9
    tables = a_month * MONTHS_KEPT
    logs = (counted.checkout.log_gigabytes * orders) + counted.sweep.log_gigabytes * SWEEPS
    retention = float(settings["log_retention_days"])
    yield "tables", "table_gigabytes", tables
    if settings.get("recovery_days"):
        yield "point-in-time recovery", "recovery_gigabytes", tables
    nights = int(settings.get("backup_retention_days") or 0)
    yield f"{nights} nightly backups", "backup_gigabytes", backups(a_month, nights)
    yield f"logs of {retention:g} days", "log_storage_gigabytes", logs / DAYS * retention


def backups(gigabytes_a_month: float, nights: int, months: float = MONTHS_KEPT) -> float:
    """The GB of `nights` nightly backups of a table that has grown evenly for `months`.

    Every backup of a DynamoDB table is a full one.
    """
    kept = min(nights, int(months * DAYS))
    a_night = gigabytes_a_month / DAYS
    newest = gigabytes_a_month * months
    return sum(newest - age * a_night for age in range(kept))


def free(lines: Iterable[Line], price_list: PriceList) -> float:
    """The free tier in US dollars: the free units of each price once, for all lines together."""
    units: dict[str, float] = defaultdict(float)
    for line in lines:
        units[line.price] += line.units
    priced = ((price_list.of(name), amount) for name, amount in units.items())
    return sum(min(amount, price.free_per_month) * price.usd for price, amount in priced)
