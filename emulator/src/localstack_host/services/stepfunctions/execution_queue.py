"""Runs executions in the order in which they were started, a limited number at a time.

AWS runs each at once. A laptop that runs a thousand at once completes none: states time out, and
their retries and compensations add more work. Here a started execution is RUNNING, as on AWS, but
may wait before its first state; no timeout is running meanwhile. One more than there are processors
are busy at a time, and those that wait for a slow function do not count (`FairQueue`).

An execution that waits (in a Wait state, for a retry, for a token, for another execution) occupies
no slot. Synchronous executions are not queued, as their callers wait for the response.
"""

from __future__ import annotations

import threading
import time
from datetime import datetime
from typing import Any, ClassVar

from localstack.services.stepfunctions.backend.execution_worker import ExecutionWorker

from localstack_host.fair_queue import FairQueue
from localstack_host.performance.pooled_threads import PooledThread

LOOK_EVERY_S = 0.2


class QueuedWorker(ExecutionWorker):
    """LocalStack's worker, which waits for a slot before the first state."""

    queue: ClassVar[FairQueue]
    env: Any

    def start(self) -> None:
        """Adds the event ExecutionStarted, and queues the execution. Returns at once."""
        self._program: Any = self._get_evaluation_entrypoint()
        self.env = self._get_evaluation_environment()
        _add_started(self)
        self.queue.submit(self.env.event_manager, self._begin)

    def stop(self, stop_date: datetime, error: str | None, cause: str | None) -> None:
        """Stops an execution, even while it is queued."""
        waited = self.queue.withdraw(self.env.event_manager)
        if waited:
            self._become_running()  # only a running execution can be stopped
        super().stop(stop_date=stop_date, error=error, cause=cause)
        if waited:
            self._execution_logic()

    def _begin(self) -> None:
        self._become_running()
        PooledThread(self._execution_logic).start()

    def _become_running(self) -> None:
        self.env.next_state_name = self._program.start_at.start_at_name

    def _execution_logic(self) -> None:
        if self.env.is_running():
            self._program.eval(self.env)
        else:
            _add_aborted(self.env)
        self._execution_communication.terminated()


def _add_started(worker: Any) -> None:
    """Adds the event, as LocalStack's `_execution_logic` does."""
    from localstack.aws.api.stepfunctions import HistoryEventType
    from localstack.services.stepfunctions.asl.utils.encoding import to_json_str

    details = worker._evaluation_details
    worker.env.event_manager.add_event(
        context=worker.env.event_history_context,
        event_type=HistoryEventType.ExecutionStarted,
        event_details={
            "executionStartedEventDetails": {
                "input": to_json_str(details.execution_details.inpt),
                "inputDetails": {"truncated": False},
                "roleArn": details.aws_execution_details.role_arn,
            }
        },
        update_source_event_id=False,
    )


def _add_aborted(environment: Any) -> None:
    """Adds the event, as LocalStack's `Program` does."""
    from localstack.aws.api.stepfunctions import HistoryEventType

    stopped = environment.program_state()
    details = {"error": stopped.error, "cause": stopped.cause}
    environment.event_manager.add_event(
        context=environment.event_history_context,
        event_type=HistoryEventType.ExecutionAborted,
        event_details={"executionAbortedEventDetails": details},
    )


def poll(queue: FairQueue) -> None:
    """Starts a thread that calls `start_next`: time frees slots, too."""
    threading.Thread(target=_poll, args=(queue,), name="workflow-turns", daemon=True).start()


def _poll(queue: FairQueue) -> None:
    while True:
        time.sleep(LOOK_EVERY_S)
        queue.start_next()
