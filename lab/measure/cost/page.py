"""The tables of docs/cost.md, from the stored count and lab/measure/cost/prices.json."""

from __future__ import annotations

from collections.abc import Iterator

from lab.core.environment_settings import ENVIRONMENTS
from lab.core.markdown import table
from lab.measure import cost
from lab.measure.cost import prices
from lab.measure.cost.bill import FIXED, HOURLY, KEPT, ORDERS
from lab.measure.cost.counted import Counted
from lab.measure.cost.tables import blocks, cheaper_from, units

LOADS = (0, 1_000, 10_000, 100_000, 1_000_000)
SHOWN = 10_000
DETAILED = "prod"
BAR = 20


def tables() -> str:
    """All tables, each with its heading."""
    counted = cost.stored()
    parts = {
        "US dollars a month": _environments(counted),
        f"{DETAILED} with {SHOWN:,} orders a month, line by line": _lines(counted),
        f"{DETAILED} built otherwise": _variants(counted),
        "Memory against duration": _memory(counted),
        f"The prices, {prices.load().region}, noted {prices.load().noted}": _prices(),
    }
    introduction = f"Counted on {counted.on}: {_counted(counted)}."
    return "\n\n".join([introduction, *(f"### {title}\n\n{text}" for title, text in parts.items())])


def _counted(counted: Counted) -> str:
    usage = counted.checkout
    return (
        f"{usage.state_transitions:g} steps of the workflow, {usage.lambda_requests:g} invocations,"
        f" {usage.read_units:g} read units, {usage.write_units:g} write units,"
        f" {counted.stored_bytes:,} bytes that stay"
    )


def _environments(counted: Counted) -> str:
    head = ["orders a month", *ENVIRONMENTS]
    return table(head, (_row(load, counted) for load in LOADS))


def _row(load: int, counted: Counted) -> list[str]:
    """The totals of each environment; without orders, the fixed costs only."""
    bills = [cost.of(environment, load or 1, counted) for environment in ENVIRONMENTS]
    totals = [bill.total() if load else bill.total(FIXED) for bill in bills]
    return [f"{load:,}" if load else "none", *(f"{usd:,.2f}" for usd in totals)]


def _lines(counted: Counted) -> str:
    bill = cost.of(DETAILED, SHOWN, counted)
    most = max(line.usd for line in bill.lines)
    kinds = {
        ORDERS: "orders",
        HOURLY: "hours with orders",
        FIXED: "always there",
        KEPT: "kept for a year",
    }
    rows = (
        [
            line.what,
            kinds[line.kind],
            units(line.units),
            f"{line.usd:,.4f}",
            blocks(line.usd / most, BAR),
        ]
        for line in sorted(bill.lines, key=lambda line: -line.usd)
    )
    return table(["what", "for", "units", "USD a month", ""], rows)


def _variants(counted: Counted) -> str:
    rows = (
        [
            one.instead,
            one.of,
            f"{one.now_usd:,.2f}",
            f"{one.instead_usd:,.2f}",
            cheaper_from(one),
            one.gives_up,
        ]
        for one in cost.variants(DETAILED, SHOWN, counted)
    )
    return table(["instead", "of", "now", "then", "cheaper from", "gives up"], rows)


def _memory(counted: Counted) -> str:
    functions = cost.memory(counted)
    sizes = [f"{size.memory_mb} MB" for size in functions[0].sizes]
    rows = (
        [
            one.measured.name,
            f"{one.measured.processor_ms:.1f}",
            f"{one.measured.waiting_ms:.1f}",
            f"{one.measured.memory_used_mb} MB",
            *(f"{size.duration_ms:.0f}" for size in one.sizes),
            f"{one.cheapest.memory_mb} MB" if one.cheapest else "none",
        ]
        for one in functions
    )
    head = ["milliseconds", "processor", "waiting", "memory used", *sizes, "cheapest"]
    return table(head, rows)


def _prices() -> str:
    return table(["unit", "USD", "free a month", "looked up", "confirmed by"], _price_rows())


def _price_rows() -> Iterator[list[str]]:
    for price in prices.load().prices.values():
        link = f"[{price.unit}]({price.source})"
        free = f"{price.free_per_month:,.0f}" if price.free_per_month else ""
        usd = f"{price.usd:.10f}".rstrip("0").rstrip(".")
        yield [link, usd, free, price.looked_up, _confirmed(price.confirmed)]


def _confirmed(by: str | None) -> str:
    if by is None:
        return "**nobody**"
    return by if by == "AWS" else f"[{by.split('/')[2].removeprefix('www.')}]({by})"
