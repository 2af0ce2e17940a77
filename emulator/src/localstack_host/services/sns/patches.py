"""The patches of SNS: filters know types, messages are counted, and mails have their subjects."""

from __future__ import annotations

from functools import cache
from typing import Any

from localstack_host.localstack_api import patch, replace
from localstack_host.services.sns import filters, mails, metrics


@cache
def apply_patches() -> None:
    """Applies the patches, when SNS is loaded."""
    _patch_filters()
    _patch_metrics()


def _patch_filters() -> None:
    from localstack.services.sns.filter import FilterPolicyValidator, SubscriptionFilter

    attribute = SubscriptionFilter._evaluate_filter_policy_conditions_on_attribute
    patch(attribute)(filters.matches_attribute)
    patch(SubscriptionFilter._evaluate_condition)(filters.matches_value)
    patch(FilterPolicyValidator.validate_filter_policy)(filters.check)


def _patch_metrics() -> None:
    from localstack.services.sns import publisher

    dispatcher: Any = publisher.PublishDispatcher

    @patch(dispatcher.publish_to_topic)
    def publish_to_topic(original: Any, publishing: Any, ctx: Any, topic_arn: str) -> None:
        metrics.published(topic_arn, ctx.message)
        original(publishing, ctx, topic_arn)

    @patch(dispatcher.publish_batch_to_topic)
    def publish_batch_to_topic(original: Any, publishing: Any, ctx: Any, topic_arn: str) -> None:
        for message in ctx.messages:
            metrics.published(topic_arn, message)
        original(publishing, ctx, topic_arn)

    untyped: Any = publisher
    should_publish = metrics.counting_filtered(dispatcher._should_publish)
    replace(dispatcher, "_should_publish", should_publish)
    deliveries = metrics.counting_deliveries(untyped.store_delivery_log)
    replace(publisher, "store_delivery_log", deliveries)
    replace(publisher.EmailJsonTopicPublisher, "_publish", mails.send)
