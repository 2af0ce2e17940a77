"""`lab keys`."""

from __future__ import annotations

from typing import Annotated

import typer

from lab.cli.commands.common import Environment, Json, target_of
from lab.cli.commands.environments import App

keys = App(
    help="The keys that customers' tokens are signed with.",
    epilog="Example: lab keys rotate",
    no_args_is_help=True,
)


@keys.callback()
def set_command_name(context: typer.Context) -> None:
    """Sets the name of the running command."""
    from lab.core import invocation

    invocation.running().name = f"keys {context.invoked_subcommand}"


def register(app: typer.Typer) -> None:
    """Adds this module's commands to the app."""
    app.add_typer(keys, name="keys", rich_help_panel="The environment")


@keys.command(epilog="Example: lab keys show --env dev")
def show(environment: Environment = "dev", json: Json = False) -> None:
    """Shows the public keys that the environment takes tokens of."""
    from lab.console import render
    from lab.shop import token_keys

    target = target_of(environment)
    own, published = token_keys.own_id(target), token_keys.published(target)
    if json:
        render.as_json({"keys": published, "own": own})
        return
    rows = [[key.get("kid", ""), "this lab" if key.get("kid") == own else ""] for key in published]
    render.screen.print(render.table(("!Key", "Signs here"), rows))


@keys.command(epilog="Example: lab keys rotate --revoke")
def rotate(
    revoke: Annotated[
        bool, typer.Option("--revoke", help="Refuse the tokens of all other keys.")
    ] = False,
    environment: Environment = "dev",
    json: Json = False,
) -> None:
    """Signs with a new key from now on. Tokens that are signed already stay valid."""
    from lab.console import render
    from lab.shop import token_keys

    key = token_keys.rotate(target_of(environment), revoke)
    if json:
        render.as_json({"kid": key.kid, "revoked": revoke})
        return
    others = (
        "Other tokens are refused in five minutes at the latest: functions keep settings so long."
        if revoke
        else "Other tokens stay valid."
    )
    render.done(f"{environment} takes tokens of the key {key.kid}. {others}")
