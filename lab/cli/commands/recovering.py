"""`lab backup`, `lab restore`, `lab drill`."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from lab.cli.commands.common import EnvironmentArgument, Json, target_of

if TYPE_CHECKING:
    from lab.core.target import Target
    from lab.operate.drill import DrillReport
    from lab.operate.recovery import Manifest, RestoreReport

Bucket = Annotated[
    str | None, typer.Option(metavar="BUCKET", help="Another bucket than the environment's own.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def register(app: typer.Typer) -> None:
    """Adds this module's commands to the app."""
    panel = "Repairing"
    app.command(rich_help_panel=panel, epilog="Example: lab backup dev")(backup)
    app.command(rich_help_panel=panel, epilog="Example: lab restore dev 2026-11-22T20-41-07Z")(
        restore
    )
    app.command(rich_help_panel=panel, epilog="Example: lab drill --yes")(drill)


def backup(
    environment: EnvironmentArgument = "dev",
    to: Bucket = None,
    every: Annotated[bool, typer.Option("--list", help="Show what there is.")] = False,
    suffix: Annotated[
        str,
        typer.Option(help="Copy the tables that point-in-time recovery made under such names."),
    ] = "",
    pause: Annotated[
        bool, typer.Option("--pause", help="Take no new orders while it copies.")
    ] = False,
    unbalanced: Annotated[
        bool, typer.Option("--unbalanced", help="Keep a copy whose books do not balance.")
    ] = False,
    json: Json = False,
) -> None:
    """Copies all tables and settings to a bucket that outlives the environment.

    The next run continues an interrupted one.
    """
    from lab.console.progress import working
    from lab.operate import recovery

    target = _guarded_target(environment)
    if every:
        _show_all(recovery.backups(target, to), json)
        return
    with working(f"Backing up {environment}") as on_progress:
        manifest = recovery.backup(
            target, to, on_progress, suffix=suffix, pause=pause, unbalanced=unbalanced
        )
    _show_backup(manifest, json)


def restore(
    environment: EnvironmentArgument = "dev",
    backup: Annotated[
        str | None, typer.Argument(metavar="[BACKUP]", help="Which one; else the newest.")
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--from", metavar="BUCKET", help="Another bucket than the environment's own."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Delete the data that is there.")
    ] = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Restores a backup to an environment that is deployed and empty.

    Verifies every part before writing. An interrupted run can be repeated.
    """
    from lab.console.progress import working
    from lab.operate import recovery

    target = _guarded_target(environment)
    if replace and not yes:
        recovery.require_backup(target, backup, source)
        place = target.endpoint or "the real AWS"
        _confirm(f"Delete all data of {environment} at {place}, and put the backup in its place?")
    with working(f"Restoring {environment}") as on_progress:
        report = recovery.restore(target, backup, source, on_progress, replace=replace)
    _show_restore(report, json)


def drill(
    environment: EnvironmentArgument = "dev",
    orders: Annotated[int, typer.Option(min=1, help="Orders to place before.")] = 8,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Destroys an environment of the emulator, rebuilds and restores it, and compares the data.

    Exits with 1 if anything is lost.
    """
    from lab.console.progress import working
    from lab.operate import drill as drills

    target = target_of(environment)
    drills.require_emulator(target)
    if not yes:
        _confirm(f"Destroy {environment} at {target.endpoint}, and bring it back?")
    with working("Drill") as on_progress:
        report = drills.run(target, on_progress, orders)
    _show_drill(report, json)
    raise typer.Exit(0 if report.passed else 1)


def _guarded_target(environment: str) -> Target:
    """The target. Raises LabError if the account is not that of the environment."""
    from lab.deploy import account
    from lab.deploy.account import BackendSettings, guards

    target = target_of(environment)
    settings = BackendSettings.of(environment)
    if target.endpoint is None and settings:
        guards.require_account(environment, account.identify(target.profile), settings)
    return target


def _confirm(question: str) -> None:
    from lab.core.errors import LabError

    if not sys.stdin.isatty():
        raise LabError("This needs a confirmation, but stdin is no terminal.", "Use --yes.", code=2)
    if not typer.confirm(question):
        raise LabError("Nothing was done.")


def _show_all(manifests: list[Manifest], json: bool) -> None:
    from lab.cli import recovery_report
    from lab.console import render

    if json:
        render.as_json([manifest.summary() for manifest in manifests])
    else:
        render.screen.print(recovery_report.backup_list(manifests))


def _show_backup(manifest: Manifest, json: bool) -> None:
    from lab.cli import recovery_report
    from lab.console import render

    if json:
        render.as_json(manifest.summary())
        return
    render.done(
        f"{manifest.environment} is backed up as {manifest.backup}:"
        f" {recovery_report.copied(manifest)}."
    )
    if manifest.in_flight:
        orders = render.number(manifest.in_flight, "order")
        render.note(f"In progress: {orders}. A restore continues with them.")
    for violation in manifest.broken:
        render.problem(f"Its books do not balance: {violation}")


def _show_restore(report: RestoreReport, json: bool) -> None:
    from lab.cli import recovery_report
    from lab.console import render

    if json:
        render.as_json(asdict(report))
        return
    counts = recovery_report.counted(report.items)
    render.done(f"{report.backup} is restored to {report.environment}: {counts}.")
    for name in report.settings_kept:
        render.note(f"{name} differs in the backup; terraform.tfvars wins.")
    render.note("Next: `lab audit` checks the books.")


def _show_drill(report: DrillReport, json: bool) -> None:
    from lab.cli import recovery_report
    from lab.console import render

    if json:
        render.as_json({**asdict(report), "passed": report.passed, "recovery_s": report.recovery_s})
        return
    render.screen.print(recovery_report.drilled(report))
    if report.passed:
        took = render.duration(report.recovery_s)
        render.done(f"Nothing is lost. From the loss to the last item: {took}.")
    else:
        render.problem("The restored data differs.", "`lab audit` checks the books.")
