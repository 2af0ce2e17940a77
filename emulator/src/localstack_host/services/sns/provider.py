"""The entry point PROVIDER_OVERRIDE_SNS=host: LocalStack's SNS with what it lacks.

- a subject has at most 100 characters, and no line breaks or control characters;
- a FIFO topic delivers to queues only;
- an endpoint has the form of its protocol, and a topic has the attributes that SNS knows;
- filter policies compare values with regard to their types (`filters.py`).

https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
https://docs.aws.amazon.com/sns/latest/dg/fifo-topic-message-delivery.html
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

from localstack.aws.api.sns import InvalidParameterException
from localstack.services.sns.provider import SnsProvider

from localstack_host.localstack_api import RequestContext, Service, provides
from localstack_host.services.sns import patches

LONGEST_SUBJECT = 100
FIFO, QUEUES = ".fifo", "sqs"
# By protocol: the form of an endpoint, and what it is called.
ENDPOINTS = {
    "email": (re.compile(r"[^@\s]+@[^@\s]+"), "Email address"),
    "email-json": (re.compile(r"[^@\s]+@[^@\s]+"), "Email address"),
    "lambda": (re.compile(r"arn:[^:]+:lambda:.+"), "Lambda endpoint ARN"),
}
ATTRIBUTE = re.compile(
    r"(Application|Firehose|HTTP|Lambda|SQS)((Success|Failure)FeedbackRoleArn"
    r"|SuccessFeedbackSampleRate)"
    r"|ArchivePolicy|ContentBasedDeduplication|DeliveryPolicy|DisplayName|FifoThroughputScope"
    r"|KmsMasterKeyId|Policy|SignatureVersion|TracingConfig"
)


@provides("sns")
def sns() -> Service:
    """LocalStack's SNS with the fixes above."""
    patches.apply_patches()
    return Service.for_provider(Topics())


class Topics(SnsProvider):
    """SNS that looks at subjects, attributes, endpoints and the protocols of FIFO topics."""

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
        """Subscribes.

        Raises InvalidParameter for a protocol that FIFO topics do not have, and for an endpoint
        that is none.
        """
        form, name = ENDPOINTS.get(protocol, (None, ""))
        if form and rest.get("endpoint") and not form.fullmatch(rest["endpoint"]):
            raise InvalidParameterException(f"Invalid parameter: {name}")
        if topic_arn.endswith(FIFO) and protocol != QUEUES:
            raise InvalidParameterException(
                "Invalid parameter: Invalid parameter: Endpoint Reason: Please use FIFO SQS queue"
            )
        return super().subscribe(context, topic_arn, protocol, **rest)

    def set_topic_attributes(  # type: ignore[override] # the rest is passed on
        self, context: RequestContext, topic_arn: str, attribute_name: str, **rest: Any
    ) -> None:
        """Sets an attribute. Raises InvalidParameter for one that there is not, or no policy."""
        if not ATTRIBUTE.fullmatch(attribute_name):
            raise InvalidParameterException("Invalid parameter: AttributeName")
        if attribute_name == "Policy" and not _is_policy(rest.get("attribute_value") or "{}"):
            raise InvalidParameterException("Invalid parameter: Policy Error: null")
        super().set_topic_attributes(context, topic_arn, attribute_name, **rest)


def _is_policy(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _check_subject(subject: str | None) -> None:
    if subject is None:
        return
    is_long = len(subject) > LONGEST_SUBJECT
    if is_long or any(unicodedata.category(character) == "Cc" for character in subject):
        raise InvalidParameterException("Invalid parameter: Subject")
