"""Saves the state while the emulator runs: soon after a write, at a stop, and when asked to.

A small state is pickled here, while everything else in the emulator waits. A large one is pickled
by a child process, which has what the emulator held at one moment, and the emulator goes on after
some milliseconds. But the two share their memory, and each page that one of them writes to is
copied: that takes five times the processor time of pickling. Without `fork` (macOS) the emulator
waits for a large state, too, so it is saved once a minute only.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from localstack_host.state import child, contents, members, objects, stores
from localstack_host.state.about import STATE
from localstack_host.state.gate import GATE, Gate
from localstack_host.state.saved_states import CURRENT, SavedStates

LOG = logging.getLogger(__name__)
LOST_AT_MOST_S = 2.0
WITHOUT_FORK_S = 60.0
SHORTEST_PAUSE_S = 0.75  # between the begins of two saves, however long they take
FIRST_S = 0.3  # after the first write: others usually follow
QUIET_S = (0.05, 0.1)  # how long to wait for operations, attempt by attempt
RETRY_S = 10.0  # after a failure
LOCK_S = 0.05
TAKEN_HERE_BYTES = 2**24  # a state that is pickled in some 60 ms
ALONE_S = 0.25  # several times as long


class NotTaken(Exception):
    """The state cannot be taken here: something may have changed meanwhile."""


class Saver:
    """Saves the state of this process to the folder of `states`."""

    def __init__(self, states: SavedStates, gate: Gate = GATE, *, fork: bool = True) -> None:
        self._states = states
        self._gate = gate
        self._fork = fork
        self._saving = threading.Lock()
        self._failed = ""
        self._failing_since = ""
        self.latest = {"count": 0, "paused_ms": 0.0, "seconds": 0.0}
        """How many saves there were, and how long the last one paused the emulator, and took."""
        self._stopped = threading.Event()

    def start(self) -> None:
        """Starts the thread that saves after writes."""
        threading.Thread(target=self._run, name="state", daemon=True).start()

    def stop(self) -> None:
        """Saves, and never again."""
        self._stopped.set()
        if self._gate.written.is_set():
            self.save()

    def save(self) -> str:
        """Saves now. Returns an empty string, or why that failed; nothing is lost then."""
        with self._saving:
            self._gate.written.clear()
            began = time.monotonic()
            try:
                paused_s = self._save()
                self._failed = self._failing_since = ""
                self._note(paused_s, time.monotonic() - began)
            except Exception as error:  # a full disk, or an object that cannot be saved
                self._gate.written.set()
                self._report(error)
            return self._failed

    @property
    def problem(self) -> dict[str, str] | None:
        """Since when (RFC 3339) saving fails, and why; None if the last save succeeded."""
        if not self._failed:
            return None
        return {"since": self._failing_since, "why": self._failed}

    def _note(self, paused_s: float, took_s: float) -> None:
        self.latest = {
            "count": self.latest["count"] + 1,
            "paused_ms": round(1000 * paused_s, 1),
            "seconds": round(took_s, 3),
        }

    def _report(self, error: Exception) -> None:
        """Logs a failure once, not at every attempt."""
        text = f"{error}" or repr(error)
        if text != self._failed:
            LOG.error("The state was not saved, and it will be tried again: %s", text)
        self._failed = text
        self._failing_since = self._failing_since or datetime.now(UTC).isoformat(timespec="seconds")

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._gate.written.wait()
            if self._stopped.wait(FIRST_S):
                return
            if not self._states.root.parent.is_dir():
                return  # the home was deleted, as by a test: there is nowhere to save
            began = time.monotonic()
            failed = self.save()
            pause_s = RETRY_S if failed else self._pause_s(time.monotonic() - began)
            self._stopped.wait(max(pause_s - (time.monotonic() - began), 0))

    def _pause_s(self, took_s: float) -> float:
        """From the begin of a save to that of the next one, which then takes about as long."""
        if not self._fork:
            return WITHOUT_FORK_S
        return max(LOST_AT_MOST_S - FIRST_S - took_s, SHORTEST_PAUSE_S)

    def _save(self) -> float:
        """Saves. Returns for how many seconds operations had to wait."""
        metrics = self._copied_metrics()
        try:
            _prepare_objects()
            stores.stores_of(contents.loaded_services())  # whoever takes the state has them then
            if not self._fork or self._size() <= TAKEN_HERE_BYTES:
                with suppress(NotTaken):
                    return self._save_here(metrics)
            return self._save_in_a_child(metrics)
        finally:
            if metrics is not None:
                metrics.unlink(missing_ok=True)

    def _copied_metrics(self) -> Path | None:
        """A copy of the data points, made before the pause: their file is a database."""
        if "cloudwatch" not in contents.loaded_services():
            return None
        self._states.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        target = self._states.root / "metrics.db.draft"
        target.unlink(missing_ok=True)
        members.copy_metrics(members.metrics_database(), target)
        return target

    def _size(self) -> int:
        """The bytes of the latest save, without files of their own; 0 if there is none."""
        before = self._states.folder(CURRENT)
        try:
            return (before / STATE).stat().st_size if before else 0
        except FileNotFoundError:
            return 0

    def _save_here(self, metrics: Path | None) -> float:
        paused_s = 0.0

        def write(draft: Path, before: Path | None) -> None:
            nonlocal paused_s
            contents.write_objects(draft, before, prepared=True)  # most of them
            with self._quiet() as (began, is_quiet):
                contents.write_objects(draft, before)
                taken = self._taken(is_quiet)
            paused_s = time.monotonic() - began
            contents.write(draft, taken, metrics)

        with self._states.locked():
            self._states.save(write, lambda: True)
        return paused_s

    def _taken(self, is_quiet: bool) -> contents.Taken:
        """The state. Raises NotTaken if it may have changed meanwhile, and a child can take it."""
        if not self._fork:
            with _alone():
                return contents.take()
        if not is_quiet:
            raise NotTaken
        with _alone():
            began = time.monotonic()
            try:
                taken = contents.take()
            except Exception as error:
                raise NotTaken from error
            if time.monotonic() - began >= ALONE_S:
                raise NotTaken
        return taken

    def _save_in_a_child(self, metrics: Path | None) -> float:
        reading, writing = os.pipe()
        parent = os.getpid()
        with self._quiet() as (began, _):
            pid = os.fork()
            if pid == 0:
                child.run(writing, lambda: self._locked_write(metrics, parent))
        paused_s = time.monotonic() - began
        os.close(writing)
        child.result(pid, reading)
        return paused_s

    def _locked_write(self, metrics: Path | None, parent: int) -> None:
        def write(draft: Path, before: Path | None) -> None:
            contents.write_objects(draft, before)
            contents.write(draft, contents.take(), metrics)

        with self._states.locked():
            self._states.save(write, lambda: os.getppid() == parent)

    @contextmanager
    def _quiet(self) -> Iterator[tuple[float, bool]]:
        """Within the context no operation is half done, if they end in time.

        Yields when the operations had to wait from, and whether all others have ended.
        """
        for timeout_s in QUIET_S:
            began = time.monotonic()
            with self._gate.closed(timeout_s) as is_quiet:
                if is_quiet or timeout_s == QUIET_S[-1]:
                    with _locks_held():
                        _prepare_objects()
                        yield began, is_quiet
                    return
            time.sleep(timeout_s)


def _prepare_objects() -> None:
    if "s3" in contents.loaded_services():
        objects.prepare(members.provider_of("s3")._storage_backend)


@contextmanager
def _alone() -> Iterator[None]:
    """Within the context no other thread runs for `ALONE_S`, unless this one waits for something.

    Python gives another thread its turn that has waited for the switch interval.
    """
    interval_s = sys.getswitchinterval()
    sys.setswitchinterval(ALONE_S)
    time.sleep(interval_s)  # the turn of those that wait since before
    try:
        yield
    finally:
        sys.setswitchinterval(interval_s)


@contextmanager
def _locks_held() -> Iterator[None]:
    """Holds the locks of what changes outside of operations: tables, and queues."""
    with ExitStack() as held:
        for lock in _locks():
            if lock.acquire(timeout=LOCK_S):
                held.callback(lock.release)
        yield


def _locks() -> Iterator[Any]:
    services = contents.loaded_services()
    if "sqs" in services:
        from localstack.services.sqs.models import sqs_stores

        for _, _, store in sqs_stores.iter_stores():
            for queue in list(store.queues.values()):
                yield queue.mutex
    if "lambda" in services:
        for queue in list(members.event_queues().values()):
            yield queue.mutex
    from localstack_host.services.dynamodb.provider import engine

    yield engine().lock
