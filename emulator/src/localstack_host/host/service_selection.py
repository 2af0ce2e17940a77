"""The services that the emulator offers: those below, and those that are requested.

A service that is not offered cannot be abused: CloudFormation would create every resource that a
template names. `LOCALSTACK_HOST_SERVICES=cloudformation,kinesis` requests more.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache
from importlib.metadata import entry_points

from localstack_host.host.errors import HostError
from localstack_host.host.wrapper import START, STOP, variable

VARIABLE = variable("SERVICES")
PROVIDERS = "localstack.aws.provider"

# The services that this package supports, with tests for each.
DEFAULT = frozenset(
    {
        "apigateway",
        "apigatewayv2",
        "application-autoscaling",
        "backup",
        "budgets",
        "cloudtrail",
        "cloudwatch",
        "cognito-idp",
        "dynamodb",
        "events",
        "iam",
        "kms",
        "lambda",
        "logs",
        "resourcegroupstaggingapi",
        "s3",
        "ses",
        "sns",
        "sqs",
        "ssm",
        "stepfunctions",
        "sts",
        "wafv2",
    }
)


def requested() -> frozenset[str]:
    """The services that are requested besides the default. Raises HostError for an unknown one."""
    names = frozenset(os.environ.get(VARIABLE, "").replace(",", " ").lower().split())
    unknown = sorted(names - known())
    if unknown:
        raise HostError(
            f"{VARIABLE} asks for {', '.join(unknown)}, which the emulator does not have.",
            f"Besides the default ones, it has: {', '.join(sorted(known() - DEFAULT))}",
            code=2,
        )
    return names - DEFAULT


@cache  # reads the metadata of every installed package: 10 ms
def known() -> frozenset[str]:
    """The services that LocalStack has."""
    return frozenset(entry.name.partition(":")[0] for entry in entry_points(group=PROVIDERS))


def variables() -> dict[str, str]:
    """The variables that set which services the emulator offers."""
    additional = requested()
    return {
        VARIABLE: listed(additional),
        "SERVICES": listed(DEFAULT | additional),
        "STRICT_SERVICE_LOADING": "1",
    }


def listed(names: Iterable[str]) -> str:
    """Names in the format of the variables: sorted, separated by commas."""
    return ",".join(sorted(names))


def hint(service: str, requested: Iterable[str]) -> str:
    """The command that restarts the emulator with this service and those in `requested`."""
    return f"{STOP} && {VARIABLE}={listed({*requested, service})} {START}"
