"""What of LocalStack's Lambda is replaced: classes and a function that its modules have imported.

All by `replace`: `patch` would change the original where it is defined, and these extend it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from localstack_host.localstack_api import replace
from localstack_host.services.lambda_.concurrency import UntimedEnvironment
from localstack_host.services.lambda_.draining import DrainingVersionManager
from localstack_host.services.lambda_.queue_batches import SeveralBatches
from localstack_host.services.lambda_.table_streams import TableStreamPoller

RECORDING = "record-cloudwatch-metric"  # how LocalStack's threads are called that do


@cache
def apply_patches() -> None:
    """For the process, when Lambda is loaded."""
    from localstack.services.lambda_.event_source_mapping import esm_worker_factory
    from localstack.services.lambda_.invocation import assignment, lambda_service, version_manager

    # An update would end what runs; and logs are delivered in another way.
    replace(lambda_service, "LambdaVersionManager", DrainingVersionManager)
    # Each would start a timer with each invocation.
    replace(assignment, "ExecutionEnvironment", UntimedEnvironment)
    # A poller would take one batch after the other.
    replace(esm_worker_factory, "SqsPoller", SeveralBatches)
    # It would begin all shards anew when one of them is closed.
    replace(esm_worker_factory, "DynamoDBPoller", TableStreamPoller)
    # Each invocation would start a thread for its metrics: the executor has counted them already.
    untyped: Any = version_manager
    replace(version_manager, "start_thread", without_metrics(untyped.start_thread))


def without_metrics(start: Any) -> Any:
    """`start`, LocalStack's, for all threads but those that record metrics."""

    def start_thread(method: Any, *arguments: Any, **options: Any) -> Any:
        if str(options.get("name")).startswith(RECORDING):
            return None
        return start(method, *arguments, **options)

    return start_thread
