"""`lab redrive`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from lab.cli.commands.common import Environment, Json, target_of

if TYPE_CHECKING:
    from lab.operate.redrive import RedriveReport


def register(app: typer.Typer) -> None:
    """Adds this module's command to the app."""
    app.command(rich_help_panel="Repairing", epilog="Example: lab redrive")(redrive)


def redrive(environment: Environment = "dev", json: Json = False) -> None:
    """Finishes orders whose compensation failed; sends failed mails and events again.

    Exits with 1 if anything is left.
    """
    from lab.console import render
    from lab.console.progress import working
    from lab.operate import redrive as redriver

    with working("Finishing what is left") as on_progress:
        report = redriver.run(target_of(environment), on_progress)
    if json:
        render.as_json({**asdict(report), "left": report.left})
    else:
        _show(report)
    raise typer.Exit(1 if report.left else 0)


def _show(report: RedriveReport) -> None:
    from lab.console import render

    columns = ("!Order", "Done", "!Status", "What keeps it")
    rows = (
        (order.order_id, order.outcome, render.status(order.status), order.problem)
        for order in report.orders
    )
    if report.orders:
        render.screen.print(render.table(columns, rows))
    for message in report.strange:
        render.problem(
            f"The queue {message.queue} has an unknown message: {message.begins}",
            "It stays there. Check it, then delete it by hand.",
        )
    for order in report.orders:
        for loss in order.losses:
            render.problem(
                f"{order.order_id} could not give back {loss}.",
                "The rest is given back. docs/runbook.md, not-given-back, says what to do.",
            )
    unfinished = [order for order in report.orders if not order.final]
    if unfinished:
        render.problem(f"Orders not finished: {len(unfinished)}.", "See `lab logs sweeper`.")
    render.done(
        f"Orders finished: {len(report.orders) - len(unfinished)}."
        f" Sent again: {report.notifications} notifications, {report.events} events."
    )
