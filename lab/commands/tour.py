"""`lab demo`: the first thing that a newcomer sees."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Adds this module's command to the app."""
    app.command(epilog="Example: lab demo")(demo)


def demo() -> None:
    """Starts everything, places three real orders and shows the way of each. Leaves it running."""
    from lab import demo as tour

    tour.run()
