"""One order's whole way, from the request to the mail: read from where it left something.

The order and the ledger (DynamoDB), the execution's history (Step Functions) and the functions' log
lines about it (CloudWatch Logs). Nothing else is asked, so it is the same here and on AWS, with
tracing on or off.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from checkout.adapters.dynamodb import Table
from checkout.adapters.orders import DynamoOrders
from checkout.adapters.payments import DynamoLedger
from checkout.domain import correlation
from checkout.domain.errors import OrderNotFound
from checkout.domain.order import Order, OrderStatus
from checkout.task_runner import REJECTION_CODES
from lab.core import tables
from lab.core.errors import LabError
from lab.core.target import Target
from lab.shop import execution, invocations
from lab.shop.execution import Execution, Step
from lab.shop.invocations import Invocation
from lab.shop.order_views import COMPENSATIONS

SEARCHED = timedelta(days=14)
"""How far back a request is looked for by its correlation id."""

LATER = timedelta(days=4)
"""How long after an order its lines are looked for: SQS keeps a message no longer by default."""

SHORTEST_GAP = timedelta(milliseconds=20)
"""A pause between two states is usual."""

WORK = frozenset({"api", "step", "notifier", "sweep"})
ORDER_ID = re.compile(r"ord_[0-9a-f]{32}")


@dataclass(frozen=True)
class Span:
    """Something that took time, or a moment if it ended when it started.

    `kind` is api, step, notifier or sweep where a function worked, else queue, ledger, order,
    event, mail or problem. `outcome` is ok, refused (for a reason of the customer's or the shop's),
    failed, undone, waiting or running.
    """

    kind: str
    name: str
    started: datetime
    ended: datetime
    outcome: str = "ok"
    note: str = ""

    @property
    def works(self) -> bool:
        """Whether a function worked for the order."""
        return self.kind in WORK


@dataclass(frozen=True)
class Gap:
    """A time in which nothing worked for the order, and what it waited for."""

    name: str
    started: datetime
    ended: datetime


@dataclass(frozen=True)
class OrderTrace:
    """An order's way, oldest first; `missing` says what could not be read, and why."""

    order_id: str
    correlation_id: str
    status: str
    spans: tuple[Span, ...]
    gaps: tuple[Gap, ...]
    missing: tuple[str, ...] = ()

    @property
    def started(self) -> datetime:
        """The first moment of the way."""
        return min(span.started for span in self.spans)

    @property
    def ended(self) -> datetime:
        """The last moment that is known."""
        return max(span.ended for span in self.spans)


def read(target: Target, name: str) -> OrderTrace:
    """The way of the order with this id, or of the request with this correlation id.

    Raises LabError (code 2) if there is none, or if several orders have the correlation id.
    """
    tables.require(target, "orders", "payments")
    order = _order(target, name)
    now = datetime.now(UTC)
    steps = execution.read_history(
        execution.history(target.client("stepfunctions"), execution.arn_of(target, order.order_id)),
        now,
    )
    since, until = order.created_at - timedelta(minutes=1), min(order.created_at + LATER, now)
    calls = invocations.about(target, order.order_id, since, until)
    spans = sorted(_spans(target, order, steps, calls), key=lambda span: (span.started, span.ended))
    return OrderTrace(
        order.order_id,
        order.correlation_id,
        order.status.value,
        tuple(spans),
        tuple(gaps(spans)),
        tuple(_missing(order, steps, calls)),
    )


def _order(target: Target, name: str) -> Order:
    client = target.client("dynamodb")
    names = ("orders", "idempotency", "reservations")
    stores = [Table(client, target.table(name)) for name in names]
    orders = DynamoOrders(stores[0], stores[1], stores[2])
    if ORDER_ID.fullmatch(name):
        try:
            return orders.get(name)
        except OrderNotFound:
            pass  # A customer may have chosen a correlation id of that form.
    return orders.get(_correlated(target, name))


def _correlated(target: Target, name: str) -> str:
    """The id of the one order that a request with this correlation id placed."""
    found: set[str] = set()
    if correlation.is_valid(name):
        found = invocations.orders_of(target, name, datetime.now(UTC) - SEARCHED)
    if len(found) == 1:
        return found.pop()
    if found:
        raise LabError(
            f"{len(found)} orders were placed with the correlation id {name}: "
            f"{', '.join(sorted(found))}.",
            "Trace one of them by its own id.",
            2,
        )
    raise LabError(
        f"{target.environment} has no order {name[:70]!r}, and no request with that correlation id "
        f"placed one in the last {SEARCHED.days} days.",
        "`lab orders` lists the orders; the answer to POST /checkout has both ids.",
        2,
    )


