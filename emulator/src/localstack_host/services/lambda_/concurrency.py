"""Limits how many environments of a function run at a time.

AWS starts another environment for each invocation if none is free. On a laptop, starting thirty
processes for thirty orders takes so long that functions time out. Here invocations are queued
instead, in the order of their arrival, which on a few processors is also faster. Meanwhile neither
the function's timeout nor that of a calling state runs. An invocation that runs for long (it may
sleep, or wait for another invocation of the same function) does not block the queue: the next one
starts beside it.

After a rush each function keeps one environment for LocalStack's LAMBDA_KEEPALIVE_MS. The others,
25 MB each, end when they have been idle for a minute, or sooner where memory is scarce: a rush
within that minute need not start a dozen of them again. One thread ends them all; LocalStack starts
a timer for each invocation.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import psutil
from localstack.aws.api.lambda_ import InvocationType
from localstack.services.lambda_.invocation.assignment import AssignmentService
from localstack.services.lambda_.invocation.execution_environment import (
    ExecutionEnvironment,
    InvalidStatusException,
    RuntimeStatus,
)
from localstack.services.lambda_.invocation.lambda_models import (
    FunctionVersion,
    InitializationType,
    Invocation,
    InvocationResult,
)

from localstack_host.fair_queue import FairQueue
from localstack_host.host.settings import INVOCATIONS_AT_A_TIME
from localstack_host.localstack_api import config
from localstack_host.services.stepfunctions import state_clock

SURPLUS_FOR = timedelta(minutes=1)
SURPLUS_FOR_IF_SCARCE = timedelta(seconds=15)
SCARCE_BYTES = 2**30
LOOK_EVERY_S = 1.0


class UntimedEnvironment(ExecutionEnvironment):
    """An environment without a timer of its own."""

    @cached_property
    def _log_stream(self) -> str:
        return super().get_log_stream_name()

    def get_log_stream_name(self) -> str:
        """The stream's name, with the day on which the environment was started, as in Lambda.

        LocalStack's has the present day, so that a function's logs and its own variable differ.
        """
        return self._log_stream

    def invoke(self, invocation: Invocation) -> InvocationResult:
        """Invokes the function as LocalStack does, with the client context, which it drops."""
        synchronous = invocation.invocation_type == InvocationType.RequestResponse
        executor: Any = self.runtime_executor
        executor.client_context = invocation.client_context if synchronous else None
        return super().invoke(invocation)

    def release(self) -> None:
        """Makes the environment ready again, as LocalStack does, but without a timer."""
        self.last_returned = datetime.now()
        with self.status_lock:
            if self.status != RuntimeStatus.INVOKING:
                raise InvalidStatusException(
                    f"{self.id} is {self.status}, not running an invocation."
                )
            self.status = RuntimeStatus.READY


class QueueingAssignment(AssignmentService):
    """LocalStack's assignment of environments to invocations, with a queue for each version."""

    def __init__(self, at_a_time: int | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._at_a_time = at_a_time or INVOCATIONS_AT_A_TIME.value()
        self._queues: dict[str, FairQueue] = {}
        threading.Thread(target=self._poll, name="lambda-surplus", daemon=True).start()

    @contextmanager
    def get_environment(
        self,
        version_manager_id: str,
        function_version: FunctionVersion,
        provisioning_type: InitializationType,
    ) -> Iterator[ExecutionEnvironment]:
        """Waits for a slot, then yields a free environment or a new one."""
        with (
            self._slot(version_manager_id),
            super().get_environment(
                version_manager_id, function_version, provisioning_type
            ) as environment,
        ):
            yield environment

    def stop_environments_for_version(self, version_manager_id: str) -> None:
        """Ends the environments of a version, and removes its queue."""
        original: Any = super()
        original.stop_environments_for_version(version_manager_id)
        self._queues.pop(version_manager_id, None)

    @contextmanager
    def _slot(self, version_manager_id: str) -> Iterator[None]:
        queue = self._queues.setdefault(version_manager_id, FairQueue(self._at_a_time))
        invocation = object()
        with state_clock.stopped():
            queue.wait(invocation)
        try:
            yield
        finally:
            queue.release(invocation)

    def _poll(self) -> None:
        while True:
            time.sleep(LOOK_EVERY_S)
            for queue in list(self._queues.values()):
                queue.start_next()
            kept = surplus_for()
            for environments in list(self.environments.values()):
                for environment in surplus(list(environments.values()), datetime.now(), kept):
                    environment.keepalive_passed()  # does nothing if it is in use again


def surplus_for() -> timedelta:
    """How long an environment may be idle, by the memory that is left on this machine."""
    scarce = psutil.virtual_memory().available < SCARCE_BYTES
    return SURPLUS_FOR_IF_SCARCE if scarce else SURPLUS_FOR


def surplus(
    environments: Iterable[ExecutionEnvironment], now: datetime, kept: timedelta = SURPLUS_FOR
) -> list[ExecutionEnvironment]:
    """The environments of a function that have been idle for too long.

    The latest one is kept longer. Provisioned environments are never surplus. LocalStack's times
    have no time zone.
    """
    idle = [
        environment
        for environment in environments
        if environment.status == RuntimeStatus.READY
        and environment.initialization_type == InitializationType.on_demand
    ]
    idle.sort(key=lambda environment: environment.last_returned)
    kept_for = timedelta(milliseconds=config.LAMBDA_KEEPALIVE_MS)
    limits = [kept] * (len(idle) - 1) + [kept_for]
    since = zip(idle, limits, strict=False)
    return [one for one, limit in since if now - one.last_returned > limit]
