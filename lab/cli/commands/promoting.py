"""`lab promote`, `lab backend`, `lab terraform`: the way to a real AWS account."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lab.cli.commands.common import (
    Json,
    Local,
    Profile,
    require_environment,
    require_writable,
    show_identity,
)

if TYPE_CHECKING:
    from lab.deploy.plans import Change
    from lab.deploy.terraform.leftovers import Inspection


def register(app: typer.Typer) -> None:
    """Adds this module's commands to the app."""
    panel = "A real AWS account"
    app.command(rich_help_panel=panel, epilog="Example: lab promote dev --profile my-profile")(
        promote
    )
    app.command(rich_help_panel=panel, epilog="Example: lab backend my-profile")(backend)
    app.command(rich_help_panel=panel, epilog="Example: lab terraform dev plan my-profile")(
        terraform
    )


def promote(
    environment: Annotated[str, typer.Argument(metavar="ENV", help="Which environment.")],
    profile: Annotated[
        str | None, typer.Option(help="A profile of your AWS configuration.")
    ] = None,
    json: Json = False,
) -> None:
    """Guides you from the laptop to a real AWS account, step by step. It applies nothing."""
    from dataclasses import asdict

    from lab import go_live
    from lab.console import render
    from lab.console.progress import working
    from lab.deploy.account.settings import environments
    from lab.go_live import report

    _require_known(environment, environments(), "promote")
    with working(f"Checking what {environment} needs on AWS") as on_progress:
        promotion = go_live.promote(environment, profile, on_progress)
    if json:
        render.as_json(asdict(promotion))
    else:
        render.screen.print(report.rendered(promotion))
    if promotion.refused:
        raise typer.Exit(1)


def backend(
    profile: Profile = None,
    suffix: Annotated[
        str | None, typer.Option(help="What the bucket's name ends with (the account's number).")
    ] = None,
    environment: Annotated[
        list[str] | None, typer.Option("--env", "-e", help="Only for this environment.")
    ] = None,
    github: Annotated[
        str | None,
        typer.Option(metavar="OWNER/NAME", help="Give roles to the pipelines of a repository."),
    ] = None,
) -> None:
    """Creates the bucket and the lock table for Terraform's states, and each backend.hcl."""
    from lab.console import render
    from lab.deploy import account
    from lab.deploy.account.settings import environments

    for name in environment or ():
        require_environment(name)
    if suffix is not None:
        account.require_suffix(suffix)
    if github:
        account.set_pipeline_repository(github)

    identity = account.identify(profile)
    show_identity(identity)
    account.prepare(
        identity, suffix or identity.account, environment or environments(), render.screen.print
    )
    render.done("The backend is ready: scripts/deploy.sh dev plan")


def terraform(
    environment: Annotated[str, typer.Argument(metavar="ENV", help="Which environment.")],
    action: Annotated[str, typer.Argument(metavar="plan|apply|destroy", help="What to do.")],
    profile: Profile = None,
    local: Local = False,
    saved: Annotated[
        Path | None,
        typer.Option("--saved", help="The file to write the plan to, or the plan to apply."),
    ] = None,
) -> None:
    """Plans, applies or destroys an environment in a real account, or with --local here.

    A saved plan is applied without a confirmation, because it was reviewed before.
    """
    from lab.deploy.account import ACTIONS
    from lab.deploy.account.settings import environments

    _require_known(environment, environments(), "terraform")
    _require_known(action, ACTIONS, "terraform")
    if local and (profile or saved):
        raise typer.BadParameter(
            "It goes without a profile and without --saved.", param_hint="--local"
        )
    _require_saved(action, saved)
    if local:
        _on_emulator(environment, action)
    else:
        _on_aws(environment, action, profile, saved)


def _require_saved(action: str, saved: Path | None) -> None:
    """Raises LabError if the file of the plan is missing or cannot be written."""
    from lab.core.errors import LabError

    if saved and action == "plan":
        require_writable(saved)
    elif saved and action == "apply" and not saved.is_file():
        hint = "scripts/deploy.sh ENV plan --saved FILE writes one."
        raise LabError(f"There is no plan {saved}.", hint, 2)
    elif saved and action == "destroy":
        raise LabError("A destroy takes no saved plan.", "Leave --saved out.", 2)


def _on_aws(environment: str, action: str, profile: str | None, saved: Path | None) -> None:
    from lab.cli import reports
    from lab.console import render
    from lab.deploy import account

    started = time.monotonic()
    identity = account.identify(profile)
    show_identity(identity, environment)
    if action != "plan" and not saved:
        _require_terminal()
    result = account.operate(environment, action, identity, Terminal(), saved=saved)
    counts = f": {reports.changed(result.changes)}" if result.changes else ""
    took = render.duration(time.monotonic() - started)
    render.done(
        f"{action} of {environment} in account {identity.account} is done{counts} ({took})."
    )
    if result.inspection:
        _report_inspection(result.inspection)


def _report_inspection(inspection: Inspection) -> None:
    from lab.console import render

    for leftover in inspection.kept:
        render.note(f"Kept on purpose: {leftover}")
    for service in inspection.not_inspected:
        render.problem(f"{service} was not checked for remaining resources.", "Check it by hand.")


def _on_emulator(environment: str, action: str) -> None:
    from lab.cli.commands import infrastructure

    if action == "apply":
        infrastructure.deploy(environment)
    elif action == "destroy":
        infrastructure.destroy(environment)
    else:
        _plan_on_emulator(environment)


def _plan_on_emulator(environment: str) -> None:
    from lab.cli.commands.common import target_of
    from lab.console import render
    from lab.console.progress import working
    from lab.deploy import terraform as emulated

    with working(f"Planning {environment}") as on_progress:
        clean = emulated.plan_is_clean(target_of(environment), on_progress)
    render.done(
        f"{environment} on the emulator is as its configuration says."
        if clean
        else f"An apply would change {environment} on the emulator."
    )


def _require_known(value: str, choices: Sequence[str], command: str) -> None:
    from lab.core.errors import LabError

    if value not in choices:
        raise LabError(
            f"{value!r} is not one of {', '.join(choices)}.", f"See: lab {command} -h", 2
        )


class Terminal:
    """Asks the user at the terminal. Raises LabError if stdin is no terminal."""

    def confirm(self, question: str) -> bool:
        """Whether the user confirms the question."""
        _require_terminal()
        return typer.confirm(question)

    def text(self, question: str) -> str:
        """The text that the user types."""
        _require_terminal()
        return str(typer.prompt(question, default="", show_default=False))

    def approve(self, environment: str, action: str, planned: Sequence[Change]) -> bool:
        """Shows a plan by group, and returns whether the user confirms it."""
        from lab.console import render
        from lab.deploy import plans
        from lab.go_live import report
        from lab.go_live.planning import Planned

        lost = tuple(change.address for change in planned if change.destroys)
        shown = Planned(environment, tuple(plans.grouped(planned)), lost)
        render.screen.print(report.planned(shown))
        render.note(f"Every attribute: scripts/deploy.sh {environment} plan")
        return self.confirm(f"{action.capitalize()} this?")


def _require_terminal() -> None:
    from lab.core.errors import LabError

    if not sys.stdin.isatty():
        raise LabError(
            "This needs a confirmation, but stdin is no terminal.",
            "In a pipeline, approve a saved plan, and apply that: --saved FILE.",
            code=2,
        )
