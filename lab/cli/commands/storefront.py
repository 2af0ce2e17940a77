"""`lab shop`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lab.cli.commands.common import Environment, target_of

if TYPE_CHECKING:
    from lab.core.target import Target
    from lab.shop_server.server import Place


def register(app: typer.Typer) -> None:
    """Adds this module's command to the app."""
    app.command(rich_help_panel="Orders", epilog="Example: lab shop --read-only")(shop)


def shop(
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="The port. Without it: 8080, or the next free one."),
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="The machine room without its levers.")
    ] = False,
    environment: Environment = "dev",
) -> None:
    """Opens the shop, and the machine room behind it, in your browser.

    Serves only this machine, until Ctrl-C.
    """
    from lab.shop_server import server

    target = _on_emulator(environment)
    where = server.place(port)
    server.serve(target, where, read_only, lambda: _opened(where, browser))


def _on_emulator(environment: str) -> Target:
    """Raises LabError (code 2) on AWS, where the storefront is behind CloudFront."""
    from lab.core.errors import LabError

    target = target_of(environment)
    if target.endpoint is None:
        raise LabError(
            "`lab shop` serves an environment on the emulator, and signs its customers in.",
            "On AWS the storefront is deployed with the environment: see docs/storefront.md.",
            code=2,
        )
    return target


def _opened(where: Place, browser: bool) -> None:
    from lab.console import render

    render.done(f"The shop          {where.url}")
    render.done(f"The machine room  {where.url}machine-room/")
    render.done(f"Side by side      {where.url}side-by-side/")
    render.note("Ctrl-C stops it.")
    if browser:
        typer.launch(where.url)
