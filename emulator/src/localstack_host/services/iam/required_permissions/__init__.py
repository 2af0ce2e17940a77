"""The permissions that a request requires: actions, each on a resource.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from localstack_host.services.iam.required_permissions import (
    apigateway,
    cloudformation,
    dynamodb,
    functions,
    generic,
    identities,
    kinesis,
    logs,
    messaging,
    protections,
    roles,
    s3,
    scheduler,
    senders,
    settings,
    tags,
    workflows,
)
from localstack_host.services.iam.required_permissions.permission import (
    NotUnderstood,
    Params,
    Permission,
    Permissions,
    Place,
)

__all__ = ["NotUnderstood", "Permission", "Place", "needs_of", "prefix_of"]

# IAM's prefixes that differ from botocore's service names.
PREFIXES = {
    "apigatewayv2": "apigateway",
    "cloudwatch": "cloudwatch",
    "dynamodbstreams": "dynamodb",
    "opensearch": "es",
    "resourcegroupstaggingapi": "tag",
    "s3control": "s3",
    "sesv2": "ses",
    "sqs-query": "sqs",
    "stepfunctions": "states",
}

# Each returns the permissions for an operation, or None if the general rule applies; by IAM's
# prefix or, where two services have one, by botocore's name.
SPECIAL = {
    "apigateway": apigateway.needs,
    "apigatewayv2": apigateway.needs_of_http_apis,
    "backup": protections.backup,
    "cloudformation": cloudformation.needs,
    "cloudwatch": senders.cloudwatch,
    "dynamodb": dynamodb.needs,
    "events": messaging.events,
    "iam": identities.iam,
    "kinesis": kinesis.needs,
    "kms": settings.kms,
    "lambda": functions.lambda_,
    "logs": logs.needs,
    "s3": s3.needs,
    "s3control": s3.needs_of_control,
    "scheduler": scheduler.needs,
    "ses": senders.ses,
    "sns": messaging.sns,
    "sqs": messaging.sqs,
    "ssm": settings.ssm,
    "states": workflows.needs,
    "sts": functions.sts,
    "wafv2": protections.wafv2,
}
# What operations begin with whose parameters may have tags, or the role of a service.
SETTING = (
    "AddTags",
    "Create",
    "Import",
    "Publish",
    "Put",
    "Register",
    "Reimport",
    "RemoveTags",
    "Set",
    "Tag",
    "Untag",
    "Update",
)


def prefix_of(service: str) -> str:
    """IAM's prefix for a service, by botocore's name."""
    return PREFIXES.get(service, service)


def needs_of(service: str, operation: str, params: Params, place: Place) -> tuple[Permission, ...]:
    """The permissions that must all be allowed, without duplicates.

    `service` and `operation` are botocore's names, `params` the parsed request. Raises
    NotUnderstood if they cannot be determined; then the request must not be allowed.
    """
    try:
        needs = tuple(_needs(service, operation, params, place))
    except (KeyError, TypeError, AttributeError, IndexError, StopIteration) as error:
        raise NotUnderstood(
            f"{service} {operation} has a missing or invalid parameter: {error}"
        ) from error
    return needs if len(needs) == 1 else tuple(dict.fromkeys(needs))


def _needs(service: str, operation: str, params: Params, place: Place) -> Permissions:
    prefix = prefix_of(service)
    special = SPECIAL.get(service) or SPECIAL.get(prefix)
    found = special(operation, params, place) if special else None
    if found is None:
        found = generic.needs(prefix, operation, params, place)
    if not operation.startswith(SETTING) or operation in dynamodb.ON_ONE_ITEM:
        return found
    tagged = tags.added(prefix, operation, params, found, place)
    return [*tagged, *roles.passed(prefix, operation, params)]
