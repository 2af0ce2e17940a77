"""The events of a log stream say the same as a list would, whatever is compressed of them."""

from __future__ import annotations

import copy
import io
import pickle
import threading
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.logs.models import LogEvent, LogsBackend

from localstack_host.services.logs import patches, stored_events
from localstack_host.services.logs.stored_events import PACK, StoredEvents
from localstack_host.state import exported, pickling

BEGIN = 1_700_000_000_000
numbers = count()


def event(time: int, message: str = "") -> Any:
    text = message or f"message {next(numbers)}\n"
    return LogEvent(BEGIN, {"timestamp": time, "message": text})


def said(events: Any) -> list[dict[str, Any]]:
    return [each.to_filter_dict() for each in events]


def stored(times: list[int]) -> tuple[StoredEvents, list[Any]]:
    """Events at these times, put in several calls, and as a list."""
    expected = [event(time) for time in times]
    events = StoredEvents()
    for begin in range(0, len(expected), 50):
        events += expected[begin : begin + 50]
    return events, expected


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("put"), st.integers(0, 3 * PACK)),
            st.tuples(st.just("drop"), st.integers(0, 2 * PACK)),
        ),
        max_size=12,
    )
)
def test_whatever_is_put_and_dropped_the_rest_is_there(steps: list[tuple[str, int]]) -> None:
    events, expected = StoredEvents(), []
    for step, number in steps:
        if step == "put":
            new = [event(BEGIN + each) for each in range(number)]
            events += new
            expected += new
        else:
            events.drop(number)
            del expected[:number]
        assert len(events) == len(expected)
        assert bool(events) is bool(expected)
    assert said(events) == said(expected)


@given(
    st.lists(st.integers(BEGIN, BEGIN + 1000), min_size=1, max_size=6 * PACK),
    st.one_of(st.none(), st.just(0), st.integers(BEGIN - 10, BEGIN + 1010)),
    st.one_of(st.none(), st.just(0), st.integers(BEGIN - 10, BEGIN + 1010)),
)
def test_a_range_of_time_has_all_of_its_events(
    times: list[int], start: int | None, end: int | None
) -> None:
    """Times come in any order: a caller names them."""
    events, expected = stored(times)

    def within(each: Any) -> bool:
        return (not start or each.timestamp >= start) and (not end or each.timestamp <= end)

    found = [each for each in events.between(start, end) if within(each)]
    assert said(found) == said(filter(within, expected))
    assert events.times() == (min(times), max(times))


def test_a_range_of_time_decompresses_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    events, _ = stored([BEGIN + number for number in range(10 * PACK)])
    read: list[bytes] = []
    rows = stored_events.rows
    monkeypatch.setattr(stored_events, "rows", lambda packed: read.append(packed) or rows(packed))
    assert len(list(events.between(BEGIN + 3 * PACK, BEGIN + 4 * PACK - 1))) >= PACK
    assert len(read) == 1


def test_any_text_comes_back() -> None:
    texts = ['{"a": "b"}\n', "\0", "\ud83d", "ü𝄞", "", "x" * 262_144]
    expected = [event(BEGIN, text) for text in texts] + [event(BEGIN) for _ in range(2 * PACK)]
    assert said(StoredEvents(expected)) == said(expected)


def test_they_take_a_tenth_of_what_a_list_takes() -> None:
    line = '{"level":"INFO","message":"done","service":"stock-checker","correlation_id":"%032x"}\n'
    expected = [event(BEGIN + number, line % (number * 2**90)) for number in range(100 * PACK)]
    assert (
        len(pickle.dumps(StoredEvents(expected)._content.packs)) < len(pickle.dumps(expected)) / 10
    )


def test_a_copy_has_the_same_and_goes_its_own_way() -> None:
    events, expected = stored([BEGIN + number for number in range(3 * PACK)])
    copied = copy.deepcopy(events)
    copied += [event(BEGIN)]
    events.drop(5)
    assert said(copied)[:-1] == said(expected)
    assert said(events) == said(expected[5:])


