"""Renders the costs: a bar for each part, in 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from lab.console import render
from lab.measure.cost import bill, prices
from lab.measure.cost.alternatives import Variant
from lab.measure.cost.bill import FIXED, HOURLY, KEPT, ORDERS, Bill, Line
from lab.measure.cost.counted import Counted
from lab.measure.cost.sizing import Sizes

BAR = 20
WIDTH = 80
BLOCKS = " ▏▎▍▌▋▊▉█"
SMALL_USD = 0.005
TITLES = {
    ORDERS: "What {orders:,} orders use",
    HOURLY: "What is billed for the hours in which somebody orders",
    FIXED: "What stands there, order or not",
    KEPT: "What is kept, after a year at this load",
}
STYLES = {ORDERS: "cyan", HOURLY: "green", FIXED: "yellow", KEPT: "magenta"}


def report(monthly_bill: Bill, counted: Counted, variants: Sequence[Variant]) -> RenderableType:
    """The bill, the alternatives, and the assumptions."""
    return Group(
        _head(monthly_bill),
        *(_Part(monthly_bill, kind) for kind in (ORDERS, HOURLY, FIXED, KEPT)),
        _sum(monthly_bill),
        _variants(variants),
        *_assumptions(monthly_bill, counted),
    )


def _head(monthly_bill: Bill) -> Text:
    title = Text(
        f"{monthly_bill.environment}, {monthly_bill.orders_per_month:,} orders a month: ",
        style="bold",
    )
    return title + Text(
        f"{monthly_bill.total():,.2f} USD a month, {usd(monthly_bill.per_order)} for one more order"
    )


@dataclass(frozen=True)
class _Part:
    """The lines of one kind, most expensive first; those below half a cent are one line.

    Narrow terminals get no bars.
    """

    bill: Bill
    kind: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Renders the table as wide as the terminal."""
        title = "\n" + TITLES[self.kind].format(orders=self.bill.orders_per_month)
        rows = list(self._rows())
        if options.max_width < WIDTH:
            yield render.table(("!What", ">Units", ">USD"), [row[:3] for row in rows], title)
            return
        table = Table(box=None, title=title, title_justify="left", pad_edge=False)
        table.add_column("", width=30, no_wrap=True)
        table.add_column("units", justify="right", width=11, no_wrap=True)
        table.add_column("USD", justify="right", width=12, no_wrap=True)
        table.add_column("", width=BAR, no_wrap=True)
        for row in rows:
            table.add_row(*row)
        yield table

    def _rows(self) -> Iterator[tuple[str | Text, ...]]:
        lines = [line for line in self.bill.lines if line.kind == self.kind]
        lines.sort(key=lambda line: -line.usd)
        most = max(line.usd for line in self.bill.lines)
        shown = [line for line in lines if line.usd >= SMALL_USD]
        for line in shown:
            bar = Text(blocks(line.usd / most), style=STYLES[self.kind])
            yield line.what, units(line.units), f"{line.usd:,.2f}", bar
        if rest := lines[len(shown) :]:
            yield Text(f"{len(rest)} more", style="dim"), "", f"{_total(rest):,.2f}", ""
        yield Text("together", style="bold"), "", f"{self.bill.total(self.kind):,.2f}", ""


def _total(lines: Sequence[Line]) -> float:
    return sum(line.usd for line in lines)


def _sum(monthly_bill: Bill) -> Text:
    free = monthly_bill.free_usd
    return Text(
        f"\nThe free tier would take {free:,.2f} USD off, if nothing else in the account uses it:"
        f" {max(0.0, monthly_bill.total() - free):,.2f} USD.",
    )


def _variants(variants: Sequence[Variant]) -> RenderableType:
    rows = (
        (
            one.instead,
            f"{one.now_usd:,.2f}",
            Text(f"{one.instead_usd:,.2f}", style="green" if one.saves_usd > 0 else ""),
            cheaper_from(one),
        )
        for one in variants
    )
    columns = ("instead", ">now USD", ">then USD", ">cheaper from")
    table = render.table(columns, rows, "\nBuilt otherwise")
    notes = {one.gives_up: f"{one.instead.partition(',')[0]}: {one.gives_up}." for one in variants}
    return Group(table, Text("What each gives up. " + "\n".join(notes.values()), "dim"))


def cheaper_from(variant: Variant) -> str:
    """The load in words: `always`, `never`, or `222,205 orders`."""
    start = variant.cheaper_from
    return "never" if start is None else "always" if start <= 1 else f"{start:,} orders"


def _assumptions(monthly_bill: Bill, counted: Counted) -> Iterator[RenderableType]:
    price_list = prices.load()
    yield Text(
        f"\nCounted on {counted.on} from one confirmed order; list prices of {price_list.region} of"
        f" {price_list.noted}, first tier; a month of {bill.HOURS} hours. Durations are this"
        " machine's."
        f" What is kept is that of {bill.MONTHS_KEPT} months at this load. docs/cost.md: all of it,"
        " and what is not counted.",
        style="dim",
    )
    unsure = sorted({line.price for line in monthly_bill.lines} & set(price_list.unconfirmed))
    if unsure:
        yield Text(f"Prices that nobody has confirmed: {', '.join(unsure)}.", style="yellow")


def memory(sizes: Sequence[Sizes]) -> RenderableType:
    """The duration and price of every function at every memory size, by the model."""
    columns = [f">{size.memory_mb}" for size in sizes[0].sizes] if sizes else []
    table = render.table(
        ("milliseconds with MB", *columns), map(_durations, sizes), "Memory against duration"
    )
    cheapest = render.table(
        ("function", ">processor", ">waiting", ">used", ">cheapest", ">USD a million"),
        map(_cheapest, sizes),
        "Measured here, and the cheapest size with memory and time enough",
    )
    note = (
        "A model: Lambda's processor share is memory / 1,769 MB, the emulator has none. Measured is"
        " the processor time; waiting is this machine's, not AWS's. Dim: too small or too slow."
    )
    return Group(cheapest, table, Text(note, style="dim"))


def _durations(one: Sizes) -> list[str | Text]:
    cells = (
        Text(f"{size.duration_ms:.0f}", style="" if size.fits else "dim") for size in one.sizes
    )
    return [one.measured.name, *cells]


def _cheapest(one: Sizes) -> tuple[str, ...]:
    measured, best = one.measured, one.cheapest
    times = (f"{measured.processor_ms:.1f} ms", f"{measured.waiting_ms:.1f} ms")
    price = (f"{best.memory_mb} MB", f"{best.usd_per_million:.2f}") if best else ("none", "-")
    return (measured.name, *times, f"{measured.memory_used_mb} MB", *price)


def blocks(share: float, width: int = BAR) -> str:
    """A bar of `share` (0 to 1) of `width` columns, in eighths of a column."""
    eighths = round(share * width * 8)
    full, rest = divmod(eighths, 8)
    return "█" * full + (BLOCKS[rest] if rest else "")


def usd(value: float) -> str:
    """Formats a small amount of money with three significant digits: `0.000294 USD`."""
    return f"{value:.3g} USD" if value >= 1e-4 else f"{value:.9f} USD"


def units(value: float) -> str:
    """Formats a number of units: millions, integers with commas, or three significant digits."""
    if value >= 1e7:
        return f"{value / 1e6:,.1f} M"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
