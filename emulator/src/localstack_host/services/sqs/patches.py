"""The patches of SQS: limits (`limits.py`), URLs recognized in linear time, and cheaper metrics.

LocalStack checks every request, with four expressions that are not anchored at the start: with a
URL of 16,000 letters they take 1.5 seconds, in which no other request is served.
"""

from __future__ import annotations

import re
import time
from functools import cache
from typing import Any

from localstack_host.localstack_api import on_infra_start, patch, replace
from localstack_host.services.cloudwatch.metric_delivery import record
from localstack_host.services.sqs import metrics

# The union of LocalStack's four expressions, which require only one character before the port. Each
# character between two colons is matched only a few times.
QUEUE_URL = re.compile(r"[^:]:\d{4,5}/(queue/[a-z0-9-]+/)?\d{12}/[a-zA-Z0-9_-]+(.fifo)?$")


@on_infra_start()
def apply_patches() -> None:
    """Applies the patch. `replace`: the router has imported the name."""
    from localstack.aws.protocol import service_router
    from localstack.services.sqs import utils

    for module in (service_router, utils):
        replace(module, "is_sqs_queue_url", is_queue_url)


@cache
def apply_attribute_patches() -> None:
    """Lets an empty RedriveAllowPolicy remove it, as that of every other attribute does.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
    """
    from localstack.services.sqs import constants

    removed = constants.DELETE_IF_DEFAULT | {"RedriveAllowPolicy": ""}
    replace(constants, "DELETE_IF_DEFAULT", removed)


@cache
def apply_metric_patches() -> None:
    """Applies the patches of the metrics, when SQS is loaded."""
    from localstack.services.sqs import provider

    @patch(provider.CloudwatchDispatcher.dispatch_sqs_metric)
    def dispatch(
        _original: Any,
        dispatcher: Any,
        account_id: str,
        region: str,
        queue_name: str,
        metric: str,
        value: float = 1,
        unit: str = "Count",
    ) -> None:
        if dispatcher.running:
            place = (account_id, region, metrics.NAMESPACE)
            record(place, metric, (("QueueName", queue_name),), float(value), unit)

    @patch(provider.CloudwatchPublishWorker.publish_approximate_cloudwatch_metrics)
    def publish_approximate(original: Any, worker: Any) -> None:
        original(worker)
        metrics.publish_ages(time.time())


def is_queue_url(url: str) -> bool:
    """Whether `url` ends with the URL of a queue, according to LocalStack's expressions."""
    return QUEUE_URL.search(url) is not None


@cache
def apply_limits() -> None:
    """Applies the patches of limits, when SQS is loaded."""
    from localstack.services.sqs import models, provider

    from localstack_host.services.sqs import limits

    patch(provider.check_attributes)(limits.check_attributes)
    patch(models.StandardQueue.put)(limits.put)
    patch(models.SqsQueue.update_visibility_timeout)(limits.change_visibility)
    for kind in (models.StandardQueue, models.FifoQueue):
        patch(kind.validate_queue_attributes)(limits.check_queue)
