"""Which unsigned requests AWS serves.

They are operations whose model declares it (STS for federated callers), operations that the secret
token of a subscription authorizes, and what the policy of a bucket, a queue or a topic allows to
everybody. `localstack_host.services.iam` evaluates such a policy even if permissions are not
enforced for roles: an anonymous caller has no role.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from typing import Any

from localstack_host.authentication import buckets, errors, forms
from localstack_host.services.iam import public_access
from localstack_host.services.iam.required_permissions import (
    NotUnderstood,
    Permission,
    Place,
    needs_of,
    prefix_of,
)

TOKEN_OPERATIONS = ("ConfirmSubscription", "Unsubscribe")
# Operations that a queue's policy cannot allow to other accounts, and so not to everybody:
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-overview-of-managing-access.html
OWNERS_ONLY = frozenset(
    {
        "AddPermission",
        "CancelMessageMoveTask",
        "CreateQueue",
        "DeleteQueue",
        "ListMessageMoveTasks",
        "ListQueues",
        "ListQueueTags",
        "RemovePermission",
        "SetQueueAttributes",
        "StartMessageMoveTask",
        "TagQueue",
        "UntagQueue",
    }
)


def serves_unsigned_requests(service: Any) -> bool:
    """Whether a service (botocore's ServiceModel) serves any request without a signature."""
    return prefix_of(service.service_name) in OPEN or _has_open_operations(service)


@cache
def _has_open_operations(service: Any) -> bool:
    return any(
        needs_no_signature(service.operation_model(name)) for name in service.operation_names
    )


def needs_no_signature(operation: Any) -> bool:
    """Whether the model of the operation has `authtype: none`, or Smithy's `noAuth`."""
    return operation.auth_type == "none" or "smithy.api#noAuth" in (operation.auth or ())


def require_served(context: Any) -> None:
    """Raises the service's error unless AWS would serve this request unsigned.

    Sets the region of the request (LocalStack's RequestContext) to that of its queue or topic.
    """
    if needs_no_signature(context.operation):
        return
    is_open = OPEN.get(prefix_of(context.service.service_name))
    if not is_open or not is_open(context):
        raise errors.missing(context)


def _all_allowed(context: Any, needs: Iterable[Permission]) -> bool:
    required = tuple(needs)
    return bool(required) and all(
        public_access.decision(need, context).allowed for need in required
    )


def _required_permissions(context: Any) -> tuple[Permission, ...]:
    """The permissions that the request requires; empty if they cannot be determined."""
    place = Place(context.region, context.account_id, context.partition)
    try:
        service, operation = context.service.service_name, context.operation.name
        return needs_of(service, operation, context.service_request or {}, place)
    except (NotUnderstood, KeyError, TypeError, ValueError):
        return ()


def _allows_queue_request(context: Any) -> bool:
    """Whether the queue's policy allows it. A parameter or the request's URL names the queue."""
    from localstack.services.sqs.utils import parse_queue_url

    if context.operation.name in OWNERS_ONLY:
        return False
    request = context.service_request
    if not request.get("QueueName"):
        request["QueueUrl"] = request.get("QueueUrl") or context.request.base_url
        with suppress(ValueError):
            _set_region(context, parse_queue_url(request["QueueUrl"])[1])
    return _all_allowed(context, _required_permissions(context))


def _allows_topic_request(context: Any) -> bool:
    request = context.service_request
    names = ("TopicArn", "TargetArn", "SubscriptionArn")
    arn = next((request[name] for name in names if request.get(name)), "")
    _set_region(context, arn.split(":")[3] if arn.count(":") >= 5 else None)
    return context.operation.name in TOKEN_OPERATIONS or _all_allowed(
        context, _required_permissions(context)
    )


def _allows_bucket_request(context: Any) -> bool:
    if context.operation.name == "PostObject":
        return forms.allows(context)
    return buckets.allows_everybody(context, _required_permissions(context))


def _set_region(context: Any, region: str | None) -> None:
    """Sets the region. On AWS the host name contains it; here only the queue or topic does."""
    if region in _regions():
        context.region = region


@cache
def _regions() -> frozenset[str]:
    from boto3.session import Session

    return frozenset(Session().get_available_regions("sqs"))


OPEN: dict[str, Callable[[Any], bool]] = {
    "s3": _allows_bucket_request,
    "sns": _allows_topic_request,
    "sqs": _allows_queue_request,
}
