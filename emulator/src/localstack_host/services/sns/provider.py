"""The entry point PROVIDER_OVERRIDE_SNS=host: LocalStack's SNS with what it lacks.

- a subject has at most 100 characters, and no line breaks or control characters;
- a FIFO topic delivers to queues only;
- filter policies compare values with regard to their types (`filters.py`).

https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
https://docs.aws.amazon.com/sns/latest/dg/fifo-topic-message-delivery.html
"""

from __future__ import annotations

import unicodedata
from typing import Any

from localstack.aws.api.sns import InvalidParameterException
from localstack.services.sns.provider import SnsProvider

from localstack_host.localstack_api import RequestContext, Service, provides
from localstack_host.services.sns import patches

LONGEST_SUBJECT = 100
FIFO, QUEUES = ".fifo", "sqs"


@provides("sns")
def sns() -> Service:
    """LocalStack's SNS with the fixes above."""
    patches.apply_patches()
    return Service.for_provider(Topics())


class Topics(SnsProvider):
    """SNS that looks at subjects and at the protocols of FIFO topics."""

    def publish(  # type: ignore[override] # the rest is passed on
        self, context: RequestContext, message: str, **rest: Any
    ) -> Any:
        """Publishes a message. Raises InvalidParameter for a subject that is none."""
        _check_subject(rest.get("subject"))
        return super().publish(context, message, **rest)

    def publish_batch(
        self,
        context: RequestContext,
        topic_arn: str,
        publish_batch_request_entries: Any,
        **rest: Any,
    ) -> Any:
        """Publishes messages. Raises InvalidParameter if one of them has a subject that is none."""
        for entry in publish_batch_request_entries:
            _check_subject(entry.get("Subject"))
        return super().publish_batch(context, topic_arn, publish_batch_request_entries, **rest)

    def subscribe(  # type: ignore[override] # the rest is passed on
        self, context: RequestContext, topic_arn: str, protocol: str, **rest: Any
    ) -> Any:
        """Subscribes. Raises InvalidParameter for a protocol that FIFO topics do not have."""
        if topic_arn.endswith(FIFO) and protocol != QUEUES:
            raise InvalidParameterException(
                "Invalid parameter: Invalid parameter: Endpoint Reason: Please use FIFO SQS queue"
            )
        return super().subscribe(context, topic_arn, protocol, **rest)


def _check_subject(subject: str | None) -> None:
    if subject is None:
        return
    is_long = len(subject) > LONGEST_SUBJECT
    if is_long or any(unicodedata.category(character) == "Cc" for character in subject):
        raise InvalidParameterException("Invalid parameter: Subject")
