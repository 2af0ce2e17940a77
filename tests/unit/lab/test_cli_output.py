"""What `lab` prints: data on stdout (as JSON if asked), everything else on stderr."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from rich.console import Console, RenderableType

from lab.cli import app, reports
from lab.console import render
from lab.shop import order_views
from lab.shop.execution import Execution, Step
from lab.shop.logs import LogLine
from lab.shop.mailbox import Mail
from lab.shop.orders import OrderRow
from lab.shop.purchase import Purchase
from lab.shop.shop_client import ApiError

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
USD = "USD"
WAY = Execution(
    "SUCCEEDED",
    (Step("ValidateCart", "Task", NOON, 0.1, "ok"), Step("ReserveStock", "Task", NOON, 0.2, "ok")),
    NOON,
    0.3,
)


def usd(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": USD}


CONFIRMED: dict[str, Any] = {
    "orderId": "ord_1",
    "status": "CONFIRMED",
    "lines": [
        {
            "sku": "TEA",
            "name": "Tea",
            "quantity": 2,
            "unitPrice": usd(500),
            "discount": usd(0),
            "total": usd(1000),
        }
    ],
    "subtotal": usd(1000),
    "discount": usd(0),
    "shipping": usd(599),
    "tax": usd(0),
    "total": usd(1599),
}
REJECTED: dict[str, Any] = {
    "orderId": "ord_2",
    "status": "REJECTED",
    "lines": [],
    "rejection": {"code": "INVALID_CART", "message": "There is no product NOPE."},
}


def drawn(what: RenderableType, width: int = 80) -> str:
    console = Console(width=width, highlight=False)
    with console.capture() as captured:
        console.print(what)
    return captured.get()


@pytest.fixture(autouse=True)
def _no_environment_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.cli.commands.common._answering", lambda target: target)


def buying(ends_with: dict[str, Any] | Exception) -> Callable[..., Purchase]:
    def buy(
        _target: object, _request: object, _customer: str, _key: str, watch: Callable[..., None]
    ) -> Purchase:
        if isinstance(ends_with, Exception):
            raise ends_with
        watch(WAY)
        return Purchase(ends_with, WAY)

    return buy


def cart_file(folder: Path, expect: Mapping[str, Any] | None = None) -> str:
    request = {"items": [{"sku": "TEA", "quantity": 2}]}
    content = {"description": "d", "request": request, "expect": expect} if expect else request
    (folder / "cart.json").write_text(json.dumps(content))
    return str(folder / "cart.json")


def test_checkout_prints_the_way_the_lines_and_the_totals(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("lab.shop.purchase.buy", buying(CONFIRMED))

    assert app.run(["checkout", cart_file(tmp_path)]) == 0
    out = capsys.readouterr().out
    for words in ("ValidateCart", "100 ms", "CONFIRMED", "Tea", "5.00 USD", "15.99 USD"):
        assert words in out


def test_watching_in_a_log_prints_each_state_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("lab.shop.purchase.buy", buying(CONFIRMED))

    assert app.run(["checkout", cart_file(tmp_path), "--watch"]) == 0
    assert capsys.readouterr().out.count("ValidateCart") == 1


def test_checkout_as_json_prints_nothing_but_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("lab.shop.purchase.buy", buying(CONFIRMED))

    assert app.run(["checkout", cart_file(tmp_path), "--watch", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["order"] == CONFIRMED
    assert [step["name"] for step in printed["execution"]["steps"]] == list(WAY.path)


def test_an_order_that_is_not_confirmed_is_a_failure_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("lab.shop.purchase.buy", buying(REJECTED))

    assert app.run(["checkout", cart_file(tmp_path)]) == 1
    assert "INVALID_CART: There is no product NOPE." in capsys.readouterr().err


def test_an_order_that_ends_as_its_file_says_is_a_success(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("lab.shop.purchase.buy", buying(REJECTED))
    promise = {"status": "REJECTED", "rejection": "INVALID_CART"}

    assert app.run(["checkout", cart_file(tmp_path, promise)]) == 0


def test_an_order_that_ends_otherwise_than_its_file_says_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("lab.shop.purchase.buy", buying(CONFIRMED))

    assert app.run(["checkout", cart_file(tmp_path, {"status": "FAILED"})]) == 1
    assert "status is CONFIRMED, not FAILED" in capsys.readouterr().err


@pytest.mark.parametrize(("promised", "code"), [("PRICE_CHANGED", 0), ("IDEMPOTENCY_CONFLICT", 1)])
def test_a_refusal_is_a_success_only_where_the_file_promises_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, promised: str, code: int
) -> None:
    refusal = httpx.Response(409, json={"code": "PRICE_CHANGED", "detail": "It is 5.00 now."})
    monkeypatch.setattr("lab.shop.purchase.buy", buying(ApiError(refusal)))
    promise = {"http": 409, "code": promised}

    assert app.run(["checkout", cart_file(tmp_path, promise)]) == code


def test_orders_as_json_are_a_list(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    row = OrderRow("ord_1", "CONFIRMED", "ada", "2026-03-02T12:00:00Z", usd(1599), "")
    monkeypatch.setattr("lab.shop.orders.newest", lambda *_: [row])

    assert app.run(["orders", "--status", "confirmed", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["total"] == usd(1599)


def test_a_mail_can_be_read_by_its_number(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mail = Mail("m1", "2026-03-02T12:00:00", ("ada@example.com",), "Thank you", "It is on its way.")
    sent: list[Mail] = []
    monkeypatch.setattr("lab.shop.mailbox.read", lambda _target: list(sent))
    monkeypatch.setattr("lab.shop.mailbox.wait_until_sent", lambda _target: sent.append(mail))

    assert app.run(["mail", "--show", "1"]) == 0
    assert "It is on its way." in capsys.readouterr().out
    assert app.run(["mail", "--show", "1"]) == 0
    assert len(sent) == 1  # nothing is waited for if it is there
    assert app.run(["mail", "--show", "3"]) == 2
    assert "There are 2 mails; number 3 is not among them." in capsys.readouterr().err


def test_nothing_is_watched_where_nothing_is_deployed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("lab.deploy.release.versions.live", lambda _target: {})

    assert app.run(["watch", "staging"]) == 1
    printed = "".join(capsys.readouterr())
    assert "staging is not deployed at" in printed
    assert "lab deploy staging" in printed
    assert "Watching" not in printed


def test_the_last_lines_of_a_log_are_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [LogLine(NOON, "stream", f"line {number}", str(number)) for number in range(5)]
    monkeypatch.setattr("lab.shop.logs.read", lambda *_: lines)

    assert app.run(["logs", "notifier", "-n", "2"]) == 0
    out = capsys.readouterr().out
    assert "line 3" in out
    assert "line 2" not in out


@pytest.mark.parametrize(
    ("message", "read"),
    [
        ("START RequestId: 1", "START RequestId: 1"),
        ("[1, 2]", "[1, 2]"),
        (
            '{"level": "INFO", "message": "mailed", "service": "notifier", "order_id": "ord_1"}',
            "INFO mailed order_id=ord_1",
        ),
        (
            '{"_aws": {"CloudWatchMetrics": [{"Metrics": [{"Name": "Sold"}]}]}, "Sold": [1.0]}',
            "METRIC Sold=[1.0]",
        ),
    ],
    ids=["text", "a list", "a structured line", "a metric"],
)
def test_log_lines_are_shown_as_a_person_reads_them(message: str, read: str) -> None:
    assert drawn(reports.log_line(LogLine(NOON, "stream", message, "1"))).strip().endswith(read)


COMMANDS = sorted(typer.main.get_command(app.app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_help_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run([command, "--help"]) == 0
    out = capsys.readouterr().out
    assert "Example:" in out
    assert f"lab {command}" in out or command in {"url"}


@pytest.mark.parametrize("width", [80, 100, 200])
def test_an_orders_id_and_status_are_never_broken(width: int) -> None:
    order_id = "ord_" + "0123456789abcdef" * 2
    row = OrderRow(order_id, "REJECTED", "a-rather-long-customer", "2026-03-02T12:00:00Z", None, "")

    line = drawn(reports.order_list([row], width), width)

    assert order_id in line
    assert "REJECTED" in line


def test_the_way_of_an_order_names_what_went_wrong_and_what_was_undone() -> None:
    steps = (
        Step("ProcessPayment", "Task", NOON, 0.2, "caught", errors=("PaymentDeclined",)),
        Step("ReleaseStock", "Task", NOON, 0.1, "ok"),
    )

    way = drawn(order_views.timeline_of(Execution("SUCCEEDED", steps, NOON, 0.3)))

    declined, released = way.splitlines()
    assert declined.startswith("✘")
    assert "PaymentDeclined" in declined
    assert released.startswith("↩")


@pytest.mark.parametrize(
    ("amount", "shown"),
    [(1999, "19.99 USD"), (5, "0.05 USD"), (-250, "-2.50 USD"), (0, "0.00 USD")],
)
def test_money_is_shown_with_its_cents(amount: int, shown: str) -> None:
    assert render.money(usd(amount)) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.0874, "87 ms"), (4.21, "4.2 s"), (125, "2 min 05 s")]
)
def test_durations_read_as_a_person_says_them(seconds: float, shown: str) -> None:
    assert render.duration(seconds) == shown


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 orders"), (1, "1 order"), (2, "2 orders"), (1_200, "1,200 orders")]
)
def test_one_thing_is_not_spoken_of_as_many(count: int, said: str) -> None:
    assert render.number(count, "order") == said
