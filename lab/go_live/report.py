"""Draws the way: the steps, what would be made, what is different, and how to undo it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from lab.console import render
from lab.go_live.planning import Planned
from lab.go_live.steps import State, Step
from lab.go_live.walk import Promotion

MARKS = {
    State.DONE: ("✔", "bold green"),
    State.TO_DO: ("○", "bold yellow"),
    State.REFUSED: ("✘", "bold red"),
    State.UNKNOWN: ("?", "cyan"),
    State.WAITS: ("·", "dim"),
}
ROUND = (1, 0, 0, 0)


def drawn(found: Promotion) -> RenderableType:
    """Everything that `lab promote` has found, for a terminal."""
    return Group(*_parts(found))


def _parts(found: Promotion) -> Iterator[RenderableType]:
    yield steps(found.steps)
    if found.plan:
        yield from _plan(found.plan)
    yield _title("On AWS it will not be as on the emulator (docs/parity.md)")
    yield Padding("; ".join(difference.name for difference in found.differences), (0, 2))
    yield _title("What it costs")
    yield _lines(_cost(found))
    yield _title("To take it down again")
    yield _lines(found.leaving)
    yield _lines((f"stays: {left}" for left in found.left), "dim")
    yield _title(f"Next: {found.next}" if found.next else "Everything is there: nothing to apply.")


def steps(taken: Iterable[Step]) -> RenderableType:
    """The steps, each with its mark, what was found, and what to type."""
    marks = {state: Text(mark, style=style) for state, (mark, style) in MARKS.items()}
    return render.Grid([(marks[step.state], step.name, _told(step)) for step in taken], gap=1)


def _told(step: Step) -> Text:
    lines = [Text(fact) for fact in step.facts]
    if step.why:
        state = "" if step.state == State.WAITS else f"{step.state}: "
        lines.append(Text(f"{state}{step.why}", style=MARKS[step.state][1]))
    if step.command:
        lines.append(Text(f"→ {step.command}", style="cyan"))
    return Text("\n").join(lines)


def planned(plan: Planned) -> RenderableType:
    """What an apply would do, by group, and everything that it would destroy."""
    return Group(*_plan(plan))


def _plan(plan: Planned) -> Iterator[RenderableType]:
    yield _title(f"What an apply would do, in {plan.of}")
    yield _lines((f"DESTROYS {address}" for address in plan.lost), "bold red")
    if plan.empty:
        yield _lines(["nothing"])
        return
    columns = ("", ">create", ">change", ">replace", ">destroy")
    rows = ([g.name, *map(_count, (g.create, g.change, g.replace, g.destroy))] for g in plan.groups)
    yield Padding(render.table(columns, rows), (0, 1))


def _cost(found: Promotion) -> Iterator[str]:
    cost = found.cost
    orders = f"{cost.orders_per_month:,} orders"
    yield f"${cost.per_month_usd:.2f} a month with {orders}: ${cost.per_order_usd:.6f} an order"
    yield f"${cost.fixed_usd:.2f} of it even if nobody buys anything"
    yield f"${cost.free_usd:.2f} less with a free tier; more: lab cost {found.environment} --stored"


def _count(number: int) -> str:
    return str(number) if number else ""


def _title(text: str) -> RenderableType:
    return Padding(Text(text, style="bold"), ROUND)


def _lines(texts: Iterable[str], style: str = "") -> RenderableType:
    return Padding(Group(*(Text(text, style=style) for text in texts)), (0, 2))
