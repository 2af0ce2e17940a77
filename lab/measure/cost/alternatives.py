"""Compares the costs of alternative designs, and finds the load above which they are cheaper.

Each comparison covers one part of the bill, at list prices without the free tier.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil

from lab.measure.cost import bill, prices, sizing
from lab.measure.cost.bill import HOURS, Settings
from lab.measure.cost.counted import Counted
from lab.measure.cost.prices import PriceList

SECONDS = HOURS * 3600
TARGET_USE = 0.7
"""The used share of provisioned capacity: the default target of AWS's auto scaling."""
EXPRESS_BASE_MB = 50
EXPRESS_STEP_MB = 64
EXPRESS_STEP_S = 0.1
MAX_ORDERS = 10**9

Monthly = Callable[[float], float]


@dataclass(frozen=True)
class Variant:
    """One part of the bill, now and with an alternative.

    `now_usd` and `instead_usd` are per month. `cheaper_from` is the number of orders a month from
    which the alternative is cheaper: 1 if it always is, None if it never is.
    """

    instead: str
    of: str
    now_usd: float
    instead_usd: float
    cheaper_from: int | None
    gives_up: str

    @property
    def saves_usd(self) -> float:
        """The monthly savings; negative if the alternative costs more."""
        return self.now_usd - self.instead_usd


def of(settings: Settings, counted: Counted, orders: int) -> tuple[Variant, ...]:
    """All comparisons for the settings of an environment, at `orders` a month."""
    price_list = prices.load()
    return tuple(
        Variant(instead, part, now(orders), then(orders), crossing(now, then), gives_up)
        for instead, part, now, then, gives_up in _all(settings, counted, price_list)
    )


def crossing(now: Monthly, then: Monthly) -> int | None:
    """The number of orders a month from which `then` costs less than `now`; None if it never does.

    Assumes at most one crossing: each function is a fixed part and a price per order, or the
    maximum of two such.
    """
    if then(MAX_ORDERS) >= now(MAX_ORDERS):
        return None
    low, high = 0, MAX_ORDERS  # `high` is cheaper
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if then(middle) < now(middle) else (middle, high)
    return high


Case = tuple[str, str, Monthly, Monthly, str]


def _all(settings: Settings, counted: Counted, price_list: PriceList) -> Iterator[Case]:
    yield _express(counted, price_list)
    yield _provisioned(counted, price_list, peak=1)
    yield _provisioned(counted, price_list, peak=3)
    yield _http_api(settings, counted, price_list)
    if settings.get("architecture") != "arm64":
        yield _arm(settings, counted, price_list)
    if counted.memory:
        yield _smaller(settings, counted, price_list)


def express_usd(seconds: float, price_list: PriceList, megabytes: float = EXPRESS_BASE_MB) -> float:
    """The price of an Express execution: a request, and its time in units of 0.1 s and 64 MB."""
    return price_list.of("express_requests").usd + (
        express_gb_seconds(seconds, megabytes) * price_list.of("express_gb_seconds").usd
    )


def express_gb_seconds(seconds: float, megabytes: float = EXPRESS_BASE_MB) -> float:
    """The billed GB-seconds. A workflow takes 50 MB plus its definition and data.

    https://aws.amazon.com/step-functions/pricing/ (example of memory utilization)
    """
    memory = ceil(megabytes / EXPRESS_STEP_MB) * EXPRESS_STEP_MB
    billed = ceil(round(seconds / EXPRESS_STEP_S, 6)) * EXPRESS_STEP_S
    return billed * memory / 1024


def _express(counted: Counted, price_list: PriceList) -> Case:
    standard = counted.checkout.state_transitions * price_list.of("state_transitions").usd
    express = express_usd(counted.execution_s, price_list)
    gives_up = (
        "history only in logs; 5 minutes at most; an order's name no longer stops a second"
        " execution; asynchronous ones run at least once"
    )
    return "an Express workflow", "steps", _line(0, standard), _line(0, express), gives_up


