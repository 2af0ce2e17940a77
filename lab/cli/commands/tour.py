"""`lab demo`: the first command for newcomers."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Adds this module's command to the app."""
    app.command(epilog="Example: lab demo")(demo)


def demo(
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="The emulator's port (LAB_PORT, else 4566)."),
    ] = None,
) -> None:
    """Starts everything, places three real orders and shows their paths. Leaves it running."""
    from lab.cli import demo as tour

    tour.run(port)
