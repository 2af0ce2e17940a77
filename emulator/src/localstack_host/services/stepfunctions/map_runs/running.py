"""Runs the child executions of a Map Run.

LocalStack starts a thread for each item, runs all of them whatever has failed, calls itself for
each item of a thread, and counts what has not failed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api.stepfunctions import HistoryEventType
from localstack.services.stepfunctions.asl.component.common.error_name.failure_event import (
    FailureEventException,
)
from localstack.services.stepfunctions.asl.component.common.timeouts.timeout import EvalTimeoutError
from localstack.services.stepfunctions.asl.eval import program_state
from localstack.services.stepfunctions.asl.eval.event.event_manager import (
    EventHistoryContext,
    EventManager,
)
from localstack.services.stepfunctions.asl.utils.encoding import to_json_str

from localstack_host.services.stepfunctions.ended_executions import PackedHistory
from localstack_host.services.stepfunctions.execution_queue import QueuedWorker
from localstack_host.services.stepfunctions.failures import tolerance
from localstack_host.services.stepfunctions.map_runs.children import (
    ABORTED,
    FAILED,
    SUCCEEDED,
    TIMED_OUT,
    Child,
)
from localstack_host.services.stepfunctions.map_runs.items import context_of

# AWS runs ten thousand at a time if nothing else was set.
AT_A_TIME = 200
COUNTED = {SUCCEEDED: "succeeded", FAILED: "failed", TIMED_OUT: "timed_out", ABORTED: "aborted"}


class Run:
    """A Map Run while it goes on, and afterwards: LocalStack's `record` of it and its children."""

    def __init__(self, record: Any, items: int, children: int, is_express: bool) -> None:
        self.record, self.is_express = record, is_express
        self.children: list[Child] = []
        self.applied_selector = False
        self.was_stopped = False  # with its execution
        self._items = items
        self._open: dict[str, Any] = {}  # the frames of running children by name
        self._workers: list[Any] = []
        self._start_worker: Callable[[], Any] | None = None
        self._most = children
        self._lock = threading.Lock()
        for counter, number in ((record.item_counter, items), (record.execution_counter, children)):
            counter.total.count(number)
            counter.pending.count(number)

    def __getstate__(self) -> dict[str, Any]:
        """A saved run has no threads: what was running is not continued."""
        idle: dict[str, Any] = {"_open": {}, "_workers": [], "_start_worker": None}
        return {**vars(self), **idle}

    def begin(self, index: int, items: int, frame: Any) -> Child:
        """A child execution of so many items begins, in a frame of LocalStack's environment."""
        child = Child(self.record.map_state_machine_arn, index, items)
        with self._lock:
            self.children.append(child)
            self._open[child.name] = frame
            self._count(child, "pending", -1)
            self._count(child, "running", 1)
        return child

    def end(self, child: Child, status: str, **outcome: str | None) -> None:
        """A child execution has ended."""
        with self._lock:
            self._open.pop(child.name, None)
            child.ended(status, **outcome)
            self._count(child, "running", -1)
            self._count(child, COUNTED[status], 1)
            if status == SUCCEEDED:
                self._count(child, "results_written", 1)

    def _count(self, child: Child, name: str, by: int) -> None:
        getattr(self.record.item_counter, name).offset(by * child.items)
        getattr(self.record.execution_counter, name).offset(by)

    def is_exceeded(self) -> bool:
        """Whether more items have failed than are tolerated now."""
        counter = self.record.item_counter
        failed = sum(each.get() for each in (counter.failed, counter.timed_out, counter.aborted))
        limits = (self.record.tolerated_failure_count, self.record.tolerated_failure_percentage)
        return tolerance.is_exceeded(failed, self._items, *limits)

    def stop_others(self) -> None:
        """Stops the children that are running."""
        with self._lock:
            frames = list(self._open.values())
        for frame in frames:
            frame.set_stop(stop_date=datetime.now(UTC), cause=None, error=None)

    def work(self, start_worker: Callable[[], Any]) -> None:
        """Starts as many workers as children may run at a time."""
        self._start_worker = start_worker
        self.adjust()

    def adjust(self) -> None:
        """Starts or stops workers, after the number of children at a time has changed."""
        with self._lock:
            wanted = min(self.record.max_concurrency or AT_A_TIME, self._most)
            working = [worker for worker in self._workers if not worker.stopped()]
            for worker in working[wanted:]:
                worker.sig_stop()
            self._workers = working[:wanted]
            for _ in range(wanted - len(working)):
                if self._start_worker:
                    self._workers.append(self._start_worker())

    def finish(self) -> None:
        """Forgets what only a run that goes on needs."""
        with self._lock:
            self._start_worker = None
            self._workers = []

    def in_order(self) -> list[Child]:
        """The children in the order of their items."""
        return sorted(self.children, key=lambda child: child.index)


