"""Renders health, checks, orders, mails, logs and audits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from lab.console import render
from lab.core import endpoints
from lab.core.invocation import advice
from lab.shop.logs import LogLine, readable

if TYPE_CHECKING:  # to import these takes half a second, for which a list of orders need not wait
    from lab.cli.doctor import Check
    from lab.core.target import Target
    from lab.deploy.terraform import DeployResult
    from lab.deploy.terraform.json_log import Changes
    from lab.emulator.process import EmulatorStatus
    from lab.operate.audit import AuditReport
    from lab.seed import SeedReport
    from lab.shop.alarms import Alarm
    from lab.shop.health import Health
    from lab.shop.mailbox import Mail
    from lab.shop.orders import OrderRow

GOOD = Text("✔", style="green")
BAD = Text("✘", style="red")
SHOWN = 20
WIDE = 110


def order_list(rows: Sequence[OrderRow], width: int) -> RenderableType:
    """A table of orders; with reason and customer if `width` has enough columns."""
    if not rows:
        return Text(advice("There are no such orders. Place one with `lab checkout`."))
    if width < WIDE:
        columns: tuple[str, ...] = ("!Order", "!Status", ">Total", "!Placed")
        return render.table(columns, (_short_order(row) for row in rows))
    columns = ("!Order", "!Status", "Why", "Customer", ">Total", "!Placed")
    return render.table(columns, (_order(row) for row in rows))


def _short_order(row: OrderRow) -> list[str | Text]:
    placed = render.moment(row.created_at)[5:-3]
    return [row.order_id, render.status(row.status), render.money(row.total), placed]


def _order(row: OrderRow) -> list[str | Text]:
    placed = render.moment(row.created_at)
    total = render.money(row.total)
    return [row.order_id, render.status(row.status), row.rejection, row.customer, total, placed]


def mail_list(mails: Sequence[Mail], order_id: str = "", of: int = 0) -> RenderableType:
    """A table of mails, with the numbers for `lab mail --show N`.

    If these are the mails about one order, `of` is the number of all mails.
    """
    if not mails and of:
        return Text(f"No mail is about {order_id}. There are {of} about other orders.")
    if not mails:
        return Text(advice("There is no mail yet. Place an order with `lab checkout`."))
    numbered = enumerate(mails, start=1)
    rows = ([str(n), render.moment(m.at), ", ".join(m.to), m.subject] for n, m in numbered)
    return render.table((">N", "!Sent", "To", "Subject"), rows)


STATE_STYLE = {"ALARM": "red", "OK": "green", "INSUFFICIENT_DATA": "yellow"}


def alarm_list(shown: Sequence[Alarm], of: int) -> RenderableType:
    """A table of alarms; those that ring have their meaning and a link to the runbook."""
    if not of:
        return Text(
            advice("There are no alarms: nothing is deployed. Deploy it with `lab deploy`.")
        )
    if not shown:
        return Text(f"None of {of} alarms rings.", style="green")
    return render.table(("!State", "!Alarm", "!Since", "What it means"), map(_alarm, shown))


def _alarm(alarm: Alarm) -> list[str | Text]:
    state = Text(alarm.state, style=STATE_STYLE[alarm.state])
    meaning = f"{alarm.meaning} {alarm.runbook}" if alarm.rings else ""
    return [state, alarm.name, render.moment(alarm.since)[5:], meaning]


def letter(mail: Mail) -> RenderableType:
    """One mail in full."""
    head = Table.grid(padding=(0, 2))
    head.add_row("To", ", ".join(mail.to))
    head.add_row("Sent", render.moment(mail.at))
    head.add_row("Subject", Text(mail.subject, style="bold"))
    return Group(head, Text(), Text(mail.body))


def log_line(line: LogLine) -> Text:
    """A log line with its time in the local time zone."""
    at = line.at.astimezone().strftime("%H:%M:%S.%f")[:-3]
    return Text(f"{at}  ", style="dim") + Text(readable(line.message))


CLOSED = "refused: `lab restore` or `lab backup` runs, or was killed. Run it again"


def health(
    report: Health, emulator: EmulatorStatus, target: Target, finished: bool = True
) -> RenderableType:
    """The emulator and the environment on one screen; `finished` is the last deploy of it."""
    url = report.api_url or advice("not deployed: `lab deploy`")
    facts = [_emulator_row(emulator, target), (_mark(report.api_healthy), "API", url)]
    if not finished:
        facts.append((BAD, "Deploy", advice("runs, or did not finish: `lab deploy` does the rest")))
    if report.closed:
        facts.append((BAD, "Orders", advice(CLOSED)))
    if report.functions:
        facts.append(_functions_row(report.functions))
        facts.append(_executions_row(report.executions))
    if report.queues:
        facts.append(_queues_row(report))
    if report.tables:
        facts.append((GOOD, "Tables", _counts(report.tables)))
    if report.alarms:
        facts.append((BAD, "Alarms", ", ".join(report.alarms)))
    return render.Grid(facts)


def _mark(good: bool) -> Text:
    return GOOD if good else BAD


def _emulator_row(emulator: EmulatorStatus, target: Target) -> tuple[Text, str, str]:
    if not (emulator.running and endpoints.same(emulator.endpoint, target.endpoint)):
        return GOOD, "AWS", f"{target.endpoint or 'the real one'} (not started by this lab)"
    memory = f", {emulator.memory_mb:.0f} MB" if emulator.memory_mb else ""
    facts = f"{emulator.name}{memory}"
    checks = "permissions enforced" if emulator.iam else "permissions NOT enforced"
    row = f"{emulator.endpoint} ({facts}, {checks})"
    if failing := emulator.not_saved:
        row += f"\nNOT saved since {render.moment(failing['since'])}: {failing['why']}"
    return _mark(emulator.healthy and not failing), "Emulator", row


def _functions_row(functions: Mapping[str, str]) -> tuple[Text, str, str]:
    idle = {name: state for name, state in functions.items() if state != "Active"}
    summary = ", ".join(f"{name} ({state})" for name, state in idle.items()) or ", ".join(functions)
    return _mark(not idle), "Functions", summary


def _executions_row(executions: Mapping[str, int]) -> tuple[Text, str, str]:
    counts = _counts(executions) or advice("there is no workflow: `lab deploy`")
    return _mark(bool(executions)), "Executions", counts


def _queues_row(report: Health) -> tuple[Text, str, str]:
    waiting = {name: count for name, count in report.queues.items() if count}
    return _mark(not report.stuck), "Queues", _counts(waiting) if waiting else "nothing waits"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def audit(report: AuditReport) -> RenderableType:
    """Each guarantee with the number of checked rows, and its violations."""
    parts: list[RenderableType] = []
    for finding in report.findings:
        checked = Text(f"{finding.checked} checked", style="dim")
        parts.append(_line(_mark(finding.holds), f"{finding.title:<39}", checked))
        parts += [Text(f"{row}", style="red") for row in finding.broken[:SHOWN]]
        if (hidden := len(finding.broken) + finding.more - SHOWN) > 0:
            parts.append(Text(f"and {hidden} more: --json", "red"))
    warns, waits = Text("!", style="yellow"), Text("…", style="cyan")
    parts += [_line(warns, str(row)) for row in report.lost[:SHOWN]]
    if (hidden := len(report.lost) + report.more_lost - SHOWN) > 0:
        parts.append(Text(f"and {hidden} more: --json", "yellow"))
    if report.in_flight:
        what = (
            f"{render.number(report.in_flight, 'order')} in progress: no end status, event or mail"
        )
        parts.append(_line(waits, what))
    if report.moving:
        what = f"{report.moving} rows changed while they were read, and were not checked: try again"
        parts.append(_line(waits, what))
    parts += [_line(warns, note) for note in report.notes]
    return Group(*parts)


def _line(sign: Text, what: str, more: Text | None = None) -> Text:
    return sign + Text(f"  {what}") + (Text("  ") + more if more else Text())


def audited(report: AuditReport) -> str:
    """A summary of the audit on one line."""
    broken = [finding for finding in report.findings if not finding.holds]
    if broken:
        return f"{len(broken)} of {len(report.findings)} guarantees are broken"
    return f"all {len(report.findings)} guarantees hold"


def seeded(report: SeedReport) -> str:
    """A summary of the seed on one line."""
    news = f", {report.stocked} newly stocked" if report.stocked else ", stock as it was"
    others = render.number(report.removed, "other product")
    removed = f", {others} off sale" if report.removed else ""
    products = render.number(report.products, "product")
    promotions = render.number(report.promotions, "promotion")
    return f"{products}, {promotions}{news}{removed}"


def others(report: SeedReport) -> str:
    """A sentence about the other products for sale."""
    others = render.number(report.others, "other product")
    return f"The shop also sells {others} from an earlier seed, or from a lesson."


def deployed(result: DeployResult) -> str:
    """A summary of a deployment on one line."""
    checked = ", and a plan is empty" if result.verified else ""
    if result.restored_from:
        when = render.moment(result.restored_from)
        return f"{render.number(result.added, 'resource')}, restored as deployed on {when}{checked}"
    return changed(result) + checked


def changed(changes: Changes | DeployResult) -> str:
    """A summary of Terraform's changes on one line."""
    counts = (
        ("added", changes.added),
        ("changed", changes.changed),
        ("removed", changes.destroyed),
    )
    summary = ", ".join(f"{render.number(n, 'resource')} {what}" for what, n in counts if n)
    return summary or "no changes"


def service_settings(settings: Mapping[str, Any]) -> RenderableType:
    """Each setting's name and value; those that switch something on are marked."""
    switches = ("stale_read_seconds", "transaction_seconds", "throttling", "sandbox")
    rows = []
    for name, value in settings.items():
        mark = (GOOD if value else Text("·", style="dim")) if name in switches else Text("")
        rows.append((mark, name, f"{value}" if value is not False else "off"))
    return render.Grid(rows)


def checks(results: Sequence[Check]) -> RenderableType:
    """The result and the purpose of each check and, if it failed, its remedy."""
    marks = {"ok": GOOD, "warn": Text("!", style="yellow"), "fail": BAD}
    rows = []
    for check in results:
        facts = Text(check.found) + Text(f"  {check.purpose}", style="dim")
        if check.remedy and check.state != "ok":
            facts += Text(f"\n→ {check.remedy}", style="cyan")
        rows.append((marks[check.state], check.name, facts))
    return render.Grid(rows)
