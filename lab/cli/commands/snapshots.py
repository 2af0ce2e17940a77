"""`lab save`, `lab load`, `lab snapshots`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lab.cli.commands.common import Json, require_writable
from lab.cli.commands.environments import App

if TYPE_CHECKING:
    from lab.operate.snapshots import Snapshot

PANEL = "The emulator"
SECRETS = (
    "It holds everything that the shop does: its secrets, and customers' names, addresses and"
    " mails. Give it to whom you would give these."
)
Name = Annotated[str, typer.Argument(metavar="NAME", help="The snapshot's name.")]
Replace = Annotated[bool, typer.Option("--replace", help="Replace what has the name.")]

snapshots = App(
    help="Lists the snapshots, shows, removes, exports and imports them.",
    epilog="Example: lab snapshots describe before-the-sale",
    invoke_without_command=True,
)


def register(app: typer.Typer) -> None:
    """Adds this module's commands to the app."""
    app.command(rich_help_panel=PANEL, epilog="Example: lab save before-the-sale")(save)
    app.command(rich_help_panel=PANEL, epilog="Example: lab load before-the-sale")(load)
    app.add_typer(snapshots, name="snapshots", rich_help_panel=PANEL)


def save(name: Name, replace: Replace = False, json: Json = False) -> None:
    """Makes a snapshot of the whole emulator: the shop, its data, mails and Terraform's state."""
    from lab.console import render
    from lab.console.progress import working
    from lab.operate import snapshots as operations

    with working(f"Saving {name}") as on_progress:
        made = operations.save(name, replace, on_progress)
    if json:
        render.as_json(_facts(made))
    else:
        render.done(f"Saved as {name} ({_size(made)}). To go back to it: lab load {name}")


def load(name: Name, json: Json = False) -> None:
    """Restarts the emulator with a snapshot. What is there now is kept as before-load."""
    from dataclasses import asdict

    from lab.console import render
    from lab.console.progress import working
    from lab.operate import snapshots as operations

    with working(f"Loading {name}") as on_progress:
        result = operations.load(name, on_progress)
    if json:
        render.as_json(asdict(result))
        return
    when = render.moment(result.saved_at)
    render.done(f"The emulator at {result.endpoint} has the state of {name}, saved {when}.")
    if result.kept_as:
        render.note(f"What was there before is kept: lab load {result.kept_as}")


@snapshots.callback()
def show_all(context: typer.Context, json: Json = False) -> None:
    """Lists the snapshots of this lab; the commands below show, remove, export and import them."""
    from lab.core import invocation

    if context.invoked_subcommand:
        invocation.running().name = f"snapshots {context.invoked_subcommand}"
        return
    _show_list(json)


@snapshots.command("list", epilog="Example: lab snapshots list --json")
def show_list(json: Json = False) -> None:
    """Lists the snapshots of this lab, as `lab snapshots` does."""
    _show_list(json)


def _show_list(json: bool) -> None:
    from lab.console import render
    from lab.operate.snapshots import Library

    library = Library.of_home()
    rows = [_facts_of(library, name) for name in library.names()]
    if json:
        render.as_json(rows)
    elif rows:
        columns = ("!Name", "!Saved", ">Size", "Deployed")
        render.screen.print(render.table(columns, map(_row, rows)))
    else:
        render.screen.print("There are no snapshots. Make one: lab save NAME")


@snapshots.command(epilog="Example: lab snapshots describe before-the-sale")
def describe(name: Name, json: Json = False) -> None:
    """Shows what a snapshot holds, and which versions made it."""
    from lab.console import render
    from lab.operate.snapshots import Library

    facts = _facts(Library.of_home().find(name))
    if json:
        render.as_json(facts)
        return
    shown = facts | {
        "saved_at": render.moment(facts["saved_at"]),
        "size": f"{facts['size'] / 1e6:.1f} MB",
        "services": ", ".join(facts["services"]),
        "environments": _environments(facts),
    }
    rows = [(key.replace("_", " "), str(value)) for key, value in shown.items() if value]
    render.screen.print(render.Grid(rows))


@snapshots.command(epilog="Example: lab snapshots remove before-the-sale --yes")
def remove(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Deletes a snapshot. The emulator stays as it is."""
    from lab.console import render
    from lab.core.errors import LabError
    from lab.operate.snapshots import Library

    library = Library.of_home()
    library.require(name)
    if not yes and not sys.stdin.isatty():
        raise LabError("This needs a confirmation, but stdin is no terminal.", "Use --yes.", code=2)
    if not yes and not typer.confirm(f"Delete the snapshot {name}?"):
        raise LabError("Nothing was deleted.")
    library.remove(name)
    render.done(f"{name} is deleted.")


@snapshots.command(epilog="Example: lab snapshots export before-the-sale sale.tar.gz")
def export(
    name: Name,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file, such as sale.tar.gz.")],
    replace: Annotated[bool, typer.Option("--replace", help="Replace the file.")] = False,
) -> None:
    """Writes a snapshot to a file, for another lab. It is data only: importing it runs no code."""
    from lab.console import render
    from lab.console.progress import working
    from lab.core.errors import LabError
    from lab.operate import snapshots as operations

    require_writable(file)
    if file.exists() and not replace:
        raise LabError(f"{file} exists.", "Name another file, or replace it with --replace.")
    with working(f"Exporting {name}"):
        operations.export(name, file)
    render.done(f"{name} is in {file} ({file.stat().st_size / 1e6:.1f} MB).")
    render.note(SECRETS)


@snapshots.command("import", epilog="Example: lab snapshots import sale.tar.gz")
def import_file(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="Of an export.")
    ],
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="By default the file's name.")
    ] = None,
    replace: Replace = False,
    json: Json = False,
) -> None:
    """Makes a snapshot of an exported file, which may be another person's."""
    from lab.console import render
    from lab.console.progress import working
    from lab.operate import snapshots as operations

    with working(f"Importing {file}"):
        made = operations.import_file(file, name or "", replace)
    if json:
        render.as_json(_facts(made))
    else:
        render.done(f"Imported as {made.name}. To use it: lab load {made.name}")


def _facts(snapshot: Snapshot) -> dict[str, Any]:
    from dataclasses import asdict

    about = asdict(snapshot.about)
    own = {"name": snapshot.name, "environments": snapshot.environments}
    return own | about | {"imported_from": snapshot.imported_from}


def _facts_of(library: Any, name: str) -> dict[str, Any]:
    """The facts of a snapshot; of one that cannot be read, why not."""
    from lab.core.errors import LabError

    try:
        return _facts(library.find(name))
    except LabError as error:
        return {"name": name, "unusable": error.message}


def _row(facts: dict[str, Any]) -> list[str]:
    from lab.console import render

    if "unusable" in facts:
        return [facts["name"], "-", "-", facts["unusable"]]
    size = f"{facts['size'] / 1e6:.1f} MB"
    return [facts["name"], render.moment(facts["saved_at"]), size, _environments(facts)]


def _environments(facts: dict[str, Any]) -> str:
    from lab.console import render

    if facts["imported_from"]:
        return f"imported from {facts['imported_from']}"
    if facts["environments"] is None:
        return "unknown: the emulator did not run"
    counts = facts["environments"].items()
    parts = [f"{name} ({render.number(count, 'resource')})" for name, count in counts]
    return ", ".join(parts) or "nothing"


def _size(snapshot: Snapshot) -> str:
    return f"{snapshot.about.size / 1e6:.1f} MB"