def run_jobs(worker: Any) -> None:
    """Runs children until none is left, as a thread of LocalStack's."""
    while (job := worker._job_pool.next_job()) is not None:
        frame = worker._env.open_inner_frame()
        run_job(worker, frame, job)
        with suppress(ValueError):
            worker._env.delete_frame(frame)
        worker._job_pool.close_job(job)
        if worker.stopped() or isinstance(job.job_output, Exception):
            return


def run_job(worker: Any, frame: Any, job: Any) -> None:
    """Runs a child: its output is that of the job, or the failure of the Map Run."""
    run: Run = worker._map_run_record.run
    if not frame.is_running():
        job.job_output = tolerance.failure(frame)
        return
    items = len(job.job_input["Items"]) if run.applied_selector else 1
    child = run.begin(job.job_index, items, frame)
    frame.event_manager = EventManager()
    frame.event_history_context = EventHistoryContext.of_program_start()
    try:
        _prepare(worker, frame, job, run)
        child.input = to_json_str(frame.states.get_input())
        _note_start(frame, child)
        job.job_program.eval(frame)
        status, outcome = _outcome(frame)
    except EvalTimeoutError:
        status, outcome = TIMED_OUT, {}
    except FailureEventException as error:
        name, cause = error.extract_error_cause_pair() or (None, None)
        status, outcome = FAILED, {"error": name, "cause": cause}
    except Exception as error:  # as LocalStack's programs do
        status, outcome = FAILED, {"error": "States.Runtime", "cause": str(error)}
    run.end(child, status, **outcome)
    _note_end(frame, status, outcome)
    QueuedWorker.queue.release(frame.event_manager)  # its events took a slot
    if not run.is_express:
        child.history = PackedHistory.of(frame.event_manager.get_event_history())
    job.job_output = None
    if status != SUCCEEDED and (run.is_exceeded() or not worker._env.is_running()):
        job.job_output = tolerance.failure(frame)
        run.stop_others()


def _prepare(worker: Any, frame: Any, job: Any, run: Run) -> None:
    context = context_of(job.job_input, job.job_index)
    frame.states.context_object.context_object_data["Map"] = context
    frame.states.reset(job.job_input)
    frame.stack.append(frame.states.get_input())
    if not run.applied_selector:
        worker._eval_input(env_frame=frame)


def _outcome(frame: Any) -> tuple[str, dict[str, Any]]:
    match frame.program_state():
        case program_state.ProgramError(error=error):
            error = error or {}
            return FAILED, {"error": error.get("error"), "cause": error.get("cause")}
        case program_state.ProgramStopped():
            return ABORTED, {}
        case program_state.ProgramTimedOut():
            return TIMED_OUT, {}
    return SUCCEEDED, {"output": to_json_str(frame.states.get_input())}


def _note_start(frame: Any, child: Child) -> None:
    role = frame.aws_execution_details.role_arn
    details = {"input": child.input, "inputDetails": {"truncated": False}, "roleArn": role}
    _note(frame, HistoryEventType.ExecutionStarted, details)


ENDS = {
    SUCCEEDED: HistoryEventType.ExecutionSucceeded,
    FAILED: HistoryEventType.ExecutionFailed,
    TIMED_OUT: HistoryEventType.ExecutionTimedOut,
    ABORTED: HistoryEventType.ExecutionAborted,
}


def _note_end(frame: Any, status: str, outcome: dict[str, Any]) -> None:
    details = {name: value for name, value in outcome.items() if value is not None}
    if status == SUCCEEDED:
        details["outputDetails"] = {"truncated": False}
    _note(frame, ENDS[status], details)


def _note(frame: Any, event: HistoryEventType, details: dict[str, Any]) -> None:
    name = f"{event[0].lower()}{event[1:]}EventDetails"
    frame.event_manager.add_event(
        context=frame.event_history_context,
        event_type=event,
        event_details={name: details},
        update_source_event_id=event != HistoryEventType.ExecutionStarted,
    )
