"""The entry point PROVIDER_OVERRIDE_SQS=host: LocalStack's SQS with limits and metrics."""

from __future__ import annotations

from typing import Any

from localstack.services.sqs.provider import SqsProvider

from localstack_host.localstack_api import RequestContext, Service, provides
from localstack_host.services.sqs import limits, patches


@provides("sqs")
def sqs() -> Service:
    """LocalStack's SQS with its patches."""
    patches.apply_limits()
    patches.apply_attribute_patches()
    patches.apply_metric_patches()
    untyped: Any = Queues
    return Service.for_provider(untyped())


class Queues(SqsProvider):
    """SQS that refuses what AWS refuses. Each operation raises InvalidParameterValue."""

    def receive_message(self, context: RequestContext, **rest: Any) -> Any:  # type: ignore[override]
        """Receives messages, at least one and for twelve hours at most."""
        limits.check_receipt(rest.get("max_number_of_messages"), rest.get("visibility_timeout"))
        return super().receive_message(context, **rest)

    def list_queues(self, context: RequestContext, **rest: Any) -> Any:  # type: ignore[override]
        """Lists queues, a thousand at a time at most."""
        limits.check_pages(rest.get("max_results"))
        return super().list_queues(context, **rest)

    def list_dead_letter_source_queues(  # type: ignore[override] # the rest is passed on
        self, context: RequestContext, **rest: Any
    ) -> Any:
        """Lists the sources of a dead-letter queue, a thousand at a time at most."""
        limits.check_pages(rest.get("max_results"))
        return super().list_dead_letter_source_queues(context, **rest)

    def start_message_move_task(  # type: ignore[override] # the rest is passed on
        self, context: RequestContext, **rest: Any
    ) -> Any:
        """Moves a dead-letter queue's messages, 500 in a second at most."""
        limits.check_move(rest.get("max_number_of_messages_per_second"))
        return super().start_message_move_task(context, **rest)

    def send_message_batch(self, context: RequestContext, **rest: Any) -> Any:  # type: ignore[override]
        """Sends up to ten messages."""
        return limits.with_older_codes(super().send_message_batch(context, **rest))

    def delete_message_batch(self, context: RequestContext, **rest: Any) -> Any:  # type: ignore[override]
        """Deletes up to ten messages."""
        return limits.with_older_codes(super().delete_message_batch(context, **rest))

    def change_message_visibility_batch(  # type: ignore[override] # the rest is passed on
        self, context: RequestContext, **rest: Any
    ) -> Any:
        """Changes how long up to ten messages are not visible."""
        return limits.with_older_codes(super().change_message_visibility_batch(context, **rest))