def _provisioned(counted: Counted, price_list: PriceList, peak: float) -> Case:
    usage, structure = counted.checkout, counted.structure
    table_count = structure.tables + structure.indexes
    on_demand = usage.read_units * price_list.of("read_units").usd
    on_demand += usage.write_units * price_list.of("write_units").usd
    reads = _capacity(
        usage.read_units, table_count, peak, price_list.of("provisioned_read_hours").usd
    )
    writes = _capacity(
        usage.write_units, table_count, peak, price_list.of("provisioned_write_hours").usd
    )
    load = "even load" if peak == 1 else f"peaks of {peak:g} times"
    return (
        f"provisioned capacity, {load}",
        "reads and writes",
        _line(0, on_demand),
        lambda orders: reads(orders) + writes(orders),
        "a rush above the capacity is throttled until more is provisioned",
    )


def _capacity(units_per_order: float, table_count: int, peak: float, hour_usd: float) -> Monthly:
    """The monthly price of capacity for `peak` times the mean load; at least 1 unit a table."""
    per_second = units_per_order / SECONDS * peak / TARGET_USE

    def monthly(orders: float) -> float:
        return max(table_count, per_second * orders) * HOURS * hour_usd

    return monthly


def _http_api(settings: Settings, counted: Counted, price_list: PriceList) -> Case:
    calls = counted.checkout.api_calls
    cache = settings.get("api_cache")
    hour = price_list.of(f"cache_hours_{float(cache['size_gb']):g}").usd if cache else 0.0
    fixed, request = _firewall(price_list) if settings.get("firewall") else (0.0, 0.0)
    rest = _line(hour * HOURS + fixed, calls * (price_list.of("api_calls").usd + request))
    http = _line(0, calls * price_list.of("http_api_calls").usd)
    gives_up = "the cache, usage plans and API keys, the firewall, X-Ray"
    return "an HTTP API", "API calls, cache and firewall", rest, http, gives_up


def _firewall(price_list: PriceList) -> tuple[float, float]:
    """US dollars per month, and per request."""
    rules = bill.FIREWALL_RULES * price_list.of("web_acl_rules").usd
    return price_list.of("web_acls").usd + rules, price_list.of("web_acl_requests").usd


def _arm(settings: Settings, counted: Counted, price_list: PriceList) -> Case:
    seconds = bill.gb_seconds(settings, counted)
    sweeps = counted.sweep.lambda_gb_seconds * bill.SWEEPS

    def monthly(price: str) -> Monthly:
        usd = price_list.of(price).usd
        return _line(sweeps * usd, seconds * usd)

    gives_up = "nothing, if every package has a build for it; durations are taken to be the same"
    x86, arm = monthly("lambda_gb_seconds"), monthly("lambda_arm_gb_seconds")
    return "functions on arm64", "function time", x86, arm, gives_up


def _smaller(settings: Settings, counted: Counted, price_list: PriceList) -> Case:
    """Function time, by the model for both sizes, so that they are comparable."""
    now, best, slower_ms = 0.0, 0.0, 0.0
    configured = settings.get("memory_mb") or {}
    sizes = {one.measured.name: one for one in sizing.of(counted.memory, price_list)}
    for use in counted.functions:
        one, size = sizes[use.name], int(configured.get(use.name, use.memory_mb))
        present = sizing.size_of(one.measured, size, price_list)
        cheapest = one.cheapest or present
        now += use.invocations * present.usd_per_million / sizing.MILLION
        best += use.invocations * cheapest.usd_per_million / sizing.MILLION
        slower_ms += use.invocations * (cheapest.duration_ms - present.duration_ms)
    gives_up = f"{slower_ms:.0f} ms of an order's function time, by the model of `--memory`"
    instead = "functions of the cheapest memory"
    return instead, "function time and requests", _line(0, now), _line(0, best), gives_up


def _line(fixed: float, per_order: float) -> Monthly:
    return lambda orders: fixed + per_order * orders
