"""`lab deploy`, `lab destroy`, `lab seed`, `lab url`, `lab token`."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from lab.cli.commands.common import Environment, EnvironmentArgument, Json, target_of


def register(app: typer.Typer) -> None:
    """Adds this module's commands to the app."""
    panel = "The environment"
    app.command(rich_help_panel=panel, epilog="Example: lab deploy dev")(deploy)
    app.command(rich_help_panel=panel, epilog="Example: lab destroy dev --yes")(destroy)
    app.command(rich_help_panel=panel, epilog="Example: lab seed --products 500")(seed)
    app.command(rich_help_panel=panel, epilog="Example: curl $(lab url)/products")(url)
    app.command(rich_help_panel=panel, epilog="Example: lab token --customer ada")(token)


def deploy(
    environment: EnvironmentArgument = "dev",
    verify: Annotated[
        bool, typer.Option("--verify", help="Check with a plan that nothing is left to change.")
    ] = False,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Always run Terraform, and keep nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Applies the environment's Terraform to the emulator.

    An empty emulator gets what this machine has deployed before from the same sources.
    """
    from lab.cli import reports
    from lab.console import render
    from lab.console.progress import working
    from lab.deploy import terraform

    target = target_of(environment)
    with working(f"Deploying {environment}") as on_progress:
        options = terraform.Options(cache=not no_cache, verify=verify)
        result = terraform.deploy(target, on_progress, options=options)
    if json:
        render.as_json(asdict(result))
    else:
        took = render.duration(result.init_s + result.apply_s)
        render.done(f"{environment} is deployed: {reports.deployed(result)} ({took}).")


def destroy(
    environment: EnvironmentArgument = "dev",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Destroys everything that was deployed, data included, and verifies that nothing remains."""
    from lab.console import render
    from lab.console.progress import working
    from lab.deploy import terraform

    target = target_of(environment)
    if not yes:
        _confirm(f"Destroy {environment} at {target.endpoint or 'the real AWS'} with all its data?")
    with working(f"Destroying {environment}") as on_progress:
        result = terraform.destroy(target, on_progress)
    if json:
        render.as_json(asdict(result))
    else:
        summary = (
            f"{render.number(result.destroyed, 'resource')} in {render.duration(result.seconds)}"
        )
        render.done(f"{environment} is destroyed ({summary}); nothing remains.")
        for leftover in result.kept:
            render.note(f"Kept on purpose: {leftover}")


def _confirm(question: str) -> None:
    from lab.core.errors import LabError

    if not sys.stdin.isatty():
        raise LabError("This needs a confirmation, but stdin is no terminal.", "Use --yes.", code=2)
    if not typer.confirm(question):
        raise LabError("Nothing was destroyed.")


def seed(
    products: Annotated[
        int | None,
        typer.Option(
            min=1, max=1_000_000, help="Generate a catalogue of this many products instead."
        ),
    ] = None,
    exact: Annotated[
        bool, typer.Option("--exact", help="Take products off sale that are not loaded here.")
    ] = False,
    environment: Environment = "dev",
    json: Json = False,
) -> None:
    """Loads the catalogue, the stock and the promotions.

    Other products stay for sale, unless you use --exact. Their stock always stays.
    """
    from lab import seed as seeds
    from lab.cli import reports
    from lab.console import render
    from lab.console.progress import working

    target = target_of(environment)
    catalogue = seeds.generate(products) if products else None
    with working("Loading the seed") as on_progress:
        report = seeds.load(target, on_progress, catalogue, exact=exact)
    if json:
        render.as_json(asdict(report))
        return
    render.done(f"The shop is stocked: {reports.seeded(report)}.")
    if report.others:
        command = _exact_command(products, environment)
        render.note(f"{reports.others(report)} To take them off sale: {command}")


def _exact_command(products: int | None, environment: str) -> str:
    """The current command with --exact."""
    words = ["lab seed", f"--products {products}" if products else ""]
    words += ["" if environment == "dev" else f"--env {environment}", "--exact"]
    return " ".join(filter(None, words))


def url(environment: Environment = "dev", json: Json = False) -> None:
    """Prints the API's base URL."""
    from lab.console import render
    from lab.shop import shop_client

    base = shop_client.base_url(target_of(environment))
    if json:
        render.as_json({"url": base})
    else:
        typer.echo(base)


def token(
    customer: Annotated[str, typer.Option(help="The customer to sign in as.")],
    environment: Environment = "dev",
    json: Json = False,
) -> None:
    """Prints a bearer token, valid for an hour."""
    from lab.console import render
    from lab.shop import tokens

    tokens.require_customer(customer)
    minted = tokens.mint(target_of(environment), customer)
    if json:
        render.as_json({"token": minted, "customer": customer})
    else:
        typer.echo(minted)
