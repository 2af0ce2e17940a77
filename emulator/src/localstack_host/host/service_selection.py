"""The services that the emulator offers: those below, and those that are asked for.

A service that is not offered cannot be abused: CloudFormation would create everything that a
template names. `LOCALSTACK_HOST_SERVICES=cloudformation,kinesis` asks for more.
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

# Those that this package supports: it has tests for each of them.
DEFAULT = frozenset(
    {
        "apigateway",
        "cloudwatch",
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
    }
)


def wanted() -> frozenset[str]:
    """The services that are asked for besides the default. Raises HostError for an unknown one."""
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
    """What tells the emulator which services to offer."""
    asked = wanted()
    return {
        VARIABLE: listed(asked),
        "SERVICES": listed(DEFAULT | asked),
        "STRICT_SERVICE_LOADING": "1",
    }


def listed(names: Iterable[str]) -> str:
    """Names as the variables have them."""
    return ",".join(sorted(names))


def hint(service: str, asked: Iterable[str]) -> str:
    """How to start an emulator that offers this service as well as those asked for before."""
    return f"{STOP} && {VARIABLE}={listed({*asked, service})} {START}"
