"""`lab cache`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from lab.cli.commands.common import Json
from lab.cli.commands.environments import App

if TYPE_CHECKING:
    from lab.deploy.deployment_cache.store import Entry

cache = App(
    help="The deployments that this machine keeps, for all checkouts.",
    epilog="Example: lab cache clear",
    no_args_is_help=True,
)


@cache.callback()
def set_command_name(context: typer.Context) -> None:
    """Sets the name of the running command."""
    from lab.core import invocation

    invocation.running().name = f"cache {context.invoked_subcommand}"


def register(app: typer.Typer) -> None:
    """Adds this module's commands to the app."""
    app.add_typer(cache, name="cache", rich_help_panel="The emulator")


@cache.command(epilog="Example: lab cache show --json")
def show(json: Json = False) -> None:
    """Shows the kept deployments: an empty emulator gets them back in seconds."""
    from lab.console import render
    from lab.deploy.deployment_cache.store import Cache

    kept = Cache.of_user()
    entries = kept.entries()
    if json:
        render.as_json({"folder": str(kept.root), "entries": [_facts(entry) for entry in entries]})
        return
    if entries:
        columns = ("!Deployed", "Environment", ">Resources", ">Size", "!Key")
        render.screen.print(render.table(columns, map(_row, entries)))
    total = sum(entry.size for entry in entries)
    render.screen.print(f"{len(entries)} deployments, {total / 1e6:.1f} MB, in {kept.root}")


@cache.command(epilog="Example: lab cache clear")
def clear() -> None:
    """Deletes the kept deployments. The next deploy on an empty emulator runs Terraform."""
    from lab.console import render
    from lab.deploy.deployment_cache.store import Cache

    kept = Cache.of_user()
    render.done(f"{kept.clear()} deployments were deleted from {kept.root}.")


def _facts(entry: Entry) -> dict[str, object]:
    return asdict(entry) | {"folder": str(entry.folder)}


def _row(entry: Entry) -> list[str]:
    from lab.console import render

    made = render.moment(entry.made_at)
    size = f"{entry.size / 1e6:.1f} MB"
    return [made, entry.environment, str(entry.resources), size, entry.folder.name[:12]]
