"""What the emulator spares on the requests and logs of its own services: the same is understood."""

from __future__ import annotations

import time
from queue import Empty

import pytest
from localstack.services.lambda_.invocation.logs import QUEUE_SHUTDOWN, LogItem

from localstack_host.services.lambda_ import patches
from localstack_host.services.lambda_.monitoring import logs


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


def test_the_reader_gets_all_lines_before_it_is_told_to_stop() -> None:
    queue = logs.BatchingQueue(wait_s=0)
    for item in (_item("a", "1"), QUEUE_SHUTDOWN, _item("a", "2")):
        queue.put(item)
    assert [event["message"] for event in queue.get().events] == ["1\n", "2\n"]
    assert queue.get() is QUEUE_SHUTDOWN
    with pytest.raises(Empty):
        queue.get(block=False)


def test_a_line_has_the_time_when_it_was_written_and_not_of_its_delivery() -> None:
    """Whoever asks for what came after a moment gets nothing from before it."""
    queue = logs.BatchingQueue(wait_s=0.05)
    queue.put(_item("a", "before"))
    moment = time.time() * 1000
    (event,) = queue.get().events
    assert moment - 1000 < event["timestamp"] <= moment


def test_metrics_get_no_thread_and_all_else_gets_one() -> None:
    started: list[str | None] = []
    sparing = patches.without_metrics(lambda _method, name=None: started.append(name))
    sparing(print, name=f"{patches.RECORDING}-f:1")
    sparing(print)
    assert started == [None]
