"""What the emulator spares on the requests and logs of its own services: the same is understood."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError
from localstack.services.lambda_.invocation.logs import LogItem

from localstack_host.services.lambda_ import patches
from localstack_host.services.lambda_.monitoring import logs
from tests.integration.waiting import threads_at_work, wait_for

WAIT_S = 10


def _item(stream: str, text: str) -> LogItem:
    return LogItem("group", stream, text)


def _lines(stream: str, text: str, at: int = 0) -> logs.Lines:
    return logs.Lines.of(_item(stream, text), at)


def _said(lines: logs.Lines) -> tuple[str, list[tuple[int, str]]]:
    events = [(event["timestamp"], event["message"]) for event in lines.events]
    return lines.log_stream, events


def test_lines_of_a_stream_go_together_in_their_order_each_with_its_time() -> None:
    items = [_lines("a", "1\n2", 10), _lines("b", "3", 11), _lines("a", "4\n", 12)]
    assert [_said(each) for each in logs.joined(items)] == [
        ("a", [(10, "1\n"), (10, "2\n"), (12, "4\n")]),
        ("b", [(11, "3\n")]),
    ]


def test_what_is_too_long_for_one_call_goes_in_several() -> None:
    long = "x" * logs.MAX_CHARACTERS
    items = logs.joined([_lines("a", "1"), _lines("a", long), _lines("a", "2")])
    assert [event["message"] for item in items for event in item.events] == [
        "1\n",
        f"{long}\n",
        "2\n",
    ]
    assert len(items) == 3


class Sent:
    """Takes the place of a client of CloudWatch Logs, and keeps what is written."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lines: list[logs.Lines] = []
        self.go_on = threading.Event()
        self.go_on.set()
        self.began = threading.Event()
        monkeypatch.setattr(logs, "_write", self._write)
        monkeypatch.setattr(logs, "is_api_enabled", lambda _service: True)
        monkeypatch.setattr(logs.LogDelivery, "_client", None)

    def _write(self, _client: Any, lines: logs.Lines) -> None:
        self.began.set()
        self.go_on.wait(WAIT_S)
        self.lines.append(lines)

    @property
    def messages(self) -> list[str]:
        return [event["message"] for lines in self.lines for event in lines.events]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    return Sent(monkeypatch)


def test_a_version_stops_when_its_lines_are_sent(sent: Sent) -> None:
    delivery = logs.LogDelivery("role", "us-east-2", wait_s=0.1)
    delivery.add_logs(_item("a", "1"))
    delivery.add_logs(_item("a", "2"))
    delivery.stop()
    assert sent.messages == ["1\n", "2\n"]
    assert len(sent.lines) == 1


def test_lines_that_come_during_a_delivery_are_sent_after_it(sent: Sent) -> None:
    sent.go_on.clear()
    delivery = logs.LogDelivery("role", "us-east-2", wait_s=0)
    delivery.add_logs(_item("a", "0"))
    assert sent.began.wait(WAIT_S)
    delivery.add_logs(_item("a", "1"))
    delivery.add_logs(_item("a", "2"))
    sent.go_on.set()
    delivery.stop()
    assert sent.messages == ["0\n", "1\n", "2\n"]


def test_lines_that_are_refused_do_not_keep_others_back(
    sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = ClientError({"Error": {"Code": "AccessDenied"}}, "PutLogEvents")
    outcomes: list[Exception | None] = [refused, None]

    def write(_client: Any, lines: logs.Lines) -> None:
        if error := outcomes.pop(0):
            raise error
        sent.lines.append(lines)

    monkeypatch.setattr(logs, "_write", write)
    delivery = logs.LogDelivery("role", "us-east-2", wait_s=0.05)
    delivery.add_logs(_item("a", "1"))
    delivery.add_logs(_item("b", "2"))
    delivery.stop()
    assert sent.messages == ["2\n"]


def test_a_version_without_lines_has_no_thread(sent: Sent) -> None:
    before = threads_at_work()
    deliveries = [logs.LogDelivery("role", "us-east-2", wait_s=0) for _ in range(20)]
    for delivery in deliveries:
        delivery.start_subscriber()
    assert threads_at_work() <= before
    for delivery in deliveries:
        delivery.add_logs(_item("a", "1"))
        delivery.stop()
    assert len(sent.lines) == 20
    wait_for(lambda: threads_at_work() <= before, "threads are left")


def test_a_line_has_the_time_when_it_was_written_and_not_of_its_delivery(sent: Sent) -> None:
    """Whoever asks for what came after a moment gets nothing from before it."""
    delivery = logs.LogDelivery("role", "us-east-2", wait_s=0.05)
    delivery.add_logs(_item("a", "before"))
    moment = time.time() * 1000
    delivery.stop()
    (event,) = sent.lines[0].events
    assert moment - 1000 < event["timestamp"] <= moment


def test_metrics_get_no_thread_and_all_else_gets_one() -> None:
    started: list[str | None] = []
    sparing = patches.without_metrics(lambda _method, name=None: started.append(name))
    sparing(print, name=f"{patches.RECORDING}-f:1")
    sparing(print)
    assert started == [None]