def _spans(
    target: Target, order: Order, steps: Execution, calls: Sequence[Invocation]
) -> Iterator[Span]:
    for step in steps.tasks:
        yield from _of_step(step)
    for call in calls:
        yield from _of_call(call)
    ledger = DynamoLedger(Table(target.client("dynamodb"), target.table("payments")))
    for entry in ledger.entries(order.order_id):
        outcome = "refused" if entry.reason else "ok"
        note = " ".join([str(entry.amount), entry.reason]).strip()
        yield Span("ledger", entry.kind.value, entry.at, entry.at, outcome, note)
    for change in order.history:
        yield Span("order", change.status.value, change.at, change.at, _of_status(change.status))
    if order.published_at:
        name = f"Order{order.status.value.capitalize()}"
        yield Span("event", name, order.published_at, order.published_at)
    if order.mailed_at:
        yield Span("mail", "sent", order.mailed_at, order.mailed_at)


def _of_status(status: OrderStatus) -> str:
    return {OrderStatus.REJECTED: "refused", OrderStatus.FAILED: "failed"}.get(status, "ok")


def _of_step(step: Step) -> Iterator[Span]:
    """One span for each attempt."""
    errors = iter(step.errors)
    for number, attempt in enumerate(step.tries, start=1):
        error = next(errors, "") if attempt.failed else ""
        tried = f"try {number}" if len(step.tries) > 1 else ""
        ended = attempt.started + timedelta(seconds=attempt.duration)
        note = ", ".join(filter(None, [tried, error]))
        yield Span("step", step.name, attempt.started, ended, _outcome(step, error), note)


def _outcome(step: Step, error: str) -> str:
    if error:
        return "refused" if error in REJECTION_CODES else "failed"
    if step.outcome == "running":
        return "running"
    return "undone" if step.name in COMPENSATIONS else "ok"


def _of_call(call: Invocation) -> Iterator[Span]:
    """What the functions at the edges say of themselves; the execution tells of the others."""
    start = f"cold start, {call.init_ms:.0f} ms" if call.init_ms else ""
    for line in call.lines:
        match (call.function, line.message):
            case ("checkout-api", "accepted"):
                yield Span("api", "POST /checkout", call.started, call.ended, note=start)
            case ("notifier", "mailed" | "not mailed"):
                yield from _of_message(call, line, start)
            case ("sweeper", "settled"):
                yield Span("sweep", "sweeper", line.at, line.at, "ok", line.text("outcome"))
            case _ if line.is_problem:
                note = f"{call.function}: {line.message}"
                yield Span("problem", line.level, line.at, line.at, "failed", note)


def _of_message(call: Invocation, line: invocations.Line, start: str) -> Iterator[Span]:
    """The message's wait in the queue, and the notifier's work on it."""
    failed = line.message == "not mailed"
    queued = line.moment("queued_at")
    if queued and not failed:
        receives = line.text("receives")
        note = f"received {receives} times" if receives not in ("", "1") else ""
        yield Span("queue", "notifications", queued, max(queued, call.started), "waiting", note)
    note = ", ".join(filter(None, [start, line.text("exception_name")]))
    yield Span("notifier", "notifier", call.started, call.ended, "failed" if failed else "ok", note)


def gaps(spans: Iterable[Span]) -> Iterator[Gap]:
    """The times in which no function worked, each named by what came before and after."""
    busy = sorted((span for span in spans if span.works), key=lambda span: span.started)
    for number, after in enumerate(busy[1:], start=1):
        before = max(busy[:number], key=lambda span: span.ended)
        if after.started - before.ended >= SHORTEST_GAP:
            yield Gap(_named(before, after), before.ended, after.started)


def _named(before: Span, after: Span) -> str:
    """What the order waited for."""
    if after.kind == "sweep" or before.kind == "sweep":
        return "left to the sweeper"
    if after.kind == "notifier":
        return "event, topic and queue"
    if after.kind == "api":
        return "until the request came again"
    if before.kind == "api":
        return "until the execution ran"
    return "back-off before the next try" if before.name == after.name else "between two states"


def _missing(order: Order, steps: Execution, calls: Sequence[Invocation]) -> Iterator[str]:
    if not steps.steps:
        yield "the execution: it has not started, or its history is gone (AWS keeps it for 90 days)"
    if not any(call.function == "checkout-api" for call in calls):
        yield "the request: its log lines have expired, or are not there yet"
    if not (order.is_open or order.mailed_at):
        yield "the mail: it has not been sent yet"
    if order.mailed_at and not any(call.function == "notifier" for call in calls):
        yield "the notifier: its log lines have expired, or are not there yet"
