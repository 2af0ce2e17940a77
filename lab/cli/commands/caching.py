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
    help="What the checkouts of this machine share: deployments, and parts of the installation.",
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
    """Shows what is kept: deployments for an empty emulator, and parts of the installation."""
    from lab.console import render
    from lab.deploy.deployment_cache import store
    from lab.emulator.saved_state import bytes_of

    kept = store.Cache.of_user()
    entries = kept.entries()
    installation = sum(map(bytes_of, store.of_the_installation()))
    if json:
        facts = [_facts(entry) for entry in entries]
        folder = str(store.folder())
        render.as_json({"folder": folder, "deployments": facts, "installation": installation})
        return
    if entries:
        columns = ("!Deployed", "Environment", ">Resources", ">Size", "!Key")
        render.screen.print(render.table(columns, map(_row, entries)))
    total = sum(entry.size for entry in entries)
    deployments = render.number(len(entries), "deployment")
    render.screen.print(
        f"In {store.folder()}: {deployments} ({total / 1e6:.1f} MB), and for"
        f" `make install` uv and compiled packages ({installation / 1e6:.0f} MB)"
    )


@cache.command(epilog="Example: lab cache clear")
def clear() -> None:
    """Deletes all of it. The next installation and the next deploy take longer."""
    import shutil

    from lab.console import render
    from lab.deploy.deployment_cache import store

    count = store.Cache.of_user().clear()
    for folder in store.of_the_installation():
        shutil.rmtree(folder)
    render.done(f"{store.folder()} is empty: {render.number(count, 'deployment')} deleted.")


def _facts(entry: Entry) -> dict[str, object]:
    return asdict(entry) | {"folder": str(entry.folder)}


def _row(entry: Entry) -> list[str]:
    from lab.console import render

    made = render.moment(entry.made_at)
    size = f"{entry.size / 1e6:.1f} MB"
    return [made, entry.environment, str(entry.resources), size, entry.folder.name[:12]]
