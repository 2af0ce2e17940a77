"""`lab watch`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from lab.cli.commands.common import Environment, target_of

if TYPE_CHECKING:
    from lab.deploy.hot_reload import Rejection, Reload


def register(app: typer.Typer) -> None:
    """Adds this module's command to the app."""
    app.command(rich_help_panel="The environment", epilog="Example: lab watch")(watch)


def watch(environment: Environment = "dev") -> None:
    """Deploys each saved change in functions/ to the running lab, without Terraform.

    Ends with Ctrl-C. The next `lab deploy` includes the changes.
    """
    from lab.console import render
    from lab.deploy import hot_reload as watching

    outcomes = watching.watch(target_of(environment))
    render.done("Watching functions/. Ctrl-C ends it.")
    for outcome in outcomes:
        _show(outcome)


def _show(outcome: Reload | Rejection) -> None:
    from lab.console import render
    from lab.deploy.hot_reload import Rejection

    if isinstance(outcome, Rejection):
        render.problem(outcome.error.message, outcome.error.hint)
    else:
        names = ", ".join(outcome.functions)
        render.done(
            f"{names} {'has' if len(outcome.functions) == 1 else 'have'} the new code"
            f" ({render.duration(outcome.seconds)})."
        )
