"""`lab doctor`, `lab up`, `lab down`, `lab env`, `lab dynamodb`, `lab ses`."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from lab.cli.commands.common import Json

if TYPE_CHECKING:
    from lab.core.progress import Progress
    from lab.emulator.process import Emulator
    from lab.emulator.service_settings import ServiceSettings


class Shell(StrEnum):
    """The language of a shell."""

    SH = "sh"
    FISH = "fish"


def register(app: typer.Typer) -> None:
    """Adds this module's commands to the app."""
    panel = "The emulator"
    app.command(rich_help_panel=panel, epilog="Example: lab doctor")(doctor)
    app.command(rich_help_panel=panel, epilog="Example: lab up --port 4600")(up)
    app.command(rich_help_panel=panel, epilog="Example: lab down")(down)
    app.command(
        rich_help_panel=panel, epilog="Example: lab dynamodb throttling=true stale_read_seconds=0.5"
    )(dynamodb)
    app.command(rich_help_panel=panel, epilog="Example: lab ses sandbox=true")(ses)
    app.command("env", rich_help_panel=panel, epilog='Example: eval "$(lab env)"')(env)


def up(
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="The port to listen on (LAB_PORT, else 4566)."),
    ] = None,
    host: Annotated[bool, typer.Option("--host", help="As a process of this machine.")] = False,
    docker: Annotated[
        bool, typer.Option("--docker", help="In a container, by Docker Compose.")
    ] = False,
    no_iam: Annotated[
        bool, typer.Option("--no-iam", help="Do not enforce permissions: every role may do all.")
    ] = False,
    fresh: Annotated[
        bool,
        typer.Option("--fresh", help="Begin with nothing, not with the state of the last time."),
    ] = False,
    json: Json = False,
) -> None:
    """Starts the emulator with everything that was in it, and returns when it is ready.

    It provides the services that the lab uses; LAB_SERVICES=kinesis,swf adds more.
    """
    from lab.console import render
    from lab.core.errors import LabError

    if host and docker:
        raise LabError("--host and --docker exclude each other.", "Choose one.", code=2)
    if fresh and docker:
        raise LabError(
            "--fresh is for an emulator that is a process of this machine.",
            "In a container its state is in a volume: docker compose down --volumes",
            code=2,
        )
    started = _start(port, iam=not no_iam, docker=docker, fresh=fresh)
    if json:
        render.as_json(asdict(started))
    elif started.already_running:
        render.done(f"The emulator is already running at {started.endpoint} ({started.name}).")
    else:
        ready = render.duration(started.ready_s)
        render.done(f"The emulator is ready at {started.endpoint} ({started.name}, {ready}).")
        _report_state(started)


def _start(port: int | None, iam: bool, docker: bool, fresh: bool) -> Emulator:
    from lab.console.progress import working
    from lab.emulator import process

    with working("Starting the emulator") as on_progress:
        if fresh:
            _end_left_over_terraform(on_progress)
        return process.start(port, on_progress=on_progress, iam=iam, docker=docker, fresh=fresh)


def _report_state(started: Emulator) -> None:
    from lab.console import render

    state = started.state
    if state and state.restored:
        render.note(f"Everything is as it was on {render.moment(state.saved_at)}.")
    if state and state.refused:
        render.note(f"{state.refused} `lab deploy` and `lab seed` build the shop anew.")


def down(json: Json = False) -> None:
    """Stops the emulator, and keeps everything that is in it for the next `lab up`.

    Exits with 1 if its latest changes could not be saved.
    """
    from lab.console import render
    from lab.console.progress import working
    from lab.emulator import process

    with working("Stopping the emulator") as on_progress:
        _end_left_over_terraform(on_progress)
        stopped = process.stop()
    if json:
        render.as_json(asdict(stopped))
    elif not stopped:
        render.done("The emulator was not running.")
    elif stopped.not_saved:
        render.done("The emulator has stopped.")
        render.note(f"Its latest changes were not saved: {stopped.not_saved}")
    else:
        render.done(f"The emulator has stopped. Its state is kept: `{stopped.again}` continues.")
    if stopped.lost:
        raise typer.Exit(1)


def _end_left_over_terraform(on_progress: Progress) -> None:
    """It would go on at the next emulator of this port."""
    from lab.core import paths
    from lab.deploy import terraform_lock

    terraform_lock.end_left_over(paths.home_path() / "terraform", on_progress)


def env(
    shell: Annotated[
        Shell | None,
        typer.Option(
            help="Whose language it prints: yours, unless you say. sh is also that of bash and zsh."
        ),
    ] = None,
    unset: Annotated[
        bool, typer.Option("--unset", help="Print what puts the shell back as it was.")
    ] = False,
    json: Json = False,
) -> None:
    """Prints the variables with which aws, awslocal, terraform, tflocal and boto3 use the lab.

    Let your shell run it: eval "$(lab env)", or in fish: lab env | source
    """
    import os

    from lab.console import render
    from lab.deploy import shell_environment

    new = shell_environment.restore(os.environ) if unset else shell_environment.changes(os.environ)
    if json:
        render.as_json(new)
        return
    spoken = shell or shell_environment.language(shell_environment.ancestors())
    print(shell_environment.SHELLS[spoken].script(new))  # noqa: T201 - for a shell, not for a person
    if not unset:
        _warn_if_unreachable(new.get("AWS_ENDPOINT_URL") or "")


def _warn_if_unreachable(endpoint: str) -> None:
    from lab.console import render
    from lab.core import reachability
    from lab.core.errors import LabError

    try:
        reachability.require(endpoint)
    except LabError as error:
        render.note(f"{error.message} {error.hint}")


def doctor(json: Json = False) -> None:
    """Checks what the lab needs on this machine, and how to get what is missing."""
    from lab.cli import doctor as doctors
    from lab.cli import reports
    from lab.console import render
    from lab.console.progress import working

    with working("Checking"):
        checks = doctors.checks()
    if json:
        render.as_json([asdict(check) for check in checks])
    else:
        render.screen.print(reports.checks(checks))
    raise typer.Exit(1 if doctors.failed(checks) else 0)


def dynamodb(
    settings: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME=VALUE]...", help="What to change.")
    ] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Switch everything off first.")] = False,
    json: Json = False,
) -> None:
    """Shows or changes what AWS's DynamoDB does under load, and the emulator only if asked.

    Stale reads, throttling, conflicts of transactions. emulator/src/embedded_dynamodb/README.md
    has AWS's rule for each setting.
    """
    from lab.emulator import dynamodb_settings

    _change(dynamodb_settings.SETTINGS, settings or [], reset, json)


def ses(
    settings: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME=VALUE]...", help="What to change.")
    ] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Switch everything off first.")] = False,
    json: Json = False,
) -> None:
    """Shows or changes whether SES plays the sandbox, which every new account on AWS is in.

    In it, mail goes to and from verified identities only, and who sends needs a permission on the
    identities of the recipients.
    """
    from lab.emulator import ses_settings

    _change(ses_settings.SETTINGS, settings or [], reset, json)


def _change(service: ServiceSettings, assignments: list[str], reset: bool, as_json: bool) -> None:
    """Resets and changes the settings of a service as asked, and prints all."""
    from lab.cli import reports
    from lab.cli.commands.common import target_of
    from lab.console import render

    target = target_of("dev")
    changes = service.parsed(assignments)
    result = service.reset(target) if reset else service.read(target)
    if changes:
        result = service.change(target, changes)
    if as_json:
        render.as_json(result)
    else:
        render.screen.print(reports.service_settings(result))
