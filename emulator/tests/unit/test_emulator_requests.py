"""What the emulator spares on the requests and logs of its own services: the same is understood."""

from __future__ import annotations

from queue import Empty

import pytest
from localstack.services.lambda_.invocation.logs import QUEUE_SHUTDOWN, LogItem

from localstack_host.services.lambda_ import patches
from localstack_host.services.lambda_.monitoring import logs


def _item(stream: str, text: str) -> LogItem:
    return LogItem("group", stream, text)


def test_lines_of_a_stream_go_together_in_their_order() -> None:
    items = [_item("a", "1\n2"), _item("b", "3"), _item("a", "4\n")]
    assert logs.joined(items) == [_item("a", "1\n2\n4\n"), _item("b", "3")]


def test_what_is_too_long_for_one_call_goes_in_several() -> None:
    long = "x" * logs.MAX_CHARACTERS
    items = [_item("a", "1"), _item("a", long), _item("a", "2")]
    assert "".join(item.logs for item in logs.joined(items)) == f"1{long}2"
    assert len(logs.joined(items)) == 3


def test_the_reader_gets_all_lines_before_it_is_told_to_stop() -> None:
    queue = logs.BatchingQueue(wait_s=0)
    for item in (_item("a", "1"), QUEUE_SHUTDOWN, _item("a", "2")):
        queue.put(item)
    assert queue.get() == _item("a", "1\n2")
    assert queue.get() is QUEUE_SHUTDOWN
    with pytest.raises(Empty):
        queue.get(block=False)


def test_metrics_get_no_thread_and_all_else_gets_one() -> None:
    started: list[str | None] = []
    sparing = patches.without_metrics(lambda _method, name=None: started.append(name))
    sparing(print, name=f"{patches.RECORDING}-f:1")
    sparing(print)
    assert started == [None]
