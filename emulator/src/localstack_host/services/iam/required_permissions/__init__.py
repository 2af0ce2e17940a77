"""What a request needs to be allowed: its actions, each on a resource.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from localstack_host.services.iam.required_permissions import (
    dynamodb,
    functions,
    generic,
    logs,
    messaging,
    s3,
    senders,
    settings,
)
from localstack_host.services.iam.required_permissions.permission import (
    NotUnderstood,
    Params,
    Permission,
    Permissions,
    Place,
)

__all__ = ["NotUnderstood", "Permission", "Place", "needs_of", "prefix_of"]

# How IAM calls what botocore calls otherwise.
PREFIXES = {
    "cloudwatch": "cloudwatch",
    "dynamodbstreams": "dynamodb",
    "sqs-query": "sqs",
    "stepfunctions": "states",
}

# Each gives the needs of an operation, or None where the general rule is right.
SPECIAL = {
    "cloudwatch": senders.cloudwatch,
    "dynamodb": dynamodb.needs,
    "events": messaging.events,
    "kms": settings.kms,
    "lambda": functions.lambda_,
    "logs": logs.needs,
    "s3": s3.needs,
    "ses": senders.ses,
    "sns": messaging.sns,
    "sqs": messaging.sqs,
    "ssm": settings.ssm,
    "sts": functions.sts,
}


def prefix_of(service: str) -> str:
    """How IAM calls a service that botocore calls so."""
    return PREFIXES.get(service, service)


def needs_of(service: str, operation: str, params: Params, place: Place) -> tuple[Permission, ...]:
    """Everything that must be allowed, without repetitions.

    `service` and `operation` are botocore's names, `params` the parsed request. Raises
    NotUnderstood where this cannot be told, which must not mean that it is allowed.
    """
    try:
        return tuple(dict.fromkeys(_needs(prefix_of(service), operation, params, place)))
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise NotUnderstood(f"{service} {operation} lacks or garbles {error}") from error


def _needs(prefix: str, operation: str, params: Params, place: Place) -> Permissions:
    special = SPECIAL.get(prefix)
    found = special(operation, params, place) if special else None
    return generic.needs(prefix, operation, params, place) if found is None else found
