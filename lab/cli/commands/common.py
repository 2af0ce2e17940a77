"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import click
import typer

if TYPE_CHECKING:
    from lab.core.target import Target
    from lab.deploy.account import Identity

Environment = Annotated[
    str, typer.Option("--env", "-e", help="The environment: a folder of terraform/environments.")
]
EnvironmentArgument = Annotated[
    str,
    typer.Argument(metavar="[ENV]", help="The environment: a folder of terraform/environments."),
]
MOST = 1_000_000
"""The largest number of rows that a command takes."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON to stdout and nothing else.")]
Customer = Annotated[str, typer.Option(help="The customer who buys.")]
Profile = Annotated[
    str | None, typer.Argument(metavar="[PROFILE]", help="A profile of your AWS configuration.")
]
Local = Annotated[bool, typer.Option("--local", help="On the emulator.")]


def target_of(environment: str) -> Target:
    """The target for an environment. Raises LabError (code 2) for a name without a folder."""
    from lab.core.target import Target

    require_environment(environment)
    options = _options()
    if options.get("aws") or options.get("profile"):
        return _in_account(environment, options.get("profile"))
    return _answering(Target.current(environment))


def require_environment(name: str) -> None:
    """Sets the environment of the command. Raises LabError (code 2) for an unknown one."""
    from lab.cli.commands.environments import known
    from lab.core import invocation
    from lab.core.errors import LabError

    names = known()
    if name not in names:
        raise LabError(
            f"There is no environment {name!r}.", f"The environments are: {', '.join(names)}.", 2
        )
    invocation.works_in(name)


def require_writable(file: Path) -> None:
    """Raises LabError (code 2) if a file cannot be written, before the work for it begins."""
    import os

    from lab.core.errors import LabError

    place = file if file.exists() else file.absolute().parent
    if file.is_dir():
        why = "it is a folder"
    elif not place.exists():
        why = f"there is no folder {place}"
    elif not os.access(place, os.W_OK):
        why = "you have no permission to write there"
    else:
        return
    raise LabError(f"{file} cannot be written: {why}.", "Name another file.", 2)


def _in_account(environment: str, profile: str | None) -> Target:
    """The environment in the AWS account of the credentials. Shows the identity."""
    from lab.core.target import Target
    from lab.deploy import account

    identity = account.identify(profile)
    show_identity(identity, environment)
    return Target(environment, identity.endpoint, identity.region, identity.profile)


def _options() -> dict[str, Any]:
    """The options before the command's name: `lab --aws audit`."""
    context = click.get_current_context(silent=True)
    return context.find_root().params if context else {}


def show_identity(identity: Identity, environment: str = "all environments") -> None:
    """Shows account, region and environment before a change."""
    from lab.console import render

    render.note(f"account      {identity.account} ({identity.arn})")
    render.note(f"region       {identity.region}")
    render.note(f"environment  {environment}")
    if identity.endpoint:
        render.note(f"endpoint     {identity.endpoint}, which is not AWS")


def _answering(target: Target) -> Target:
    """Returns the target if its endpoint responds: boto3 would retry for minutes."""
    from lab.core import reachability, watchdog

    if target.endpoint is not None:
        reachability.require(target.endpoint)
        watchdog.emulator(target.endpoint)
    return target
