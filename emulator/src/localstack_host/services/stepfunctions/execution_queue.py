"""Executions of workflows begin in the order in which they were started, a few at a time.

AWS begins each at once. A laptop on which a thousand are on their way has time for none: states
run into their timeouts, and what they retry and undo is more work. Here an execution that was
started is RUNNING, as on AWS, and may wait before its first state; none of its times has begun.

Who waits for something else (a Wait state, the next try, a token, another execution) needs no turn
meanwhile. A synchronous execution has somebody who waits for the answer, and never waits itself.
"""

from __future__ import annotations

import threading
import time
from datetime import datetime
from typing import Any, ClassVar

from localstack.services.stepfunctions.backend.execution_worker import ExecutionWorker

from localstack_host.fair_queue import FairQueue

LOOK_EVERY_S = 1.0


class QueuedWorker(ExecutionWorker):
    """LocalStack's, which waits for its turn before the first state."""

    queue: ClassVar[FairQueue]
    env: Any

    def start(self) -> None:
        """Returns at once. The history says from now on that the execution has started."""
        self._program: Any = self._get_evaluation_entrypoint()
        self.env = self._get_evaluation_environment()
        _add_started(self)
        self.queue.submit(self.env.event_manager, self._begin)

    def stop(self, stop_date: datetime, error: str | None, cause: str | None) -> None:
        """Stops an execution also while it waits."""
        waited = self.queue.withdraw(self.env.event_manager)
        if waited:
            self._become_running()  # only what is running can be stopped
        super().stop(stop_date=stop_date, error=error, cause=cause)
        if waited:
            self._execution_logic()

    def _begin(self) -> None:
        self._become_running()
        threading.Thread(target=self._execution_logic, name="workflow", daemon=True).start()

    def _become_running(self) -> None:
        self.env.next_state_name = self._program.start_at.start_at_name

    def _execution_logic(self) -> None:
        if self.env.is_running():
            self._program.eval(self.env)
        else:
            _add_aborted(self.env)
        self._execution_communication.terminated()


def _add_started(worker: Any) -> None:
    """As in LocalStack's `_execution_logic`."""
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
    """As in LocalStack's `Program`."""
    from localstack.aws.api.stepfunctions import HistoryEventType

    stopped = environment.program_state()
    details = {"error": stopped.error, "cause": stopped.cause}
    environment.event_manager.add_event(
        context=environment.event_history_context,
        event_type=HistoryEventType.ExecutionAborted,
        event_details={"executionAbortedEventDetails": details},
    )


def look_regularly(queue: FairQueue) -> None:
    """Time frees turns, too: a thread looks for those."""
    threading.Thread(target=_look, args=(queue,), name="workflow-turns", daemon=True).start()


def _look(queue: FairQueue) -> None:
    while True:
        time.sleep(LOOK_EVERY_S)
        queue.start_next()
