"""The patches of the state: operations pass the gate, and note what was written."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from localstack_host.localstack_api import patch, replace
from localstack_host.state.gate import GATE
from localstack_host.state.operations import serving


@cache
def apply_patches() -> None:
    """Applies the patches, when the emulator starts."""
    _patch_operations()
    _patch_long_polls()
    _patch_deliveries()
    _patch_executions()
    _watch_tables()


def _patch_operations() -> None:
    from localstack.aws.handlers.service import ServiceRequestRouter

    @patch(ServiceRequestRouter.__call__)
    def serve(original: Any, router: Any, chain: Any, context: Any, response: Any) -> None:
        if context.service is None or context.operation is None:
            original(router, chain, context, response)
            return
        with serving(context):
            original(router, chain, context, response)


def _patch_long_polls() -> None:
    """A queue's messages are awaited outside of the gate, and taken within it."""
    from localstack.services.sqs.models import FifoQueue, StandardQueue

    kinds: tuple[tuple[Any, str], ...] = (
        (StandardQueue, "visible"),
        (FifoQueue, "message_group_queue"),
    )
    for kind, attribute in kinds:
        patch(kind.receive)(_receiving(attribute))


def _receiving(attribute: str) -> Any:
    def receive(
        original: Any,
        queue: Any,
        num_messages: int = 1,
        wait_time_seconds: int | None = None,
        visibility_timeout: int | None = None,
        *,
        poll_empty_queue: bool = False,
    ) -> Any:
        if poll_empty_queue:  # LocalStack's own header: fill a batch, however long it takes
            with GATE.stepping_out():
                options = {"poll_empty_queue": True}
                return original(
                    queue, num_messages, wait_time_seconds, visibility_timeout, **options
                )
        deadline = time.monotonic() + (wait_time_seconds or 0)
        while True:
            left = deadline - time.monotonic()
            if left > 0:
                _wait_for_a_message(getattr(queue, attribute), left)
            with GATE.passing():
                result = original(queue, num_messages, 0, visibility_timeout)
            if result.successful or result.dead_letter_messages:  # the caller moves the latter
                GATE.written.set()
                return result
            if time.monotonic() >= deadline or getattr(queue, attribute).is_shutdown:
                return result

    return receive


def _wait_for_a_message(messages: Any, timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    with GATE.stepping_out(), messages.not_empty:
        while not messages._qsize() and not messages.is_shutdown:
            left = deadline - time.monotonic()
            if left <= 0:
                return
            messages.not_empty.wait(left)


def _patch_deliveries() -> None:
    """What another thread delivers for an operation, as a topic's messages, is part of it."""
    from localstack.services.s3 import notifications
    from localstack.services.sns import publisher
    from localstack.services.sns.executor import TopicPartitionedThreadPoolExecutor

    class Deliveries(ThreadPoolExecutor):
        def submit(self, function: Any, /, *arguments: Any, **options: Any) -> Any:
            return super().submit(GATE.handed_over(function), *arguments, **options)

    for module in (notifications, publisher):
        replace(module, "ThreadPoolExecutor", Deliveries)

    @patch(TopicPartitionedThreadPoolExecutor.submit)
    def submit(original: Any, executor: Any, function: Any, *more: Any, **options: Any) -> None:
        original(executor, GATE.handed_over(function), *more, **options)


def _patch_executions() -> None:
    from localstack.services.stepfunctions.backend.execution import Execution

    @patch(Execution.publish_execution_status_change_event)
    def publish(original: Any, execution: Any) -> None:
        GATE.written.set()
        original(execution)


def _watch_tables() -> None:
    """Requests for tables may take another way than other operations."""
    from embedded_dynamodb.operations import OPERATIONS
    from localstack_host.services.dynamodb.provider import engine
    from localstack_host.state.operations import reads

    writing = frozenset(name for name in OPERATIONS if not reads(name))

    def note(report: Any) -> None:
        if report.operation in writing:
            GATE.written.set()

    engine().on_request.append(note)
