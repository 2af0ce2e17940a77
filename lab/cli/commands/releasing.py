"""`lab release`: the steps of a pipeline around `terraform apply`."""

from __future__ import annotations

import json as jsons
from math import isnan
from pathlib import Path
from typing import Annotated

import typer

from lab.cli.commands.common import EnvironmentArgument, Json, target_of
from lab.cli.commands.environments import App

release = App(
    help="Checks a release, and rolls it back.",
    epilog="Example: lab --profile my-profile release smoke staging",
    no_args_is_help=True,
)


@release.callback()
def set_command_name(context: typer.Context) -> None:
    """Sets the name of the running command."""
    from lab.core import invocation

    invocation.running().name = f"release {context.invoked_subcommand}"


def register(app: typer.Typer) -> None:
    """Adds this module's commands to the app."""
    app.add_typer(release, name="release", rich_help_panel="A real AWS account")


@release.command(epilog="Example: lab --aws release versions prod --json > before.json")
def versions(
    environment: EnvironmentArgument = "dev",
    json: Json = False,
) -> None:
    """Prints the live version of each function, for a later `rollback`."""
    from lab.console import render
    from lab.deploy import release as releases

    live_versions = releases.live(target_of(environment))
    if json:
        render.as_json(live_versions)
    else:
        render.screen.print(render.table(("Function", "!Version"), live_versions.items()))


@release.command(epilog="Example: lab --profile my-profile release smoke staging --order")
def smoke(
    environment: EnvironmentArgument = "dev",
    order: Annotated[
        bool, typer.Option("--order", help="Place an order, too: its stock is sold.")
    ] = False,
) -> None:
    """Runs the smoke tests. Exits with 1 if one fails."""
    from lab.console import render
    from lab.deploy import release as releases

    broken = 0
    for check in releases.smoke(target_of(environment), order):
        if check.passed:
            render.done(f"{check.name}: {check.detail}")
        else:
            broken += 1
            render.problem(f"Failed: {check.name}. Result: {check.detail}")
    raise typer.Exit(1 if broken else 0)


@release.command(epilog="Example: lab --aws release watch prod --minutes 15")
def watch(
    environment: EnvironmentArgument = "dev",
    minutes: Annotated[float, typer.Option(min=0, max=1440, help="How long to watch.")] = 10,
) -> None:
    """Watches the alarms for a while. Exits with 1 as soon as one is raised."""
    from lab.console import render
    from lab.console.progress import working
    from lab.deploy import release as releases

    if isnan(minutes):  # min and max do not refuse it
        raise typer.BadParameter("'nan' is no number of minutes.", param_hint="--minutes")
    with working(f"Watching the alarms of {environment} for {minutes:g} minutes"):
        raised = releases.watch(target_of(environment), minutes * 60)
    if raised:
        render.problem(
            f"Raised: {', '.join(raised)}.", "docs/runbook.md says what each of them means."
        )
        raise typer.Exit(1)
    render.done(f"No alarm was raised in {minutes:g} minutes.")


@release.command(epilog="Example: lab --aws release rollback prod before.json")
def rollback(
    environment: Annotated[str, typer.Argument(metavar="ENV", help="Which environment.")],
    file: Annotated[Path, typer.Argument(help="What `versions --json` printed before.")],
) -> None:
    """Makes the previous versions live, and ends canaries.

    The next apply deploys the new code again: fix the configuration before.
    """
    from lab.console import render
    from lab.deploy import release as releases

    before = _read(file)
    changed = releases.roll_back(target_of(environment), before)
    for name in changed:
        render.done(f"{name} is at version {before[name]} again")
    if not changed:
        render.done("Nothing to do: these versions are live.")


@release.command(epilog="Example: lab --aws release complete prod")
def complete(environment: EnvironmentArgument = "dev") -> None:
    """Routes all requests to the version that was a canary."""
    from lab.console import render
    from lab.deploy import release as releases

    changed = releases.complete(target_of(environment))
    for name, version in changed.items():
        render.done(f"{name} is at version {version}, for everybody")
    if not changed:
        render.done("Nothing to do: no canary is running.")


def _read(file: Path) -> dict[str, str]:
    from lab.core.errors import LabError

    try:
        content = jsons.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise LabError(f"{file} cannot be read: {error}", _HINT, 2) from error
    if isinstance(content, dict) and all(isinstance(v, str) for v in content.values()):
        return content
    raise LabError(f'{file} holds no versions, such as {{"checkout-api": "7"}}.', _HINT, 2)


_HINT = "`lab release versions ENV --json` prints such a file."
