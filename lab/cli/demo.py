"""The demo: three orders and a clean audit from scratch, in numbered steps."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from rich.console import RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from lab import seed
from lab.cli import reports
from lab.console import render
from lab.console.progress import working
from lab.core import endpoints, invocation, ports, reachability, watchdog
from lab.core.errors import LabError
from lab.core.progress import Progress
from lab.core.target import Target, configured_endpoint
from lab.deploy import terraform
from lab.deploy.deployment_cache import starting
from lab.operate import audit
from lab.shop import carts, mailbox, order_views, purchase
from lab.shop.carts import Cart

SETTLE_S = 30.0
QUICKLY = terraform.Options(cache=True, trust_state=True)
WELCOME = (
    "Real orders, on this machine: API Gateway takes them, a Step Functions workflow carries them"
    " through Lambda functions and DynamoDB, EventBridge and SNS spread the news, SES mails it."
)


@dataclass(frozen=True)
class Story:
    """A sample cart, selected by its expected result, and an explanation of its path."""

    title: str
    status: str
    rejection: str | None
    explanation: str


STORIES = (
    Story(
        "An order that goes through",
        "CONFIRMED",
        None,
        "Each state is a Lambda function; the bars show when it ran.",
    ),
    Story(
        "A card that is declined",
        "REJECTED",
        "PAYMENT_DECLINED",
        "The stock was held already: ReleaseStock gives it back.",
    ),
    Story(
        "A product that is out of stock",
        "REJECTED",
        "OUT_OF_STOCK",
        "All lines are held in one transaction, or none: nothing to undo.",
    ),
)
NEXT = (
    ("shop", "the shop in your browser"),
    ("checkout --watch", "watch an order"),
    ("checkout seed/carts/21-gateway-down.json", "see one undone"),
    ("mail --show 1", "read a customer's mail"),
    ("logs payment-processor", "read a function's log"),
    ("status", "what is deployed"),
    ("down", "stop it; `lab up` continues"),
)


@dataclass
class _Steps:
    """Numbers the steps, and prints each with its result and duration."""

    count: int = 0
    began: float = field(default_factory=time.monotonic)

    @contextmanager
    def step(self, title: str, busy: str) -> Iterator[_Step]:
        self.count += 1
        began = time.monotonic()
        with working(busy) as on_progress:
            current = _Step(on_progress)
            yield current
        duration = render.duration(time.monotonic() - began)
        head = Text(f"{self.count} ", style="bold cyan") + Text(f"{title:<15}", style="bold")
        render.screen.print(head, Text(current.result), Text(f"({duration})", style="dim"))

    def heading(self, title: str) -> None:
        self.count += 1
        head = Text(f"\n{self.count} ", style="bold cyan") + Text(title, style="bold")
        render.screen.print(head)


@dataclass
class _Step:
    """A running step: its progress callback, and its result."""

    on_progress: Progress
    result: str = ""


def run(port: int | None = None) -> None:
    """Runs the demo and prints it. Raises LabError if a step fails.

    Starts the emulator on `port` if it is not running; by default on the port of `lab up`.
    """
    render.screen.print(Panel(WELCOME, title="Checkout Lab", title_align="left", width=78))
    steps = _Steps()
    target = _prepare(steps, port)
    for story in STORIES:
        _run_story(steps, target, story)
    _check_books(steps, target)
    _print_next_steps(steps)


def _prepare(steps: _Steps, port: int | None) -> Target:
    with steps.step("Emulator", "Starting LocalStack") as step:
        endpoint, step.result = _emulator(step.on_progress, port)
    target = Target("dev", endpoint)
    invocation.works_in(target.environment)
    watchdog.emulator(endpoint)
    with steps.step("Infrastructure", "Applying terraform/environments/dev") as step:
        step.result = reports.deployed(terraform.deploy(target, step.on_progress, options=QUICKLY))
    with steps.step("Shop", "Loading products and stock") as step:
        step.result = reports.seeded(seed.load(target, step.on_progress))
    return target


def _emulator(on_progress: Progress, port: int | None) -> tuple[str, str]:
    """The endpoint of AWS_ENDPOINT_URL or of the lab's emulator, with a description.

    If AWS_ENDPOINT_URL has a free port of this machine, starts the lab's emulator on it.
    """
    configured = configured_endpoint()
    if configured and port and endpoints.port_of(configured) != port:
        raise LabError(
            f"AWS_ENDPOINT_URL is {configured}, and --port is {port}.", "Unset one of the two.", 2
        )
    if configured and not _may_start_at(configured):
        return reachability.require(configured), f"at {configured}, as AWS_ENDPOINT_URL says"
    requested = endpoints.port_of(configured) if configured else port
    started = starting.start("dev", requested, on_progress)
    return started.endpoint, f"running at {started.endpoint}"


def _may_start_at(endpoint: str) -> bool:
    place = urlsplit(endpoint)
    here = place.scheme == "http" and endpoints.is_loopback(place.hostname or "")
    return here and ports.is_free(endpoints.port_of(endpoint))


def _run_story(steps: _Steps, target: Target, story: Story) -> None:
    cart = carts.sample(story.status, story.rejection)
    steps.heading(story.title)
    _indented(Text(f"{_contents(cart)}\n{story.explanation}", style="dim"))
    with working("Following the order") as on_progress:
        purchased = purchase.buy(
            target, cart.request, "ada", watch=lambda seen: on_progress(" ".join(seen.path[-1:]))
        )
        mails = mailbox.wait_for(target, purchased.order_id)
    _indented(order_views.timeline_of(purchased.execution))
    _indented(order_views.outcome(purchased.order))
    _indented(Text(f"order {purchased.order_id}, {_mailed(mails)}", style="dim"))
    if differences := carts.differences(cart, purchased.order):
        raise LabError(
            f"{purchased.order_id} did not end as {cart.name} says: {'; '.join(differences)}."
        )


def _contents(cart: Cart) -> str:
    items = ", ".join(f"{item['quantity']} x {item['sku']}" for item in cart.request["items"])
    return f"{items}, paid with {cart.request['payment']['token']}"


def _mailed(mails: list[mailbox.Mail]) -> str:
    return f"mail to {', '.join(mails[0].to)}" if mails else "no mail yet"


def _indented(what: RenderableType) -> None:
    render.screen.print(Padding(what, (0, 0, 0, 2), expand=False))


def _check_books(steps: _Steps, target: Target) -> None:
    render.screen.print()
    with steps.step("Books", "Checking the books") as step:
        report = audit.run(target, step.on_progress, settle_s=SETTLE_S)
        step.result = reports.audited(report)
    _indented(reports.audit(report))
    if not report.clean:
        raise LabError("The audit found broken guarantees.", "`lab audit --json` has all rows.")


def _print_next_steps(steps: _Steps) -> None:
    duration = render.duration(time.monotonic() - steps.began)
    render.screen.print(f"\n[bold green]Done in {duration}.[/] The lab stays up. What next:")
    commands = Table.grid(padding=(0, 2))
    for command, why in NEXT:
        commands.add_row(Text(f"{render.lab_command()} {command}", "cyan"), Text(why, "dim"))
    _indented(commands)
