"""In a narrow terminal, and in one without Unicode, nothing is cut and no mark is lost."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from lab.cli import permissions_report, recovery_report, reports
from lab.cli.doctor import Check
from lab.console import plain_text
from lab.core import child_processes
from lab.core.target import Target
from lab.emulator.process import EmulatorStatus
from lab.go_live import report
from lab.go_live.steps import to_do
from lab.measure import cost
from lab.measure.cost import tables
from lab.operate import drill
from lab.operate.audit import AuditReport, Finding, Violation
from lab.operate.recovery import Manifest, Part
from lab.shop import order_views
from lab.shop.alarms import Alarm
from lab.shop.execution import Execution, Step
from lab.shop.health import Health
from lab.shop.mailbox import Mail
from lab.shop.orders import OrderRow
from lab.shop.permissions import Grant, Permissions, RoleUse

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ORDER = "ord_0123456789abcdef0123456789abcdef"
USD = {"amount": 1800, "currency": "USD"}
WIDTHS = (40, 60, 80, 120)


def orders() -> tuple[RenderableType, list[str]]:
    row = OrderRow(ORDER, "REJECTED", "ada", "2026-03-02T12:00:00Z", USD, "OUT_OF_STOCK")
    return reports.order_list([row], 80), [ORDER, "REJECTED", "18.00 USD"]


def receipt() -> tuple[RenderableType, list[str]]:
    line = {"sku": "TEA-BREAKFAST-100", "name": "Breakfast tea", "quantity": 2, "unitPrice": USD}
    line |= {"discount": USD, "total": USD}
    order = {"orderId": ORDER, "status": "CONFIRMED", "lines": [line], "total": USD}
    return order_views.receipt(order), [
        ORDER,
        "TEA-BREAKFAST-100",
        "18.00 USD",
        "Breakfast",
        "CONFIRMED",
    ]


def way() -> tuple[RenderableType, list[str]]:
    steps = (
        Step("ProcessPayment", "Task", NOON, 0.2, "caught", errors=("PaymentDeclined",)),
        Step("ReleaseStock", "Task", NOON, 0.1, "ok"),
    )
    words = ["ProcessPayment", "PaymentDeclined", "ReleaseStock", "200 ms"]
    return order_views.timeline_of(Execution("SUCCEEDED", steps, NOON, 0.3)), words


def mails() -> tuple[RenderableType, list[str]]:
    mail = Mail("m1", "2026-03-02T12:00:00Z", ("ada@example.com",), f"Your order {ORDER}", "Hi")
    return reports.mail_list([mail]), ["ada@example.com", ORDER]


def alarms() -> tuple[RenderableType, list[str]]:
    name, page = "compensation-not-empty", "docs/runbook.md#compensation"
    alarm = Alarm(name, "ALARM", NOON, "Orders could not be undone.", page, "")
    return reports.alarm_list([alarm], 1), [name, "ALARM", page, "undone."]


def books() -> tuple[RenderableType, list[str]]:
    broken = Violation(ORDER, "is CONFIRMED, but its reservation is HELD")
    found = Finding(2, "Stock is conserved", 50, (broken,))
    return reports.audit(AuditReport((found,), 3, 1)), [ORDER, "HELD", "conserved"]


def backups() -> tuple[RenderableType, list[str]]:
    part = Part("dev/x/1/orders/00000.jsonl.gz", "v", 1234, 1_234_567, "0" * 64)
    names = ("orders", "products")
    tables = dict.fromkeys(names, (part,))
    made = Manifest("2026-11-22T20-41-07Z", "dev", "1", "us-east-2", "", "", tables, part, 0, ())
    return recovery_report.backup_list([made]), ["2026-11-22T20-41-07Z", "1,234", "balance"]


def drilled() -> tuple[RenderableType, list[str]]:
    counts = {"reservations": 1_234_567}
    report = drill.DrillReport("dev", "b", counts, {}, {}, {"clean": True}, {"rebuild": 61.0})
    return recovery_report.drilled(report), ["reservations", "1,234,567"]


def permissions() -> tuple[RenderableType, list[str]]:
    grant = Grant(
        "Stock", "dynamodb:TransactWriteItems", "arn:aws:dynamodb:us-east-2:1:table/orders-dev", 3
    )
    role = RoleUse("checkout-dev-order-generator", (grant,), ())
    return permissions_report.draw(Permissions((role,), ())), [
        "dynamodb:TransactWriteItems",
        "table/orders-dev",
    ]


def health() -> tuple[RenderableType, list[str]]:
    url = "http://localhost:4566/_aws/x/dev"
    functions, queues = {"order-generator": "Active"}, {"checkout-dev-compensation": 2}
    found = Health("dev", url, True, {"orders": 7}, functions, queues, {}, ())
    off = EmulatorStatus(running=False, healthy=False, log=Path("x"))
    return reports.health(found, off, Target()), [url, "order-generator", "compensation", "orders"]


def machine() -> tuple[RenderableType, list[str]]:
    check = Check("Terraform", "fail", "not found", "deploys", "https://developer.hashicorp.com/x")
    return reports.checks([check]), ["Terraform", "https://developer.hashicorp.com/x"]


def steps() -> tuple[RenderableType, list[str]]:
    why = "nobody reads orders@checkout-lab.example"
    taken = [to_do("quota: Step Functions", why, "aws configure sso --profile my-profile")]
    return report.steps(taken), ["orders@checkout-lab.example", "my-profile"]


def bill() -> tuple[RenderableType, list[str]]:
    counted = cost.stored()
    found = cost.of("prod", 10_000, counted)
    drawn = tables.report(found, counted, cost.variants("prod", 10_000, counted))
    return drawn, ["460,000", "14.70", "workflow", "50"]


DRAWN = [
    health,
    machine,
    steps,
    orders,
    receipt,
    way,
    mails,
    alarms,
    books,
    backups,
    drilled,
    permissions,
]


def on(width: int, what: RenderableType) -> list[str]:
    console = Console(width=width, highlight=False)
    with console.capture() as captured:
        console.print(what)
    return captured.get().splitlines()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("draw", DRAWN)
def test_no_id_code_or_number_is_cut(
    draw: Callable[[], tuple[RenderableType, list[str]]], width: int
) -> None:
    what, words = draw()

    lines = on(width, what)

    for word in words:
        assert any(word in line for line in lines), (word, lines)
    assert max(map(len, lines)) <= width


def test_the_first_line_of_a_table_says_something() -> None:
    assert on(120, orders()[0])[0].startswith("Order")


def test_without_unicode_each_mark_is_a_sign_of_its_own() -> None:
    marks = "✔✘○·…?↩━"
    signs = [mark.encode("ascii", plain_text.HANDLER).decode() for mark in marks]

    assert len(set(signs)) == len(marks)
    assert all(re.fullmatch("[ -~]", sign) for sign in signs)


def test_without_unicode_columns_stay_and_accents_go() -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors=plain_text.HANDLER)
    out.write("✔ Müller ▌█\n")
    out.flush()
    assert out.buffer.getvalue() == b"+ Muller ##\n"  # type: ignore[attr-defined]


def test_mails_about_another_order_are_counted() -> None:
    (line,) = on(120, reports.mail_list([], "ord_x", 32))
    assert line == "No mail is about ord_x. There are 32 about other orders."


@pytest.mark.parametrize("columns", ["0", "", "-1", "wide", "²", "00"])
def test_columns_that_are_no_width_hide_nothing(columns: str) -> None:
    program = "from lab.console import render; render.done('said')"
    variables = child_processes.bare(COLUMNS=columns, PYTHONPATH=os.pathsep.join(sys.path))
    done = child_processes.run(
        [sys.executable, "-c", program], variables, capture_output=True, check=True
    )
    assert "said" in done.stdout


@pytest.mark.parametrize("name", ["COLUMNS", "TERMINAL_WIDTH"])
@pytest.mark.parametrize("size", ["0", "wide", "99999999999"])
def test_help_and_mistakes_are_told_whatever_a_size_is(name: str, size: str) -> None:
    """Both are drawn by Typer, with a console of its own."""
    variables = child_processes.bare(**{name: size}, PYTHONPATH=os.pathsep.join(sys.path))
    for words, told in ((["--help"], "Usage: lab"), (["up", "--port", "x"], "not a valid int")):
        done = child_processes.run(
            [sys.executable, "-m", "lab", *words], variables, capture_output=True, check=False
        )
        assert told in done.stdout + done.stderr
