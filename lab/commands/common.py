"""Options that several commands share, and what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
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


def target_of(environment: str) -> Target:
    """The target for an environment. Raises LabError (code 2) for a name without a folder."""
    from lab import paths
    from lab.errors import LabError
    from lab.target import Target

    known = sorted({file.parent.name for file in paths.TERRAFORM.glob("environments/*/*.tf")})
    if environment in known:
        return _answering(Target.current(environment))
    raise LabError(
        f"There is no environment {environment!r}.",
        f"The environments are: {', '.join(known)}.",
        code=2,
    )


def _answering(target: Target) -> Target:
    """The target, if something listens there: boto3 would try for five seconds to find out."""
    import socket
    from urllib.parse import urlsplit

    from lab.failures import not_running

    if target.endpoint is None:
        return target
    place = urlsplit(target.endpoint)
    port = place.port or (443 if place.scheme == "https" else 80)
    try:
        socket.create_connection((place.hostname or "", port), timeout=5).close()
    except OSError:
        raise not_running(target.endpoint) from None
    return target
