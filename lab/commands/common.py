"""Options that several commands share, and what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import click
import typer

if TYPE_CHECKING:
    from lab.account import Identity
    from lab.target import Target

Environment = Annotated[
    str, typer.Option("--env", "-e", help="The environment: a folder of terraform/environments.")
]
EnvironmentArgument = Annotated[
    str,
    typer.Argument(metavar="[ENV]", help="The environment: a folder of terraform/environments."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON to stdout and nothing else.")]
Customer = Annotated[str, typer.Option(help="The customer who buys.")]
Profile = Annotated[
    str | None, typer.Argument(metavar="[PROFILE]", help="A profile of your AWS configuration.")
]
Local = Annotated[bool, typer.Option("--local", help="On the emulator.")]


def target_of(environment: str) -> Target:
    """The target for an environment. Raises LabError (code 2) for a name without a folder."""
    from lab import invocation, paths
    from lab.errors import LabError
    from lab.target import Target

    invocation.works_in(environment)
    known = sorted({file.parent.name for file in paths.TERRAFORM.glob("environments/*/*.tf")})
    options = _options()
    if environment in known and (options.get("aws") or options.get("profile")):
        return _in_account(environment, options.get("profile"))
    if environment in known:
        return _answering(Target.current(environment))
    raise LabError(
        f"There is no environment {environment!r}.",
        f"The environments are: {', '.join(known)}.",
        code=2,
    )


def _in_account(environment: str, profile: str | None) -> Target:
    """The environment in the account that we are in, which is shown."""
    from lab import account
    from lab.target import Target

    identity = account.identify(profile)
    show_identity(identity, environment)
    return Target(environment, identity.endpoint, identity.region, identity.profile)


def _options() -> dict[str, Any]:
    """The options before the command's name: `lab --aws audit`."""
    context = click.get_current_context(silent=True)
    return context.find_root().params if context else {}


def show_identity(identity: Identity, environment: str = "all environments") -> None:
    """Shows where the next thing happens, before it does."""
    from lab import render

    render.note(f"account      {identity.account} ({identity.arn})")
    render.note(f"region       {identity.region}")
    render.note(f"environment  {environment}")
    if identity.endpoint:
        render.note(f"endpoint     {identity.endpoint}, which is not AWS")


def _answering(target: Target) -> Target:
    """The target, if something answers there: boto3 would try for minutes to find out."""
    from lab import guard, reaching

    if target.endpoint is not None:
        reaching.require(target.endpoint)
        guard.emulator(target.endpoint)
    return target
