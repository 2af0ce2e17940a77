"""`lab redrive`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from lab.commands.common import Environment, Json, target_of

if TYPE_CHECKING:
    from lab.redrive import RedriveReport


def register(app: typer.Typer) -> None:
    """Adds this module's command to the app."""
    app.command(rich_help_panel="Repairing", epilog="Example: lab redrive")(redrive)


def redrive(environment: Environment = "dev", json: Json = False) -> None:
    """Finishes the orders of the compensation queue; sends notifications that failed once more.

    Each order is finished by looking at the books. Exits with 1 if one cannot be finished.
    """
    from lab import redrive as redriver
    from lab import render
    from lab.progress import working

    with working("Finishing what is left") as say:
        report = redriver.run(target_of(environment), say)
    if json:
        render.as_json({**asdict(report), "left": report.left})
    else:
        _show(report)
    raise typer.Exit(1 if report.left else 0)


def _show(report: RedriveReport) -> None:
    from lab import render

    columns = ("!Order", "Done", "!Status", "What keeps it")
    rows = (
        (order.order_id, order.outcome, render.status(order.status), order.problem)
        for order in report.orders
    )
    if report.orders:
        render.screen.print(render.table(columns, rows))
    if report.left:
        render.problem(f"Orders not finished: {report.left}.", "`lab logs sweeper` tells why.")
    finished = len(report.orders) - report.left
    render.done(f"Orders finished: {finished}. Notifications sent again: {report.notifications}.")
