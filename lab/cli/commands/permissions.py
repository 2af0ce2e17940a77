"""`lab iam`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lab.cli.commands.common import Environment, Json, target_of

if TYPE_CHECKING:
    from lab.shop.permissions import Permissions


def register(app: typer.Typer) -> None:
    """Adds this module's command to the app."""
    app.command(rich_help_panel="Looking inside", epilog="Example: lab iam")(iam)


def iam(
    reset: Annotated[bool, typer.Option("--reset", help="Begin the record anew.")] = False,
    environment: Environment = "dev",
    json: Json = False,
) -> None:
    """Shows the permissions of each role, which of them were used, and denied requests.

    Counts requests since the emulator was new, or since --reset.
    """
    from lab.cli import permissions_report
    from lab.console import render
    from lab.shop import permissions

    target = target_of(environment)
    if reset:
        permissions.forget(target)
    result = permissions.look(target)
    if json:
        render.as_json(_as_dict(result))
    else:
        render.screen.print(permissions_report.draw(result))


def _as_dict(result: Permissions) -> dict[str, Any]:
    roles = (
        asdict(role)
        | {"unused": [asdict(g) for g in role.unused], "wide": [asdict(g) for g in role.wide]}
        for role in result.roles
    )
    return {"roles": list(roles), "others": [asdict(r) for r in result.others]}
