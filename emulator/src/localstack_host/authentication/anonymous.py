"""What AWS serves to a request that nobody signed.

An operation whose description says so (STS for those who come with a token of somebody else's),
what a subscription's secret token stands for, and what the policy of a bucket, a queue or a topic
allows to everybody. `localstack_host.services.iam` evaluates such a policy, whether permissions are
enforced for roles or not: an anonymous caller is no role.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from typing import Any

from localstack_host.authentication import buckets, credentials, errors
from localstack_host.services.iam import public_access
from localstack_host.services.iam.required_permissions import (
    NotUnderstood,
    Permission,
    Place,
    needs_of,
    prefix_of,
)

WITH_A_TOKEN = ("ConfirmSubscription", "Unsubscribe")
# What a queue's policy cannot give to other accounts, and so not to everybody:
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


def may_come(service: Any) -> bool:
    """Whether anything of a service (botocore's ServiceModel) is served without a signature."""
    return prefix_of(service.service_name) in OPEN or _has_open_operations(service)


@cache
def _has_open_operations(service: Any) -> bool:
    return any(
        needs_no_signature(service.operation_model(name)) for name in service.operation_names
    )


def needs_no_signature(operation: Any) -> bool:
    """Whether AWS's description says so: `authtype: none`, or Smithy's `noAuth`."""
    return operation.auth_type == "none" or "smithy.api#noAuth" in (operation.auth or ())


def require_served(context: Any) -> None:
    """Raises the service's error unless AWS would serve this request unsigned.

    The request (LocalStack's RequestContext) is then in the region of what it is about.
    """
    if needs_no_signature(context.operation):
        return
    is_open = OPEN.get(prefix_of(context.service.service_name))
    if not is_open or not is_open(context):
        raise errors.missing(context)


def _all_allowed(context: Any, needs: Iterable[Permission]) -> bool:
    wanted = tuple(needs)
    return bool(wanted) and all(public_access.decision(need, context).allowed for need in wanted)


def _needs(context: Any) -> tuple[Permission, ...]:
    """None, where it cannot be told what the request would need."""
    place = Place(context.region, context.account_id, context.partition)
    try:
        service, operation = context.service.service_name, context.operation.name
        return needs_of(service, operation, context.service_request or {}, place)
    except (NotUnderstood, KeyError, TypeError, ValueError):
        return ()


def _queue(context: Any) -> bool:
    """The queue is named by a parameter, or by the address that the request was sent to."""
    from localstack.services.sqs.utils import parse_queue_url

    if context.operation.name in OWNERS_ONLY:
        return False
    request = context.service_request
    if not request.get("QueueName"):
        request["QueueUrl"] = request.get("QueueUrl") or context.request.base_url
        with suppress(ValueError):
            _move(context, parse_queue_url(request["QueueUrl"])[1])
    return _all_allowed(context, _needs(context))


def _topic(context: Any) -> bool:
    request = context.service_request
    names = ("TopicArn", "TargetArn", "SubscriptionArn")
    arn = next((request[name] for name in names if request.get(name)), "")
    _move(context, arn.split(":")[3] if arn.count(":") >= 5 else None)
    return context.operation.name in WITH_A_TOKEN or _all_allowed(context, _needs(context))


def _bucket(context: Any) -> bool:
    if context.operation.name == "PostObject":
        return _form(context)
    return buckets.serves(context, _needs(context))


def _form(context: Any) -> bool:
    """A form may bring a signed policy of its own, and else needs what PutObject needs."""
    form = context.request.form
    try:
        signed = credentials.of_form(form)
    except credentials.Incomplete as incomplete:
        raise errors.incomplete(context, str(incomplete)) from incomplete
    if signed and not signed.are_known:
        raise errors.not_known(context, signed.access_key)
    if signed:
        return True
    bucket, key = context.service_request.get("Bucket", ""), form.get("key", "")
    resource = f"arn:{context.partition}:s3:::{bucket}/{key}"
    return buckets.serves(context, (Permission("s3:PutObject", resource),))


def _move(context: Any, region: str | None) -> None:
    """On AWS the host tells the region; here the queue or topic does, or nothing does."""
    if region in _regions():
        context.region = region


@cache
def _regions() -> frozenset[str]:
    from boto3.session import Session

    return frozenset(Session().get_available_regions("sqs"))


OPEN: dict[str, Callable[[Any], bool]] = {
    "s3": _bucket,
    "sns": _topic,
    "sqs": _queue,
}
