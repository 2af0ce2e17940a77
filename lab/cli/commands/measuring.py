"""`lab bench`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from lab.cli.commands.common import Environment, Json, target_of


class Peer(StrEnum):
    """The emulators that the lab can be compared with."""

    MINISTACK = "ministack"


def register(app: typer.Typer) -> None:
    """Adds this module's command to the app."""
    example = "Example: lab bench --compare ministack"
    app.command(rich_help_panel="Measuring", epilog=example)(bench)


def bench(
    checkouts: Annotated[int, typer.Option(min=1, help="Checkouts in each measurement.")] = 20,
    concurrency: Annotated[int, typer.Option(min=1, help="Customers at a time.")] = 8,
    stored: Annotated[int, typer.Option(min=1, help="Orders to store for `growth`.")] = 2_000,
    invocations: Annotated[int, typer.Option(min=1, help="Warm invocations.")] = 200,
    burst: Annotated[int, typer.Option(min=1, help="Orders of customers who do not wait.")] = 200,
    compare: Annotated[
        Peer | None, typer.Option(help="Let another emulator do the same, in turns.")
    ] = None,
    here: Annotated[
        bool, typer.Option("--here", help="Measure the running lab; the orders stay in it.")
    ] = False,
    environment: Environment = "dev",
    json: Json = False,
) -> None:
    """Measures the speed and the memory of the lab, and what a checkout would cost on AWS.

    It deploys to its own emulator, which it removes afterwards. Takes a few minutes.
    """
    from lab.console import render
    from lab.console.progress import working
    from lab.measure import bench as benches
    from lab.measure.bench import tables

    target = target_of(environment) if here else None
    options = benches.Options(
        checkouts,
        concurrency,
        stored,
        invocations,
        burst=burst,
        compare=compare is not None,
        here=target,
    )
    with working("Measuring") as on_progress:
        result = benches.run(options, on_progress)
    if json:
        render.as_json(result.as_dict())
    else:
        render.screen.print(tables.report(result))