def test_writers_and_readers_at_once_lose_nothing() -> None:
    events = StoredEvents()
    wrong: list[str] = []
    ended = threading.Event()

    def write(writer: int) -> None:
        nonlocal events
        for number in range(40):
            events += [event(BEGIN, f"{writer} {number} {each}") for each in range(20)]

    def read() -> None:
        while not ended.is_set():
            before, messages = len(events), [each.message for each in events]
            if len(messages) < before or len(set(messages)) < len(messages):
                wrong.append(f"{len(messages)} of {before}")

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    ended.set()
    reader.join()
    assert not wrong
    assert len({each.message for each in events}) == 4 * 40 * 20


def _saved(value: Any) -> bytes:
    file = io.BytesIO()
    pickling.StatePickler(file).dump(value)
    return file.getvalue()


def test_a_saved_state_has_them() -> None:
    events, expected = stored([BEGIN + number for number in range(3 * PACK)])
    events.drop(7)
    loaded = pickle.loads(_saved(events))
    assert said(loaded) == said(expected[7:])
    loaded += [event(BEGIN)]
    assert len(loaded) == len(expected) - 6


def test_an_exported_state_has_them_as_a_plain_list(tmp_path: Path) -> None:
    events, expected = stored([BEGIN + number for number in range(3 * PACK)])
    events.drop(7)
    objects = exported.Encoder().encode_all(
        exported.RecordUnpickler(io.BytesIO(_saved(events))).load()
    )
    records = [objects[number] for _, number in objects[0][1]]
    assert {record[1:3] == list(exported.LOG_EVENT) for record in records} == {True}
    messages = [dict(objects[record[4][1]][1])["message"] for record in records]
    assert messages == [each.message for each in expected[7:]]


@pytest.fixture
def stream() -> Any:
    patches.apply_patches()
    group = LogsBackend("us-east-1", "123456789012").create_log_group("group", {})
    group.create_log_stream("stream")
    return group.streams["stream"]


def test_moto_s_own_stream_reads_pages_and_describes_them(stream: Any) -> None:
    lines = [
        {"timestamp": BEGIN + number, "message": f"line {number}"} for number in range(5 * PACK)
    ]
    for begin in range(0, len(lines), 100):
        stream.put_log_events(lines[begin : begin + 100])
    described = stream.to_describe_dict()
    assert described["firstEventTimestamp"] == BEGIN
    assert described["lastEventTimestamp"] == BEGIN + len(lines) - 1
    page, _, following = stream.get_log_events(None, None, 300, None, True)
    rest, _, _ = stream.get_log_events(None, None, 10_000, following, True)
    assert [each["message"] for each in page + rest] == [line["message"] for line in lines]
    some = stream.filter_log_events(BEGIN + 200, BEGIN + 209, "line")
    assert [each["message"] for each in some] == [f"line {number}" for number in range(200, 210)]


def test_the_first_writers_and_readers_of_a_stream_have_the_same_events(
    monkeypatch: pytest.MonkeyPatch, stream: Any
) -> None:
    """All of them find moto's list, and each would replace it."""
    begin = threading.Barrier(8)
    make = StoredEvents.__init__

    def slowly(events: StoredEvents, *arguments: Any) -> None:
        make(events, *arguments)
        switched.wait(0.01)  # others go on meanwhile

    def write(number: int) -> None:
        begin.wait()
        stream.put_log_events([{"timestamp": BEGIN, "message": f"{number}"}])

    def read() -> None:
        begin.wait()
        stream.to_describe_dict()
        stream.get_log_events(None, None, 10, None, True)

    switched = threading.Event()
    monkeypatch.setattr(StoredEvents, "__init__", slowly)
    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    threads += [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {each.message for each in stream.events} == {"0", "1", "2", "3"}
