"""Threads that are used again do what threads do, and end when there is nothing to do."""

from __future__ import annotations

import threading
import time
from contextvars import ContextVar
from typing import Any

import pytest

from localstack_host.performance import pooled_threads
from localstack_host.performance.pooled_threads import PooledThread

VARIABLE: ContextVar[str] = ContextVar("variable", default="")


def _done(*arguments: Any, **options: Any) -> PooledThread:
    thread = PooledThread(*arguments, **options)
    thread.start()
    thread.join(5)
    assert not thread.is_alive()
    return thread


def _done_and_idle(**work: Any) -> PooledThread:
    """Also waits until its thread can be taken again, which is after the work is done."""
    thread, deadline = _done(**work), time.monotonic() + 5
    while thread.ident not in [worker.ident for worker in list(pooled_threads._idle)]:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    return thread


def test_the_target_gets_its_arguments() -> None:
    calls: list[Any] = []
    _done(target=lambda *args, **kwargs: calls.append((args, kwargs)), args=(1,), kwargs={"b": 2})
    assert calls == [((1,), {"b": 2})]


def test_one_after_the_other_has_the_same_thread() -> None:
    first = _done_and_idle(target=lambda: None)
    assert _done(target=lambda: None).ident == first.ident != threading.get_ident()


def test_two_at_a_time_have_two_threads() -> None:
    meeting = threading.Barrier(3)
    threads = [PooledThread(target=meeting.wait) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert all(thread.is_alive() for thread in threads)
    meeting.wait(5)
    for thread in threads:
        thread.join(5)
    assert threads[0].ident != threads[1].ident


def test_who_waits_too_short_finds_it_alive() -> None:
    release = threading.Event()
    thread = PooledThread(target=release.wait)
    assert not thread.is_alive()
    thread.start()
    thread.join(0.01)
    assert thread.is_alive()
    release.set()
    thread.join()
    assert not thread.is_alive()


def test_what_one_sets_in_its_context_the_next_does_not_see() -> None:
    seen: list[str] = []
    VARIABLE.set("of the caller")

    def work() -> None:
        seen.append(VARIABLE.get())
        VARIABLE.set("of another")

    _done_and_idle(target=work)
    _done(target=work)
    assert seen == ["", ""]


def test_an_exception_is_reported_and_the_thread_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    reported: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", reported.append)
    failed = _done_and_idle(target=lambda: 1 / 0)
    assert _done(target=lambda: None).ident == failed.ident
    assert [report.exc_type for report in reported] == [ZeroDivisionError]


@pytest.fixture
def no_threads(monkeypatch: pytest.MonkeyPatch) -> list[RuntimeError]:
    """What starting a thread raises, as long as there is any; and no thread is idle."""
    refusals: list[RuntimeError] = []
    start = threading.Thread.start

    def start_or_refuse(thread: threading.Thread) -> None:
        if refusals:
            raise refusals.pop()
        start(thread)

    monkeypatch.setattr(pooled_threads._Worker, "start", start_or_refuse)
    monkeypatch.setattr(pooled_threads, "_idle", [])
    return refusals


def test_work_waits_while_the_system_has_no_more_threads(no_threads: list[RuntimeError]) -> None:
    no_threads += [RuntimeError("can't start new thread")] * 3
    calls: list[int] = []
    _done(target=lambda: calls.append(1))
    assert calls == [1]
    assert not no_threads


def test_work_that_gets_no_thread_says_so(
    no_threads: list[RuntimeError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pooled_threads, "NO_THREAD_S", 0)
    no_threads += [RuntimeError("can't start new thread")] * 1000
    thread = PooledThread(target=lambda: None)
    with pytest.raises(RuntimeError, match="can't start new thread"):
        thread.start()
    assert not thread.is_alive()


def test_a_thread_without_work_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pooled_threads, "IDLE_S", 0.05)
    monkeypatch.setattr(pooled_threads, "_idle", [])
    ident = _done(target=lambda: None).ident
    deadline = time.monotonic() + 5
    while any(thread.ident == ident for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert pooled_threads._idle == []
    _done(target=lambda: None)
