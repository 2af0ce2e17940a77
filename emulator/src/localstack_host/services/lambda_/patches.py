"""The patches of Lambda.

Classes use `replace`: `patch` would change the originals, which the replacements extend.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from localstack_host.localstack_api import patch, replace
from localstack_host.services.lambda_ import function_urls
from localstack_host.services.lambda_.concurrency import UntimedEnvironment
from localstack_host.services.lambda_.draining import DrainingVersionManager
from localstack_host.services.lambda_.event_polling import EventPoller, wake
from localstack_host.services.lambda_.kinesis_streams import KinesisStreamPoller
from localstack_host.services.lambda_.mapping_worker import MappingWorker
from localstack_host.services.lambda_.queue_batches import SeveralBatches
from localstack_host.services.lambda_.table_streams import TableStreamPoller
from localstack_host.services.lambda_.tumbling_windows import RememberingSender

NAMES = 1024  # of functions, as requests spell them
RECORDING = "record-cloudwatch-metric"  # the name of LocalStack's threads that record metrics


@cache
def apply_patches() -> None:
    """Applies the patches, when Lambda is loaded."""
    from localstack.services.lambda_ import api_utils, urlrouter

    patch(urlrouter.event_for_lambda_url)(function_urls.event_with_cookies)
    patch(urlrouter.lambda_result_to_response)(function_urls.response_with_cookies)
    # The original reads the same names for each request.
    names: Any = api_utils
    read = lru_cache(NAMES)(names.function_locators_from_arn)
    replace(names, "function_locators_from_arn", read)
    _patch_versions()
    _patch_mappings()


def _patch_versions() -> None:
    from localstack.services.lambda_.invocation import (
        assignment,
        event_manager,
        internal_sqs_queue,
        lambda_service,
        version_manager,
    )

    # The original ends running invocations at an update; also delivers logs in batches.
    replace(lambda_service, "LambdaVersionManager", DrainingVersionManager)
    # The original has threads for each version, also when nobody invokes it.
    replace(event_manager, "Poller", EventPoller)

    @patch(internal_sqs_queue.FakeSqsClient.send_message)
    def send_message(original: Any, client: Any, **message: Any) -> Any:
        sent = original(client, **message)
        wake(message["QueueUrl"])
        return sent

    # The original starts a timer for each invocation.
    replace(assignment, "ExecutionEnvironment", UntimedEnvironment)
    # The original starts a thread for the metrics of each invocation; the executor records them.
    untyped: Any = version_manager
    replace(version_manager, "start_thread", without_metrics(untyped.start_thread))


def _patch_mappings() -> None:
    from localstack.services.lambda_.event_source_mapping import esm_worker_factory

    # The original processes one batch at a time.
    replace(esm_worker_factory, "SqsPoller", SeveralBatches)
    # The originals restart all shards when one of them is closed, and do not collect batches.
    replace(esm_worker_factory, "DynamoDBPoller", TableStreamPoller)
    replace(esm_worker_factory, "KinesisPoller", KinesisStreamPoller)
    # The original forgets what a function returns, which has the state of a tumbling window.
    replace(esm_worker_factory, "LambdaSender", RememberingSender)
    # The original starts again at the starting position when the mapping is updated.
    replace(esm_worker_factory, "EsmWorker", MappingWorker)


def without_metrics(start: Any) -> Any:
    """Wraps LocalStack's `start_thread`: does not start the threads that record metrics."""

    def start_thread(method: Any, *arguments: Any, **options: Any) -> Any:
        if str(options.get("name")).startswith(RECORDING):
            return None
        return start(method, *arguments, **options)

    return start_thread
