"""Renders the report: steps, plan, differences, costs, and how to destroy it again."""

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
SPACE_ABOVE = (1, 0, 0, 0)


def rendered(promotion: Promotion) -> RenderableType:
    """The report of `lab promote` for a terminal."""
    return Group(*_parts(promotion))


def _parts(promotion: Promotion) -> Iterator[RenderableType]:
    yield steps(promotion.steps)
    if promotion.plan:
        yield from _plan(promotion.plan)
    yield _title("What is different on AWS (docs/parity.md)")
    yield Padding("; ".join(difference.name for difference in promotion.differences), (0, 2))
    yield _title("What it costs")
    yield _lines(_cost(promotion))
    yield _title("To destroy it again")
    yield _lines(promotion.leaving)
    yield _lines((f"remains: {left}" for left in promotion.left), "dim")
    yield _title(
        f"Next: {promotion.next}" if promotion.next else "Everything is deployed: nothing to apply."
    )


def steps(step_list: Iterable[Step]) -> RenderableType:
    """The steps, each with its mark, its facts, and the next command."""
    marks = {state: Text(mark, style=style) for state, (mark, style) in MARKS.items()}
    return render.Grid(
        [(marks[step.state], step.name, _details(step)) for step in step_list], gap=1
    )


def _details(step: Step) -> Text:
    lines = [Text(fact) for fact in step.facts]
    if step.why:
        state = "" if step.state == State.WAITS else f"{step.state}: "
        lines.append(Text(f"{state}{step.why}", style=MARKS[step.state][1]))
    if step.command:
        lines.append(Text(f"→ {step.command}", style="cyan"))
    return Text("\n").join(lines)


def planned(plan: Planned) -> RenderableType:
    """The changes of an apply, by group, and everything that it would destroy."""
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


def _cost(promotion: Promotion) -> Iterator[str]:
    cost = promotion.cost
    orders = f"{cost.orders_per_month:,} orders"
    yield f"${cost.per_month_usd:.2f} a month with {orders}: ${cost.per_order_usd:.6f} an order"
    yield f"${cost.fixed_usd:.2f} of it even if nobody buys anything"
    details = f"lab cost {promotion.environment} --stored"
    yield f"${cost.free_usd:.2f} less with a free tier; more: {details}"


def _count(number: int) -> str:
    return str(number) if number else ""


def _title(text: str) -> RenderableType:
    return Padding(Text(text, style="bold"), SPACE_ABOVE)


def _lines(texts: Iterable[str], style: str = "") -> RenderableType:
    return Padding(Group(*(Text(text, style=style) for text in texts)), (0, 2))
