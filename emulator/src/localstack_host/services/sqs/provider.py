"""The entry point PROVIDER_OVERRIDE_SQS=host: LocalStack's SQS with limits and metrics."""

from __future__ import annotations

from typing import Any

from localstack_host.localstack_api import Service, provides
from localstack_host.services.sqs import patches


@provides("sqs")
def sqs() -> Service:
    """LocalStack's SQS with its patches."""
    from localstack.services.sqs.provider import SqsProvider

    patches.apply_limits()
    patches.apply_metric_patches()
    untyped: Any = SqsProvider
    return Service.for_provider(untyped())
