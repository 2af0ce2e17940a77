"""`lab status`, `lab alarms`, `lab dashboard`, `lab logs`, `lab trace`, `lab mail`, `lab audit`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from lab.cli.commands.common import MOST, Environment, Json, target_of

if TYPE_CHECKING:
    from lab.shop.mailbox import Mail


# Long enough for the mail of an order that has just ended.
SETTLE_S = 5.0
# CloudWatch's retention of one-minute data points.
DAYS_KEPT = 15


def register(app: typer.Typer) -> None:
    """Adds this module's commands to the app."""
    panel = "Looking inside"
    app.command(rich_help_panel=panel, epilog="Example: lab status")(status)
    app.command(rich_help_panel=panel, epilog="Example: lab alarms --ringing")(alarms)
    app.command(rich_help_panel=panel, epilog="Example: lab dashboard --open")(dashboard)
    app.command(rich_help_panel=panel, epilog="Example: lab logs payment-processor --lines 20")(
        logs
    )
    app.command(rich_help_panel=panel, epilog="Example: lab trace ord_… --json")(trace)
    app.command(rich_help_panel=panel, epilog="Example: lab mail --show 1")(mail)
    app.command(rich_help_panel=panel, epilog="Example: lab audit")(audit)


def status(environment: Environment = "dev", json: Json = False) -> None:
    """Shows what is deployed and its health; exits with 1 if something is not healthy."""
    from lab.cli import reports
    from lab.console import render
    from lab.console.progress import working
    from lab.core import paths, recheck
    from lab.deploy import terraform_lock
    from lab.emulator import process
    from lab.shop import health

    target = target_of(environment)
    with working("Checking"):
        emulator = process.status()
        impatient_target = target.within(health.TIMEOUT_S)
        report = recheck.read(lambda: health.look(impatient_target), lambda seen: seen.good)
        folder = paths.home_path() / "terraform"
        finished = terraform_lock.has_finished(folder, target.environment, target.endpoint)
    if json:
        whole = asdict(report) | {"deploy_finished": finished}
        render.as_json({"emulator": asdict(emulator), "environment": whole})
    else:
        render.screen.print(reports.health(report, emulator, target, finished))
    raise typer.Exit(0 if report.good and finished and not emulator.not_saved else 1)


def alarms(
    ringing: Annotated[bool, typer.Option("--ringing", help="Only those that ring.")] = False,
    environment: Environment = "dev",
    json: Json = False,
) -> None:
    """Lists the alarms and their states; exits with 1 if one rings. What to do: docs/runbook.md."""
    from lab.cli import reports
    from lab.console import render
    from lab.core import recheck
    from lab.shop import alarms as alarm_reader

    target = target_of(environment)
    every = recheck.read(lambda: alarm_reader.read(target), alarm_reader.are_quiet)
    rings = [alarm for alarm in every if alarm.rings]
    shown = rings if ringing else every
    if json:
        render.as_json([asdict(alarm) for alarm in shown])
    else:
        render.screen.print(reports.alarm_list(shown, len(every)))
    raise typer.Exit(1 if rings else 0)


def dashboard(
    minutes: Annotated[int, typer.Option(min=1, max=DAYS_KEPT * 1440, help="How far back.")] = 60,
    browser: Annotated[bool, typer.Option("--open", help="Open it in a browser.")] = False,
    environment: Environment = "dev",
    json: Json = False,
) -> None:
    """Draws the deployed CloudWatch dashboard as a web page, with the metrics of this target."""
    from lab.console import render
    from lab.console.progress import working
    from lab.operate import dashboard as dashboards

    target = target_of(environment)
    with working("Reading CloudWatch"):
        board = dashboards.read(target, minutes)
    if json:
        render.as_json(board.as_dict())
        return
    with working("Drawing"):
        page = dashboards.write(board)
    render.done(f"The dashboard is drawn: {page}")
    if browser:
        typer.launch(page.as_uri())


def logs(
    function: Annotated[str, typer.Argument(help="A function, for example cart-validator.")],
    lines: Annotated[
        int, typer.Option("--lines", "-n", min=1, max=MOST, help="The last N lines.")
    ] = 50,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    environment: Environment = "dev",
    json: Json = False,
) -> None:
    """Prints the logs of a function from CloudWatch Logs."""
    from lab.cli import reports
    from lab.console import render
    from lab.shop import logs as log_reader

    target = target_of(environment)
    name = log_reader.short_name(target, function)
    log_lines = log_reader.read(target, name)[-lines:]
    if json:
        render.as_json([asdict(line) for line in log_lines])
        return
    for line in log_lines:
        render.screen.print(reports.log_line(line), soft_wrap=True)
    for line in log_reader.follow(target, name) if follow else ():
        render.screen.print(reports.log_line(line), soft_wrap=True)


def trace(
    order: Annotated[str, typer.Argument(help="An order's id, or a request's correlation id.")],
    environment: Environment = "dev",
    json: Json = False,
) -> None:
    """Draws an order's whole way: request, states, retries, queue, mail, and the gaps between."""
    from lab.console import render
    from lab.console.progress import working
    from lab.shop import order_trace, trace_view

    target = target_of(environment)
    with working("Reading the order, its execution and the logs"):
        way = order_trace.read(target, order)
    if json:
        render.as_json(trace_view.as_dict(way))
    else:
        render.screen.print(trace_view.report(way))


def mail(
    show: Annotated[
        int | None, typer.Option(min=1, max=MOST, help="Print mail number N in full.")
    ] = None,
    order: Annotated[str, typer.Option(help="Only mails about this order.")] = "",
    environment: Environment = "dev",
    json: Json = False,
) -> None:
    """Lists the mails sent to customers, oldest first.

    Waits a moment for a mail that is asked for and still on its way.
    """
    from lab.cli import reports
    from lab.console import render
    from lab.console.progress import working
    from lab.shop import mailbox

    target = target_of(environment)
    every = mailbox.read(target)
    if sum(order in ("", m.order_id) for m in every) < (show or 1):
        with working("Waiting for mails that are on their way"):
            mailbox.wait_until_sent(target)
        every = mailbox.read(target)
    mails = [m for m in every if order in ("", m.order_id)]
    if show is not None:
        mails = [_numbered(mails, show)]
    if json:
        render.as_json([asdict(message) for message in mails])
    elif show is not None:
        render.screen.print(reports.letter(mails[0]), soft_wrap=True)
    else:
        render.screen.print(reports.mail_list(mails, order, len(every) if order else 0))


def _numbered(mails: list[Mail], number: int) -> Mail:
    from lab.core.errors import LabError

    if number > len(mails):
        count = {0: "There is no mail", 1: "There is 1 mail"}.get(
            len(mails), f"There are {len(mails)} mails"
        )
        raise LabError(f"{count}; number {number} is not among them.", "`lab mail` lists them.", 2)
    return mails[number - 1]


def audit(environment: Environment = "dev", json: Json = False) -> None:
    """Audits all stored data; exits with 1 if a guarantee is broken."""
    from lab.cli import reports
    from lab.console import render
    from lab.console.progress import working
    from lab.operate import audit as auditor

    with working("Checking the books") as on_progress:
        report = auditor.run(target_of(environment), on_progress, settle_s=SETTLE_S)
    if json:
        render.as_json(report.as_dict())
    else:
        render.screen.print(reports.audit(report))
    raise typer.Exit(0 if report.clean else 1)
