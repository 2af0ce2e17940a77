"""`lab cost`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lab.cli.commands.common import EnvironmentArgument, Json, require_writable, target_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from lab.measure.cost import Counted

Orders = Annotated[int, typer.Option("--orders-per-month", "-n", help="The load.", min=1)]
Stored = Annotated[
    bool, typer.Option("--stored", help="Take what was counted before: needs no running lab.")
]
Memory = Annotated[
    bool, typer.Option("--memory", help="Which memory each function should have, instead.")
]
Keep = Annotated[
    bool, typer.Option("--keep", help="Keep what is counted for --stored and docs/cost.md.")
]
Counts = Annotated[
    str, typer.Option("--count-in", help="The deployed environment in which orders are placed.")
]


def register(app: typer.Typer) -> None:
    """Adds this module's command to the app."""
    example = "Example: lab cost prod --orders-per-month 50000"
    app.command(rich_help_panel="Measuring", epilog=example)(cost)


def cost(
    environment: EnvironmentArgument = "prod",
    orders_per_month: Orders = 10_000,
    stored: Stored = False,
    memory: Memory = False,
    keep: Keep = False,
    count_in: Counts = "dev",
    json: Json = False,
) -> None:
    """Estimates the monthly costs of an environment on AWS, and cheaper alternatives.

    Places four orders in the running lab and counts what one uses; thirty more with --memory.
    ENV is the environment whose settings are billed.
    """
    from lab.console import render
    from lab.measure import cost as costs
    from lab.measure.cost import tables

    if keep:
        require_writable(costs.FILE)
    counted = costs.stored() if stored else _count(count_in, memory, keep)
    if memory:
        sizes = costs.memory(counted)
        render.as_json([one.as_dict() for one in sizes]) if json else _print(tables.memory(sizes))
        return
    bill = costs.of(environment, orders_per_month, counted)
    variants = costs.variants(environment, orders_per_month, counted)
    if json:
        render.as_json(costs.as_dict(bill, variants, counted))
    else:
        _print(tables.report(bill, counted, variants))


def _count(environment: str, memory: bool, keep: bool) -> Counted:
    from lab.console.progress import working
    from lab.measure import cost as costs

    target = target_of(environment)
    with working("Counting") as on_progress:
        counted = costs.count(target, on_progress)
        if memory or keep:
            counted = costs.measure(target, counted, on_progress)
    if keep:
        costs.save(counted)
    return counted


def _print(drawn: RenderableType) -> None:
    from lab.console import render

    render.screen.print(drawn)
