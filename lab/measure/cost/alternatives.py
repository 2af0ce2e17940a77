"""The same shop built otherwise: which is cheaper, from which load on.

Each comparison is of one part of the bill, at list prices without a free tier.
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
"""The share of provisioned capacity that is used: what AWS's automatic scaling aims at."""
EXPRESS_BASE_MB = 50
EXPRESS_STEP_MB = 64
EXPRESS_STEP_S = 0.1
MOST_ORDERS = 10**9

Monthly = Callable[[float], float]


@dataclass(frozen=True)
class Variant:
    """One part of the bill as it is, and as it would be.

    `now_usd` and `instead_usd` are of a month. `cheaper_from` is the orders a month from which on
    the other way is cheaper: 1 where it always is, None where it never is.
    """

    instead: str
    of: str
    now_usd: float
    instead_usd: float
    cheaper_from: int | None
    gives_up: str

    @property
    def saves_usd(self) -> float:
        """What it saves in a month; negative where it costs more."""
        return self.now_usd - self.instead_usd


def of(settings: Settings, counted: Counted, orders: int) -> tuple[Variant, ...]:
    """Every comparison for an environment's settings, at `orders` a month."""
    listed = prices.load()
    return tuple(
        Variant(instead, part, now(orders), then(orders), crossing(now, then), gives_up)
        for instead, part, now, then, gives_up in _all(settings, counted, listed)
    )


def crossing(now: Monthly, then: Monthly) -> int | None:
    """The fewest orders a month at which `then` costs less, if it stays so; None if none do.

    Assumes that there is one crossing at most: each is a fixed part and a price per order, or the
    larger of two such.
    """
    if then(MOST_ORDERS) >= now(MOST_ORDERS):
        return None
    low, high = 0, MOST_ORDERS  # `high` is cheaper
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if then(middle) < now(middle) else (middle, high)
    return high


Case = tuple[str, str, Monthly, Monthly, str]


def _all(settings: Settings, counted: Counted, listed: PriceList) -> Iterator[Case]:
    yield _express(counted, listed)
    yield _provisioned(counted, listed, peak=1)
    yield _provisioned(counted, listed, peak=3)
    yield _http_api(settings, counted, listed)
    if settings.get("architecture") != "arm64":
        yield _arm(settings, counted, listed)
    if counted.memory:
        yield _smaller(settings, counted, listed)


def express_usd(seconds: float, listed: PriceList, megabytes: float = EXPRESS_BASE_MB) -> float:
    """One execution of an Express workflow: a request, and its time in steps of 0.1 s and 64 MB."""
    return listed.of("express_requests").usd + (
        express_gb_seconds(seconds, megabytes) * listed.of("express_gb_seconds").usd
    )


def express_gb_seconds(seconds: float, megabytes: float = EXPRESS_BASE_MB) -> float:
    """The billed GB-seconds; a workflow needs 50 MB, its definition and the data of its steps.

    https://aws.amazon.com/step-functions/pricing/ (example of memory utilization)
    """
    memory = ceil(megabytes / EXPRESS_STEP_MB) * EXPRESS_STEP_MB
    billed = ceil(round(seconds / EXPRESS_STEP_S, 6)) * EXPRESS_STEP_S
    return billed * memory / 1024


def _express(counted: Counted, listed: PriceList) -> Case:
    standard = counted.checkout.state_transitions * listed.of("state_transitions").usd
    express = express_usd(counted.execution_s, listed)
    gives_up = (
        "history only in logs; 5 minutes at most; an order's name no longer stops a second"
        " execution; asynchronous ones run at least once"
    )
    return "an Express workflow", "steps", _line(0, standard), _line(0, express), gives_up


def _provisioned(counted: Counted, listed: PriceList, peak: float) -> Case:
    usage, structure = counted.checkout, counted.structure
    shelves = structure.tables + structure.indexes
    on_demand = usage.read_units * listed.of("read_units").usd
    on_demand += usage.write_units * listed.of("write_units").usd
    reads = _capacity(usage.read_units, shelves, peak, listed.of("provisioned_read_hours").usd)
    writes = _capacity(usage.write_units, shelves, peak, listed.of("provisioned_write_hours").usd)
    load = "even load" if peak == 1 else f"peaks of {peak:g} times"
    return (
        f"provisioned capacity, {load}",
        "reads and writes",
        _line(0, on_demand),
        lambda orders: reads(orders) + writes(orders),
        "a rush above the capacity is throttled until more is provisioned",
    )


def _capacity(units_per_order: float, shelves: int, peak: float, hour_usd: float) -> Monthly:
    """A month of capacity that `peak` times the mean load uses to 70 %, 1 unit each at least."""
    per_second = units_per_order / SECONDS * peak / TARGET_USE

    def monthly(orders: float) -> float:
        return max(shelves, per_second * orders) * HOURS * hour_usd

    return monthly


def _http_api(settings: Settings, counted: Counted, listed: PriceList) -> Case:
    calls = counted.checkout.api_calls
    cache = settings.get("api_cache")
    hour = listed.of(f"cache_hours_{float(cache['size_gb']):g}").usd if cache else 0.0
    fixed, request = _firewall(listed) if settings.get("firewall") else (0.0, 0.0)
    rest = _line(hour * HOURS + fixed, calls * (listed.of("api_calls").usd + request))
    http = _line(0, calls * listed.of("http_api_calls").usd)
    gives_up = "the cache, usage plans and API keys, the firewall, X-Ray"
    return "an HTTP API", "API calls, cache and firewall", rest, http, gives_up


def _firewall(listed: PriceList) -> tuple[float, float]:
    """US dollars a month, and for a request."""
    rules = bill.FIREWALL_RULES * listed.of("web_acl_rules").usd
    return listed.of("web_acls").usd + rules, listed.of("web_acl_requests").usd


def _arm(settings: Settings, counted: Counted, listed: PriceList) -> Case:
    seconds = bill.gb_seconds(settings, counted)
    sweeps = counted.sweep.lambda_gb_seconds * bill.SWEEPS

    def monthly(price: str) -> Monthly:
        usd = listed.of(price).usd
        return _line(sweeps * usd, seconds * usd)

    gives_up = "nothing, if every package has a build for it; durations are taken to be the same"
    x86, arm = monthly("lambda_gb_seconds"), monthly("lambda_arm_gb_seconds")
    return "functions on arm64", "function time", x86, arm, gives_up


def _smaller(settings: Settings, counted: Counted, listed: PriceList) -> Case:
    """Function time by the model on both sides, so that the two can be compared."""
    now, best, slower_ms = 0.0, 0.0, 0.0
    asked = settings.get("memory_mb") or {}
    found = {one.measured.name: one for one in sizing.of(counted.memory, listed)}
    for use in counted.functions:
        one, size = found[use.name], int(asked.get(use.name, use.memory_mb))
        present = sizing.size_of(one.measured, size, listed)
        cheapest = one.cheapest or present
        now += use.invocations * present.usd_per_million / sizing.MILLION
        best += use.invocations * cheapest.usd_per_million / sizing.MILLION
        slower_ms += use.invocations * (cheapest.duration_ms - present.duration_ms)
    gives_up = f"{slower_ms:.0f} ms of an order's function time, by the model of `--memory`"
    instead = "functions of the cheapest memory"
    return instead, "function time and requests", _line(0, now), _line(0, best), gives_up


def _line(fixed: float, per_order: float) -> Monthly:
    return lambda orders: fixed + per_order * orders
