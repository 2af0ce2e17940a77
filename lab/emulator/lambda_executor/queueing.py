"""How many environments of a function run at a time: what the machine can carry, and no more.

AWS starts another environment for each invocation that finds none free. A laptop that starts thirty
processes at once for thirty orders is so busy with starting that functions run into their timeouts.
Here an invocation waits for its turn instead, which on a few processors is also sooner.
"""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from localstack.services.lambda_.invocation.assignment import AssignmentService
from localstack.services.lambda_.invocation.execution_environment import ExecutionEnvironment
from localstack.services.lambda_.invocation.lambda_models import (
    FunctionVersion,
    InitializationType,
)

AT_A_TIME = max(4, 2 * (os.cpu_count() or 1))


class QueueingAssignment(AssignmentService):
    """LocalStack's assignment of environments to invocations, a few at a time."""

    def __init__(self, at_a_time: int = AT_A_TIME) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._turns: defaultdict[str, threading.BoundedSemaphore] = defaultdict(
            lambda: threading.BoundedSemaphore(at_a_time)
        )
        self._choosing = threading.Lock()

    @contextmanager
    def get_environment(
        self,
        version_manager_id: str,
        function_version: FunctionVersion,
        provisioning_type: InitializationType,
    ) -> Iterator[ExecutionEnvironment]:
        """An environment that is free, or a new one; waits while the function has its share."""
        with self._choosing:
            turns = self._turns[version_manager_id]
        with (
            turns,
            super().get_environment(
                version_manager_id, function_version, provisioning_type
            ) as environment,
        ):
            yield environment
