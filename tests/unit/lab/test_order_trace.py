"""An order's way is put together from its execution, its rows and its log lines, gaps included."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from checkout.adapters import item_mapping
from checkout.adapters.dynamodb import encode
from checkout.domain.order import OrderStatus
from checkout.domain.payment import EntryKind
from lab.core.errors import LabError
from lab.core.target import Target
from lab.shop import logs, order_trace, trace_view
from lab.shop.order_trace import Span, gaps
from tests.builders import NOW, an_ended_order, an_entry, an_order

ORDER_ID = f"ord_{'0a' * 16}"
SENT = "request-1"


def at(ms: float) -> datetime:
    return NOW + timedelta(milliseconds=ms)


def span(kind: str, name: str, started: float, ended: float) -> Span:
    return Span(kind, name, at(started), at(ended))


class Aws:
    """The services that a trace asks, with what one order left in them."""

    def __init__(self) -> None:
        self.order = an_ended_order(order_id=ORDER_ID, published_at=at(500), mailed_at=at(900))
        self.lines: dict[str, list[dict[str, Any]]] = {name: [] for name in logs.functions()}
        self.reports: dict[str, list[str]] = {name: [] for name in logs.functions()}
        self.history: list[dict[str, Any]] = []
        self.queries: list[dict[str, Any]] = []
        self.pages = 1

    def log(self, function: str, request: str, ms: float, message: str, **more: Any) -> None:
        written = at(ms).strftime("%Y-%m-%d %H:%M:%S,%f")[:-3] + "+0000"
        about = {"order_id": ORDER_ID, "correlation_id": SENT, "function_request_id": request}
        record = {"level": "INFO", "message": message, "timestamp": written, **about, **more}
        self.lines[function].append(record)

    def took(self, function: str, request: str, ms: float, init: str = "") -> None:
        report = f"REPORT RequestId: {request}\tDuration: {ms} ms\tMemory Size: 256 MB\t{init}"
        self.reports[function].append(report)

    def step(self, kind: str, ms: float, **details: Any) -> None:
        number = len(self.history)
        event = {"id": number + 1, "previousEventId": number, "type": kind, "timestamp": at(ms)}
        self.history.append({**event, **details})

    def get_paginator(self, name: str) -> Any:
        return type("Paginator", (), {"paginate": staticmethod(getattr(self, f"_{name}"))})

    def _get_execution_history(self, **_: Any) -> Iterator[dict[str, Any]]:
        yield {"events": self.history}

    def _filter_log_events(self, **query: Any) -> Iterator[dict[str, Any]]:
        self.queries.append(query)
        function = query["logGroupName"].removeprefix("/aws/lambda/checkout-dev-")
        words = [word.strip('?"') for word in query["filterPattern"].split()]
        texts = [json.dumps(line) for line in self.lines[function]] + self.reports[function]
        found = [text for text in texts if any(word in text for word in words)]
        yield from ({"events": [{"timestamp": 0, "message": text}]} for text in found)

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": "000000000000"}

    def describe_table(self, **_: Any) -> dict[str, Any]:
        return {}

    def get_item(self, Key: dict[str, Any], **_: Any) -> dict[str, Any]:  # noqa: N803
        if Key["orderId"]["S"] != ORDER_ID:
            return {}
        item = {
            **item_mapping.order_item(self.order),
            "status": self.order.status.value,
            "history": [item_mapping.status_change_item(c) for c in self.order.history],
        }
        item |= {"eventAt": item_mapping.timestamp(at(500))} if self.order.published_at else {}
        item |= {"mailAt": item_mapping.timestamp(at(900))} if self.order.mailed_at else {}
        return {"Item": encode(item)}

    def query(self, **_: Any) -> dict[str, Any]:
        entry = an_entry(EntryKind.CAPTURED, order_id=ORDER_ID)
        return {"Items": [encode(item_mapping.ledger_item(entry))]}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    aws = Aws()
    monkeypatch.setattr(Target, "client", lambda _self, _service: aws)
    return aws


@pytest.fixture
def confirmed(aws: Aws) -> Aws:
    """A request of 40 ms, a step that is tried twice, a message that waits, and its mail."""
    aws.log("checkout-api", "r-1", 40, "accepted")
    aws.took("checkout-api", "r-1", 40, "Init Duration: 120.5 ms")
    aws.step("ExecutionStarted", 50)
    aws.step("TaskStateEntered", 50, stateEnteredEventDetails={"name": "ReserveStock"})
    aws.step("TaskScheduled", 50)
    aws.step("TaskFailed", 60, taskFailedEventDetails={"error": "Contended"})
    aws.step("TaskScheduled", 300)
    aws.step("TaskSucceeded", 320)
    aws.step("TaskStateExited", 320, stateExitedEventDetails={"name": "ReserveStock"})
    aws.step("ExecutionSucceeded", 321)
    queued = int(at(510).timestamp() * 1000)
    aws.log("notifier", "r-2", 890, "mailed", queued_at=queued, receives=2)
    aws.took("notifier", "r-2", 90)
    return aws


def test_a_way_has_every_part_of_it_in_order(confirmed: Aws) -> None:
    trace = order_trace.read(Target("dev"), ORDER_ID)
    ways = [(s.kind, s.name, s.outcome, s.note) for s in trace.spans if s.kind != "order"]
    assert ways == [
        ("ledger", "CAPTURED", "ok", "25.99 USD"),
        ("api", "POST /checkout", "ok", "cold start, 120 ms"),
        ("step", "ReserveStock", "failed", "try 1, Contended"),
        ("step", "ReserveStock", "ok", "try 2"),
        ("event", "OrderConfirmed", "ok", ""),
        ("queue", "notifications", "waiting", "received 2 times"),
        ("notifier", "notifier", "ok", ""),
        ("mail", "sent", "ok", ""),
    ]
    assert (trace.status, trace.correlation_id, trace.missing) == ("CONFIRMED", SENT, ())
    assert [(gap.name, gap.started, gap.ended) for gap in trace.gaps] == [
        ("back-off before the next try", at(60), at(300)),
        ("event, topic and queue", at(320), at(800)),
    ]


def test_a_correlation_id_leads_to_the_same_way(confirmed: Aws) -> None:
    target = Target("dev")
    assert order_trace.read(target, SENT) == order_trace.read(target, ORDER_ID)


def test_only_the_order_is_asked_for_in_a_limited_time(confirmed: Aws) -> None:
    order_trace.read(Target("dev"), ORDER_ID)
    assert {query["filterPattern"] for query in confirmed.queries} >= {f'"{ORDER_ID}"', '"r-1"'}
    for query in confirmed.queries:
        assert query["PaginationConfig"] == {"MaxItems": logs.MOST_LINES}
        assert query["endTime"] - query["startTime"] <= timedelta(days=5).total_seconds() * 1000


@pytest.mark.parametrize("name", ["unknown-id", f"ord_{'0b' * 16}", 'x" || "y', "x", "c" * 10_000])
def test_an_unknown_id_says_what_to_do(aws: Aws, name: str) -> None:
    with pytest.raises(LabError, match="no order") as raised:
        order_trace.read(Target("dev"), name)
    assert "lab orders" in raised.value.hint
    assert raised.value.code == 2
    assert len(raised.value.message) < 300
    assert all('" ||' not in query["filterPattern"] for query in aws.queries)


def test_several_orders_of_one_correlation_id_are_named(confirmed: Aws) -> None:
    confirmed.log("checkout-api", "r-9", 41, "accepted", order_id=f"ord_{'0b' * 16}")
    with pytest.raises(LabError, match="2 orders") as raised:
        order_trace.read(Target("dev"), SENT)
    assert ORDER_ID in raised.value.message


def test_what_is_not_there_is_said(aws: Aws) -> None:
    aws.order = an_ended_order(OrderStatus.FAILED, order_id=ORDER_ID)
    trace = order_trace.read(Target("dev"), ORDER_ID)
    told = " ".join(trace.missing)
    assert all(part in told for part in ("the execution", "the request", "the mail"))


def test_an_order_that_has_only_begun_has_a_way(aws: Aws) -> None:
    aws.order = an_order(ORDER_ID)
    aws.log("checkout-api", "r-1", 40, "accepted")
    trace = order_trace.read(Target("dev"), ORDER_ID)
    assert {span.kind for span in trace.spans} == {"api", "order", "ledger"}
    assert trace.gaps == ()


def test_the_sweeper_and_problems_are_part_of_the_way(confirmed: Aws) -> None:
    confirmed.log("sweeper", "r-3", 60_000, "settled", outcome="published")
    confirmed.log("stock-checker", "r-4", 310, "low stock not told yet", level="ERROR")
    trace = order_trace.read(Target("dev"), ORDER_ID)
    (swept,) = [s for s in trace.spans if s.kind == "sweep"]
    assert (swept.name, swept.note) == ("sweeper", "published")
    assert trace.gaps[-1].name == "left to the sweeper"
    (problem,) = [s for s in trace.spans if s.kind == "problem"]
    assert problem.note == "stock-checker: low stock not told yet"


def test_a_mail_that_failed_is_a_failed_try(confirmed: Aws) -> None:
    confirmed.log("notifier", "r-0", 600, "not mailed", level="ERROR", exception_name="MailNotSent")
    confirmed.took("notifier", "r-0", 20)
    trace = order_trace.read(Target("dev"), ORDER_ID)
    failed, sent = [s for s in trace.spans if s.kind == "notifier"]
    assert (failed.outcome, failed.note, sent.outcome) == ("failed", "MailNotSent", "ok")


def test_a_function_without_a_log_group_has_no_lines(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(**_: Any) -> Any:
        error = {"Error": {"Code": "ResourceNotFoundException", "Message": ""}}
        raise ClientError(error, "FilterLogEvents")  # type: ignore[arg-type]

    monkeypatch.setattr(aws, "_filter_log_events", missing)
    assert logs.containing(Target("dev"), "sweeper", ["x"], NOW.astimezone(UTC)) == []


class TestGaps:
    def test_what_overlaps_leaves_no_gap(self) -> None:
        spans = [span("api", "a", 0, 500), span("step", "b", 100, 200), span("step", "c", 300, 510)]
        assert list(gaps(spans)) == []

    def test_moments_and_waits_fill_no_gap(self) -> None:
        spans = [
            span("step", "a", 0, 10),
            span("event", "e", 50, 50),
            span("queue", "q", 10, 100),
            span("notifier", "n", 100, 110),
        ]
        assert [gap.name for gap in gaps(spans)] == ["event, topic and queue"]

    @pytest.mark.parametrize(
        ("before", "after", "name"),
        [
            (("api", "a"), ("step", "b"), "until the execution ran"),
            (("step", "a"), ("step", "a"), "back-off before the next try"),
            (("step", "a"), ("step", "b"), "between two states"),
            (("step", "a"), ("api", "b"), "until the request came again"),
            (("step", "a"), ("sweep", "b"), "left to the sweeper"),
        ],
    )
    def test_a_gap_is_named_by_what_came_before_and_after(
        self, before: tuple[str, str], after: tuple[str, str], name: str
    ) -> None:
        (gap,) = gaps([span(*before, 0, 10), span(*after, 100, 110)])
        assert gap.name == name

    def test_a_usual_pause_is_none(self) -> None:
        assert list(gaps([span("step", "a", 0, 10), span("step", "b", 29, 40)])) == []


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_drawing_names_every_span_and_gap_at_any_width(confirmed: Aws, width: int) -> None:
    trace = order_trace.read(Target("dev"), ORDER_ID)
    console = Console(file=StringIO(), width=width, color_system=None)
    console.print(trace_view.report(trace))
    drawn = console.file.getvalue()  # type: ignore[attr-defined]
    assert all(len(line) <= width for line in drawn.splitlines())
    for word in ("POST", "ReserveStock", "Contended", "notifier", "nothing worked", "back-off"):
        assert word in drawn
    assert ("━" in drawn) is (width >= trace_view.NARROW)


def test_the_json_has_milliseconds_after_the_start(confirmed: Aws) -> None:
    told = trace_view.as_dict(order_trace.read(Target("dev"), ORDER_ID))
    assert json.loads(json.dumps(told)) == told
    (api,) = [s for s in told["spans"] if s["kind"] == "api"]
    assert (api["startMs"], api["durationMs"]) == (0.0, 40.0)
    assert [gap["durationMs"] for gap in told["gaps"]] == [240.0, 480.0]
